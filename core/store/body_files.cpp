#include "core/store/body_files.h"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <string>
#include <system_error>

#include "core/capture/body_file.h"
#include "core/store/file_names.h"
#include "core/store/sql_error.h"
#include "platform/file.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

Result<void> make(const fs::path& file) {
  errno = 0;
  if (!std::ofstream(file, std::ios::binary | std::ios::trunc)) return fail(fileError(errno, utf8(file)));
  std::error_code error;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return fail(fileError(error.value(), utf8(file)));
  return {};
}

}  // namespace

fs::path bodyFolder(const fs::path& dataDir) { return dataDir / "bodies"; }

fs::path bodyFile(const fs::path& dataDir, BodyKey key) {
  return bodyFolder(dataDir) / capture::bodyFileName(key.exchange, key.direction);
}

std::optional<BodyKey> bodyKey(const fs::path& file) {
  const auto name = file.filename().u8string();
  const std::string_view text(reinterpret_cast<const char*>(name.data()), name.size());
  BodyKey key;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), key.exchange.value).ec;
  if (error != std::errc{} || !key.exchange) return std::nullopt;
  for (const auto direction : {capture::Direction::Request, capture::Direction::Response}) {
    key.direction = direction;
    if (text == capture::bodyFileName(key.exchange, direction)) return key;
  }
  return std::nullopt;
}

Result<void> makeBodyFolder(const fs::path& dataDir) {
  const fs::path folder = bodyFolder(dataDir);
  std::error_code error;
  if (fs::create_directory(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error && !fs::is_directory(folder, error) && !error) error = std::make_error_code(std::errc::not_a_directory);
  if (error) return fail(fileError(error.value(), utf8(folder)));
  return {};
}

Result<void> writeBody(const fs::path& file, std::uint64_t offset, std::string_view bytes) {
  if (offset == 0) {
    if (auto made = make(file); !made) return made;
  }
  errno = 0;
  std::fstream stream;
  stream.rdbuf()->pubsetbuf(nullptr, 0);  // one write, no copy
  stream.open(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) return fail(fileError(errno, utf8(file)));
  return {};
}

void cutBody(const fs::path& file, std::uint64_t bytes) {
  std::error_code ignored;
  if (bytes == 0) {
    fs::remove(file, ignored);
  } else if (fs::file_size(file, ignored) > bytes && !ignored) {
    (void)platform::setSize(file, bytes);
  }
}

}  // namespace sluice::store
