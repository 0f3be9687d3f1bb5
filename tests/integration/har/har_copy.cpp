#include "har_copy.h"

#include "core/har/har_reader.h"
#include "core/har/har_writer.h"
#include "tests/unit/core/store/fixture.h"

namespace sluice::test {

Result<std::string> harCopy(std::istream& file) {
  store::test::History history;
  if (auto started = history.start(); !started) return fail(started.error());
  std::uint64_t next = 1;
  const auto count = har::readHar(file, history.folder.path(), [&](har::HarEntry entry) {
    return giveRecords(std::move(entry), ExchangeId{next++}, [&](capture::Record record) -> Result<void> {
      history.recorder->record(std::move(record));
      return {};
    });
  });
  if (!count) return fail(count.error());
  history.recorder->flush();
  auto reader = history.reader();
  std::string text;
  const auto written = har::writeHar(reader, [&](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  });
  if (!written) return fail(written.error());
  return text;
}

}  // namespace sluice::test
