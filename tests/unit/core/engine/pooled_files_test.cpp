// Pipes and output chains over real files and real threads, with a stream that is slow.
#include "core/engine/pooled_files.h"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <fstream>
#include <iterator>

#include "core/buffer/heap_block_pool.h"
#include "core/output/chain_writer.h"
#include "core/output/output_chain.h"
#include "core/pipe/copy_filter.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/fakes.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;
using namespace sluice::test;

namespace {

std::string bigText(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + "\n";
  text.resize(size);
  return text;
}

struct Rig {
  explicit Rig(std::filesystem::path where = std::filesystem::temp_directory_path(), output::Demands demands = {},
               std::filesystem::path stayAs = {})
      : directory(std::move(where)),
        spill(
            files, directory,
            [this](Result<void> result) {
              pipe.spillWritten(std::move(result));
              drive();
            },
            std::move(stayAs)),
        chain(writer, demands, &reader) {}
  ~Rig() {
    pipe.close();
    while (files.inFlight() > 0) loop.run_one();
    pipe.close();
  }

  void start(const pipe::Settings& settings) {
    pipe.start(settings, {&source, &filter, &chain, &pool, &spill, nullptr, nullptr});
    drive();
  }
  void drive() { outcome = pipe.process(pipe::DoWrite::Yes, at(1)); }
  // Lets files end, and the client take some bytes now and then, until the pipe has ended.
  void finish(std::size_t bytesATime) {
    while (pipe.phase() == pipe::Phase::Running) {
      if (files.inFlight() > 0) loop.run_one();
      if (files.inFlight() > 0 && stream.room == 0) continue;
      stream.room = bytesATime;
      writer.onWritable();
      drive();
    }
  }

  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  platform::FilePool files{[this](platform::FilePool::Task task) { asio::post(loop, std::move(task)); }};
  buffer::HeapBlockPool pool{1024};
  ScriptedSource source;
  ScriptedStream stream;
  pipe::CopyFilter filter;
  const std::filesystem::path directory;
  PooledSpillFile spill;
  PooledFileReader reader{files, [this] { drive(); }};
  output::ChainWriter writer{stream};
  output::OutputChain chain;
  pipe::EventPipe pipe;
  pipe::Outcome outcome = pipe::Outcome::Ok;
};

pipe::Settings spilling() {
  pipe::Settings settings;
  settings.maxBlocks = 8;
  settings.busyLimit = 4096;
  settings.overflow = pipe::Overflow::Spill;
  settings.maxSpillSize = 100'000;
  settings.spillWriteSize = 4096;
  return settings;
}

pipe::Settings cacheable() {
  auto settings = spilling();
  settings.cacheable = true;
  settings.recordFailure = pipe::RecordFailure::GoOn;
  return settings;
}

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

SLUICE_TEST(bodyGoesThroughASpillFileAndComesOutTheSame) {
  TemporaryDirectory directory;
  {
    Rig rig(directory.path());
    const std::string body = bigText(1'000'000);
    rig.source.gives(body).ends();
    rig.stream.room = 0;
    rig.start(spilling());
    while (rig.spill.inFlight()) rig.loop.run_one();  // until the file is full
    QVERIFY(rig.pipe.spillSize() > 90'000);
    rig.finish(30'000);
    QVERIFY(rig.stream.sent == body);
    QCOMPARE(rig.pipe.phase(), pipe::Phase::Complete);
    QVERIFY(rig.pipe.spillPeak() <= 100'000);
  }
  QVERIFY(std::filesystem::is_empty(directory.path()));
}

SLUICE_TEST(theFileOfACacheablePipeIsTheStoredBody) {
  TemporaryDirectory directory;
  Rig rig(directory.path(), {}, directory / "7.response");
  const std::string body = bigText(300'000);
  rig.source.gives(body.substr(0, 100'000)).blocks().gives(body.substr(100'000)).ends();
  rig.start(cacheable());
  while (rig.spill.inFlight()) rig.loop.run_one();
  QVERIFY(rig.spill.keptBytes() > 0);  // it can be read while it grows
  QVERIFY(body.rfind(contentOf(directory / "7.response").substr(0, rig.spill.keptBytes()), 0) == 0);
  rig.finish(1'000'000);
  QVERIFY(rig.stream.sent == body);
  QCOMPARE(rig.spill.keptBytes(), std::uint64_t{300'000});
  QVERIFY(contentOf(directory / "7.response") == body);
}

SLUICE_TEST(aNameThatIsTakenHarmsNobody) {
  TemporaryDirectory directory;
  std::ofstream(directory / "7.response") << "older";
  Rig rig(directory.path(), {}, directory / "7.response");
  const std::string body = bigText(300'000);
  rig.source.gives(body).ends();
  rig.start(cacheable());
  rig.finish(1'000'000);
  QVERIFY(rig.stream.sent == body);
  QCOMPARE(rig.spill.keptBytes(), std::uint64_t{0});
  QCOMPARE(contentOf(directory / "7.response"), std::string("older"));
}

SLUICE_TEST(aRecordThatCannotBeWrittenHarmsNobody) {
  TemporaryDirectory directory;
  Rig rig(directory / "missing", {}, directory / "missing" / "7.response");
  const std::string body = bigText(300'000);
  rig.source.gives(body).ends();
  rig.start(cacheable());
  rig.finish(1'000'000);
  QVERIFY(rig.stream.sent == body);
  QCOMPARE(rig.pipe.phase(), pipe::Phase::Complete);
  QCOMPARE(rig.spill.keptBytes(), std::uint64_t{0});
}

SLUICE_TEST(aFileNobodyWasToldOfDoesNotStay) {
  TemporaryDirectory directory;
  {
    Rig rig(directory.path(), {}, directory / "7.response");
    rig.source.gives(bigText(300'000)).ends();
    rig.start(cacheable());
    while (rig.spill.inFlight()) rig.loop.run_one();
    QVERIFY(std::filesystem::exists(directory / "7.response"));
  }
  QVERIFY(!std::filesystem::exists(directory / "7.response"));
}

SLUICE_TEST(spillFileThatCannotBeMadeEndsOnlyThatExchange) {
  TemporaryDirectory directory;
  Rig rig(directory / "missing");
  rig.source.gives(bigText(100'000));
  rig.stream.room = 100;
  rig.start(spilling());
  while (rig.files.inFlight() > 0) rig.loop.run_one();
  QCOMPARE(rig.outcome, pipe::Outcome::Abort);
  QCOMPARE(rig.pipe.error().code, Code::NotFound);
  QVERIFY(rig.pipe.error().detail.find((directory / "missing").string()) != std::string::npos);
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

SLUICE_TEST(storedFileGoesOutThroughMemoryOrAsItIs) {
  TemporaryDirectory directory;
  const std::string body = bigText(500'000);
  std::ofstream(directory / "body", std::ios::binary) << body;
  for (const auto caching : {platform::Caching::Normal, platform::Caching::Direct}) {
    Rig rig(directory.path(), {.needInMemory = true});
    auto opened = platform::openForReading(directory / "body", caching);
    QVERIFY(opened.has_value());
    PooledFile file(std::move(*opened), "body");
    buffer::Chain chain;
    chain.pushBack(buffer::Slice::ofFile(file, 100, body.size() - 100));
    auto status = rig.chain.push(chain, at(1)).status;
    while (status == pipe::OutputResult::Status::Again) {
      while (rig.reader.inFlight()) rig.loop.run_one();
      rig.writer.onWritable();
      status = rig.chain.push(chain, at(1)).status;
    }
    QVERIFY(status == pipe::OutputResult::Status::Ok);
    QVERIFY(rig.stream.sent == body.substr(100));
  }
}
