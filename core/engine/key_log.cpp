#include "core/engine/key_log.h"

#include <fstream>
#include <memory>

#include "platform/private_file.h"

namespace sluice::engine {

Result<tls::KeyLog> openKeyLog(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    if (auto made = platform::writePrivateFile(path, {}); !made) return fail(std::move(made.error()));
  }
  auto file = std::make_shared<std::ofstream>(path, std::ios::app | std::ios::binary);
  if (!*file) return fail(Side::Local, Code::AccessDenied, "cannot write " + path.string());
  return tls::KeyLog([file](std::string_view line) { *file << line << '\n' << std::flush; });
}

}  // namespace sluice::engine
