#include "core/store/row_columns.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "core/store/sql_statement.h"

namespace sluice::store {
namespace {

template <class Enum>
Enum enumerator(std::int64_t number, Enum last) {
  return static_cast<Enum>(std::clamp<std::int64_t>(number, 0, static_cast<std::int64_t>(last)));
}

template <class Number>
Number fitting(std::int64_t number) {
  return static_cast<Number>(std::clamp<std::int64_t>(number, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max()));
}

// Of a text that is too long for a list: whole characters.
std::string listed(std::string_view text) {
  std::size_t end = kListedTextBytesMax;
  const auto goesOn = [&] { return (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; };
  for (int back = 0; back < 3 && goesOn(); ++back) --end;
  return std::string(text.substr(0, end)) + "…";
}

// Reads columns one after the other.
class Columns {
 public:
  Columns(const Statement& select, RowText texts) : select_(select), texts_(texts) {}

  std::int64_t integer() { return select_.integer(next_++); }
  std::uint64_t natural() { return select_.natural(next_++); }
  std::string text() {
    const std::string_view all = select_.view(next_++);
    return texts_ == RowText::Whole || all.size() <= kListedTextBytesMax ? std::string(all) : listed(all);
  }
  std::int64_t phase() {
    const int column = next_++;
    return select_.isNull(column) ? -1 : select_.integer(column);
  }

 private:
  const Statement& select_;
  const RowText texts_;
  int next_ = 0;
};

}  // namespace

ExchangeRow readRow(const Statement& select, RowText texts) {
  Columns columns(select, texts);
  ExchangeRow row;
  row.id = ExchangeId{columns.natural()};
  row.version = columns.natural();
  row.connection = ConnectionId{columns.natural()};
  row.kind = enumerator(columns.integer(), capture::Kind::Tunnel);
  row.state = enumerator(columns.integer(), State::CutOff);
  row.method = columns.text();
  row.url = columns.text();
  row.scheme = columns.text();
  row.host = columns.text();
  row.port = fitting<std::uint16_t>(columns.integer());
  row.path = columns.text();
  row.status = fitting<int>(columns.integer());
  row.contentType = columns.text();
  row.startedAt = WallTime(Micros(columns.integer()));
  row.phases.resolvedUs = columns.phase();
  row.phases.connectedUs = columns.phase();
  row.phases.requestSentUs = columns.phase();
  row.phases.responseHeadUs = columns.phase();
  row.phases.finishedUs = columns.phase();
  row.request.bytes = columns.natural();
  row.request.capturedBytes = columns.natural();
  row.response.bytes = columns.natural();
  row.response.capturedBytes = columns.natural();
  row.error.code = static_cast<Code>(fitting<std::uint16_t>(columns.integer()));
  row.error.side = enumerator(columns.integer(), Side::Upstream);
  row.error.systemCode = fitting<int>(columns.integer());
  row.error.detail = columns.text();
  row.upstreamAddress = columns.text();
  row.upstreamReused = columns.integer() != 0;
  row.phases.responseFirstUs = columns.phase();
  row.request.wireBytes = columns.natural();
  row.response.wireBytes = columns.natural();
  row.profile = columns.text();
  row.heldBackUs = columns.integer();
  row.clientProgram = columns.text();
  row.mark = enumerator(columns.integer(), Mark::Purple);
  row.comment = columns.text();
  return row;
}

}  // namespace sluice::store
