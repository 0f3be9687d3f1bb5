#include "platform/posix/shell_script.h"

#include <fstream>

namespace sluice::platform {

namespace fs = std::filesystem;

std::string shellQuoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + '\'';
}

Result<void> writeShellScript(const fs::path& file, const Variables& variables, const std::string& greeting) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  fs::permissions(file, fs::perms::owner_all, error);
  out << "#!/bin/sh\n";
  for (const auto& [name, value] : variables) out << "export " << name << '=' << shellQuoted(value) << '\n';
  out << "cd || :\nprintf '%s\\n' " << shellQuoted(greeting) << "\nexec \"${SHELL:-/bin/sh}\"\n";
  out.close();
  if (!out || error) return fail(Side::Local, Code::System, file.string() + " cannot be written", error.value());
  return {};
}

}  // namespace sluice::platform
