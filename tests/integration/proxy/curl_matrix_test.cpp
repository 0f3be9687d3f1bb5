// curl by every way into the proxy, with whatever it can do: what comes out must be what comes out without a proxy.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

using Arguments = std::vector<std::string>;

struct Way {
  const char* name;
  Arguments arguments;
};

class Rig {
 public:
  Rig() : engine_(options()) {
    const auto at = [this](std::size_t listener) { return "127.0.0.1:" + std::to_string(engine_.port(listener)); };
    ways_ = {{"-x", {"-x", "http://" + at(0)}},
             {"-p", {"-p", "--suppress-connect-headers", "-x", "http://" + at(0)}},
             {"--socks5", {"--socks5", at(1)}},
             {"--socks5-hostname", {"--socks5-hostname", at(1)}},
             {"--socks4a", {"--socks4a", at(1)}}};
  }

  bool ready() const { return engine_.ready(); }
  const Origin& origin() const { return origin_; }

  // Runs curl without the proxy, and by each way; the first way that gives something else. `input` is standard input.
  std::string difference(const Arguments& arguments, const std::string& input = {}) {
    const auto direct = curl({}, arguments, input);
    if (!direct.ok() || direct.output.empty()) return "direct: " + direct.text();
    for (const auto& way : ways_) {
      const auto through = curl(way.arguments, arguments, input);
      if (!through.ok() || through.output != direct.output) {
        return std::string(way.name) + " gives " + through.text().substr(0, 500) + "\ninstead of " + direct.output.substr(0, 500);
      }
    }
    return {};
  }
  const std::vector<Way>& ways() const { return ways_; }

  static Finished curl(const Arguments& way, const Arguments& arguments, const std::string& input = {}) {
    Arguments all = {"-q", "-sS", "--noproxy", ""};
    all.insert(all.end(), way.begin(), way.end());
    all.insert(all.end(), arguments.begin(), arguments.end());
    Process::Options options;
    std::size_t given = 0;
    options.input = [&](MutableBytes into) {
      const auto piece = asBytes(std::string_view(input).substr(given, into.size()));
      std::copy(piece.begin(), piece.end(), into.begin());
      given += piece.size();
      return piece.size();
    };
    return run("curl", all, std::move(options), std::chrono::minutes(2));
  }

 private:
  static EngineProcess::Options options() {
    EngineProcess::Options options;
    options.listeners = {"regular@127.0.0.1:0", "socks5@127.0.0.1:0"};
    return options;
  }

  Origin origin_;
  EngineProcess engine_;
  std::vector<Way> ways_;
};

std::string contentsOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

SLUICE_TEST(downloadsWithTheirHeads) {
  Rig rig;
  QVERIFY(rig.ready());
  for (const char* path : {"/bytes/0", "/bytes/1", "/bytes/300000", "/bytes/300000?framing=chunked&piece=999",
                           "/bytes/300000?framing=close", "/bytes/70000?framing=chunked&ext=odd&trailers=1", "/bytes/5?status=404",
                           "/bytes/0?status=204", "/interim?code=103&count=3", "/mirror"}) {
    // Where the body ends with the connection, the proxy has to say that it closes; the rest is the same to the byte.
    const bool untilClose = std::string_view(path).find("close") != std::string_view::npos;
    const auto wrong = rig.difference(untilClose ? Arguments{rig.origin().url(path)} : Arguments{"-i", rig.origin().url(path)});
    QVERIFY2(wrong.empty(), (std::string(path) + ": " + wrong).c_str());
  }
  const auto head = rig.difference({"-I", rig.origin().url("/bytes/1000")});
  QVERIFY2(head.empty(), head.c_str());
  const auto range = rig.difference({"-i", "-r", "100-199", rig.origin().url("/mirror")});
  QVERIFY2(range.empty(), range.c_str());
}

// With --raw the chunks themselves, their extensions and the trailers come out.
SLUICE_TEST(chunksAndTrailersAsTheyWere) {
  Rig rig;
  QVERIFY(rig.ready());
  const auto wrong = rig.difference({"--raw", rig.origin().url("/bytes/5000?framing=chunked&piece=777&ext=a%3Db&trailers=1")});
  QVERIFY2(wrong.empty(), wrong.c_str());
}

SLUICE_TEST(uploadsFromStandardInputAndWithExpect) {
  Rig rig;
  QVERIFY(rig.ready());
  const auto body = Pattern(9).text(0, 700'000);
  const auto digest = sha256(asBytes(body));
  const std::vector<Arguments> uploads = {
      {"-T", "-", rig.origin().url("/upload")},
      {"-T", ".", "-H", "Expect:", rig.origin().url("/upload")},
      {"-T", "-", "-H", "Expect: 100-continue", "--expect100-timeout", "20", rig.origin().url("/upload")},
      {"--data-binary", "@-", "-H", "Expect: 100-continue", "--expect100-timeout", "20", rig.origin().url("/upload")},
  };
  for (const auto& upload : uploads) {
    for (const auto& way : rig.ways()) {
      const auto finished = Rig::curl(way.arguments, upload, body);
      QVERIFY2(finished.ok() && finished.output.find("\"size\":700000,\"sha256\":\"" + digest) != std::string::npos,
               (std::string(way.name) + ": " + finished.text()).c_str());
    }
  }
  const auto echoed = rig.difference({"--data-binary", "@-", rig.origin().url("/echo?framing=chunked")}, body);
  QVERIFY2(echoed.empty(), echoed.substr(0, 300).c_str());
}

SLUICE_TEST(ipv6Literals) {
  Rig rig;
  QVERIFY(rig.ready());
  if (!rig.origin().hasIpv6()) QSKIP("this machine has no IPv6 loopback");
  const auto wrong = rig.difference({"-g", "-i", "http://[::1]:" + std::to_string(rig.origin().port()) + "/bytes/100"});
  QVERIFY2(wrong.empty(), wrong.c_str());
}

SLUICE_TEST(fiftyAtOnce) {
  Rig rig;
  QVERIFY(rig.ready());
  const auto url = rig.origin().url("/bytes/[20001-20100]?framing=chunked&piece=4096");
  for (const auto& way : rig.ways()) {
    const TemporaryDirectory directory;
    const auto finished = Rig::curl(way.arguments, {"-Z", "--parallel-max", "50", "-o", (directory.path() / "#1").string(), url});
    QVERIFY2(finished.ok(), (std::string(way.name) + ": " + finished.text()).c_str());
    for (std::size_t size = 20001; size <= 20100; ++size) {
      QVERIFY2(contentsOf(directory.path() / std::to_string(size)) == Pattern(0).text(0, size), way.name);
    }
  }
}
