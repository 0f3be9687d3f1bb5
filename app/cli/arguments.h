// The command line of sluicectl as a value. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "core/base/annotation.h"
#include "core/base/id.h"
#include "core/base/time.h"
#include "core/capture/records.h"
#include "core/control/messages.h"
#include "core/filter/expression.h"
#include "core/throttle/adjustment.h"

namespace sluice::cli {

// What to do: one struct a command.
struct StatusCommand {};
struct ConnectionsCommand {};
// Those that read the history take a saved session instead where `session` names its file.
struct ListCommand {
  std::size_t limit = 50;
  filter::Node filter = {};
  std::filesystem::path session = {};
};
struct ShowCommand {
  ExchangeId exchange;
  bool curl = false;  // as a command of curl
  std::optional<capture::Direction> raw = {};  // as its head and body were received
  std::filesystem::path session = {};
};
struct BodyCommand {
  ExchangeId exchange;
  capture::Direction direction = capture::Direction::Response;
  bool decoded = false;  // without its content coding
  std::filesystem::path session = {};
};
struct WatchCommand {
  filter::Node filter = {};
};
struct StopCommand {};
struct ClearCommand {};
struct CaPathCommand {};  // where the certificate lies that clients must trust
struct RegenerateCaCommand {};
struct ExportCaCommand {
  std::filesystem::path file;  // "-": standard output
};
struct TrustCommand {  // where clients look up whom to trust
  enum class What { Status, Install, Remove };
  What what = What::Status;
  std::string place = {};  // empty: all that need no administrator
};
struct PassThroughCommand {  // hosts that are never decrypted
  enum class What { List, Add, Remove };
  What what = What::List;
  std::string host = {};
};
struct SwitchCommand {
  control::SwitchKind what = control::SwitchKind::Unknown;
  bool on = false;
};
struct AnnotateCommand {
  ExchangeId exchange;
  Annotation annotation;
};
struct ExportCommand {
  std::filesystem::path file;  // "-": standard output
  filter::Node filter = {};
  std::filesystem::path session = {};
};
struct SaveSessionCommand {
  std::filesystem::path file;
  filter::Node filter = {};
};
struct ImportCommand {
  std::filesystem::path file;  // "-": standard input
};

// Whom a profile slows down.
struct Whom {
  control::ProfileScope scope = control::ProfileScope::Everything;
  std::string target = {};
};
struct LimitCommand {  // what is absent stays as it is
  Whom whom = {};
  throttle::Adjustment adjustment = {};
  bool off = false;  // nothing else of what is in force stays
};
struct ProfileCommand {
  enum class What { List, Show, Use, Save, Rename, Delete };
  What what = What::List;
  std::string name;  // empty for Show: the one in force
  std::string from = {};            // Save: the numbers of this one; Rename: its name so far. Empty: of the one in force
  std::filesystem::path file = {};  // Save: the numbers in this file; "-": standard input
  Whom whom = {};                   // Use
};
struct SelfTestCommand {
  std::string profile;  // empty: the one in force
};

using Command = std::variant<StatusCommand, ConnectionsCommand, ListCommand, ShowCommand, BodyCommand, WatchCommand, StopCommand,
                             ExportCommand, ImportCommand, ClearCommand, LimitCommand, ProfileCommand, SelfTestCommand,
                             CaPathCommand, RegenerateCaCommand, SaveSessionCommand, ExportCaCommand, PassThroughCommand,
                             SwitchCommand, AnnotateCommand, TrustCommand>;

enum class Format { Human, Json };

struct Arguments {
  std::filesystem::path dataDir;  // empty: the user's usual one
  Format format = Format::Human;
  Command command;
};

// Why there is nothing to do: help was asked for (status 0, text for standard output) or the usage is wrong (status 2,
// text for standard error).
struct Usage {
  int exitStatus = 2;
  std::string text;
};

std::variant<Arguments, Usage> parseArguments(int argc, const char* const* argv);

}  // namespace sluice::cli
