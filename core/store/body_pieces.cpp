#include "core/store/body_pieces.h"

#include <utility>

namespace sluice::store {

Result<BodyPieces> BodyPieces::open(const std::filesystem::path& session, BodyKey key) {
  auto sql = SqlConnection::open(session, Access::Untouched);
  if (!sql) return fail(sql.error());
  auto select = sql->prepare("SELECT bytes FROM body_piece WHERE exchange = ?1 AND direction = ?2 AND length(bytes) > 0 ORDER BY id");
  if (!select) return fail(select.error());
  select->bind(key.exchange, static_cast<int>(key.direction));
  return BodyPieces(std::move(*sql), std::move(*select));
}

Result<std::string_view> BodyPieces::next() {
  const auto row = select_.step();
  if (!row) return fail(row.error());
  return *row ? select_.view(0) : std::string_view();
}

}  // namespace sluice::store
