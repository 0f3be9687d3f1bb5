// Names and sizes of files, what SQLite puts beside a database, and the room for more. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace sluice::store {

// What it appends to a database's name (https://www.sqlite.org/tempfiles.html).
inline constexpr std::array<std::string_view, 3> kCompanions{"-wal", "-shm", "-journal"};

inline std::filesystem::path withSuffix(std::filesystem::path file, std::string_view suffix) { return file += suffix; }

// The name in UTF-8, as SQLite and messages take it.
inline std::string utf8(const std::filesystem::path& path) {
  const auto text = path.u8string();
  return {text.begin(), text.end()};
}

// 0: there is no such file, or it cannot be looked at.
inline std::uint64_t bytesIn(const std::filesystem::path& file) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  return error ? 0 : bytes;
}

// What this user may still write there; nothing where it cannot be told. libstdc++ for Windows asks about all of the path but its last
// name, so that has to be empty.
inline std::optional<std::uint64_t> freeBytes(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder / "", error);
  return error ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

}  // namespace sluice::store
