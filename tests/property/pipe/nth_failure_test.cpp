// The N-th operation fails, for every N: a block that cannot be had, a receive, a send, a spill write. Whatever fails,
// what went out is a beginning of the body, the pipe ends with the right side blamed, and everything is back.
#include <memory>

#include "core/output/chain_writer.h"
#include "core/output/output_chain.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/rig.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;
using namespace sluice::test;

namespace {

enum class Operation { None, Take, Receive, Send, SpillWrite };

// Counts the operations of one kind; the N-th one fails.
struct Countdown {
  Operation kind;
  int n;
  int seen = 0;
  bool fails(Operation operation) { return operation == kind && ++seen == n; }
};

class FailingPool final : public buffer::BlockPool {
 public:
  FailingPool(buffer::BlockPool& pool, Countdown& countdown) : pool_(pool), countdown_(countdown) {}
  std::size_t blockBytes() const override { return pool_.blockBytes(); }
  buffer::Block* take() override { return countdown_.fails(Operation::Take) ? nullptr : pool_.take(); }
  void give(buffer::Block* block) override { pool_.give(block); }

 private:
  buffer::BlockPool& pool_;
  Countdown& countdown_;
};

class FailingSource final : public Source {
 public:
  FailingSource(Source& source, Countdown& countdown) : source_(source), countdown_(countdown) {}
  IoResult receive(std::span<const MutableBytes> into) override {
    if (countdown_.fails(Operation::Receive)) return IoResult::failed({Code::ConnectionReset, Side::Upstream, 104, {}});
    return source_.receive(into);
  }
  bool lend(MutableBytes, Lender&) override { return false; }
  bool endIsKnown() const override { return false; }
  IoResult takeEnd() override { return IoResult::end(); }

 private:
  Source& source_;
  Countdown& countdown_;
};

struct Life {
  Phase phase = Phase::Running;
  Upstream upstream = Upstream::Open;
  Code code = Code::None;
  std::string sent;
  std::string recorded;
  bool happened = false;
  bool everythingBack = false;
};

Life live(Operation kind, int n, const std::string& body, bool cacheable) {
  Countdown countdown{kind, n};
  PipeRig rig;
  FailingPool pool(rig.pool, countdown);
  FailingSource source(rig.source, countdown);
  ScriptedStream stream;
  output::ChainWriter writer(stream);
  output::OutputChain chain(writer, {.sendFile = true}, nullptr);
  rig.ends.pool = &pool;
  rig.ends.source = &source;
  rig.ends.output = &chain;
  rig.settings.overflow = Overflow::Spill;
  rig.settings.maxSpillSize = 150;
  rig.settings.cacheable = cacheable;
  for (std::size_t at = 0; at < body.size(); at += 50) rig.source.gives(body.substr(at, 50)).blocks();
  rig.source.ends();
  rig.start();
  for (int step = 0; step < 10'000 && rig.pipe.phase() == Phase::Running; ++step) {
    if (rig.spill.inFlight && step % 3 == 0) {
      if (countdown.fails(Operation::SpillWrite)) {
        rig.spill.fail(rig.pipe, {Code::NoSpace, Side::Local, 28, "spill file"});
      } else {
        rig.spill.complete(rig.pipe);
      }
    }
    stream.room = step % 4 == 0 ? 20 : 0;
    if (stream.room > 0) {
      if (countdown.fails(Operation::Send)) stream.failure = {Code::ConnectionReset, Side::Client, 32, {}};
      writer.onWritable();
    }
    (void)rig.write();
  }
  Life life{rig.pipe.phase(), rig.pipe.upstream(), Code::None, stream.sent, rig.spill.storage.content};
  life.happened = countdown.seen >= n;
  life.code = rig.pipe.phase() == Phase::Aborted   ? rig.pipe.error().code
              : rig.pipe.phase() == Phase::Stopped ? rig.pipe.downstreamError().code
                                                   : rig.pipe.upstreamError().code;
  if (rig.spill.inFlight) rig.spill.complete(rig.pipe);
  life.everythingBack = rig.pipe.idle() && rig.pool.taken() == 0 && !chain.pending();
  return life;
}

// Runs one life for each N until the failure no longer happens.
void everyNth(Operation kind, bool cacheable, const std::function<bool(const Life&, const std::string&)>& holds) {
  const std::string body = numbered(900);
  int n = 1;
  for (Life life = live(kind, n, body, cacheable); life.happened; life = live(kind, ++n, body, cacheable)) {
    const std::string which = "N = " + std::to_string(n);
    QVERIFY2(life.phase != Phase::Running, which.c_str());
    QVERIFY2(life.everythingBack, which.c_str());
    QVERIFY2(body.compare(0, life.sent.size(), life.sent) == 0, which.c_str());
    QVERIFY2(holds(life, body), which.c_str());
  }
  QVERIFY(n > 3);
}

}  // namespace

SLUICE_TEST(theBodyArrivesWhenNothingFails) {
  for (const bool cacheable : {false, true}) {
    const Life life = live(Operation::None, 1, numbered(900), cacheable);
    QCOMPARE(life.sent, numbered(900));
    QVERIFY(life.phase == Phase::Complete && life.everythingBack);
  }
}

// With one block in hand a pipe goes on, more slowly; without any it ends.
SLUICE_TEST(everyNthBlockThatCannotBeHad) {
  everyNth(Operation::Take, false, [](const Life& life, const std::string& body) {
    return life.phase == Phase::Complete ? life.sent == body : life.code == Code::OutOfMemory;
  });
}

SLUICE_TEST(everyNthReceiveThatFails) {
  for (const bool cacheable : {false, true}) {
    everyNth(Operation::Receive, cacheable, [cacheable](const Life& life, const std::string&) {
      return life.phase == Phase::Complete && life.code == Code::ConnectionReset &&
             (!cacheable || life.recorded == life.sent);
    });
  }
}

SLUICE_TEST(everyNthSendThatFails) {
  everyNth(Operation::Send, false, [](const Life& life, const std::string& body) {
    return life.phase == Phase::Stopped ? life.code == Code::ConnectionReset : life.sent == body;
  });
  everyNth(Operation::Send, true, [](const Life& life, const std::string& body) {
    return life.recorded == body && (life.phase == Phase::Stopped || life.sent == body);
  });
}

SLUICE_TEST(everyNthSpillWriteThatFails) {
  for (const bool cacheable : {false, true}) {
    everyNth(Operation::SpillWrite, cacheable, [](const Life& life, const std::string&) {
      return life.phase == Phase::Aborted && life.code == Code::NoSpace;
    });
  }
}
