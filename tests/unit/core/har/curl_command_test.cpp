#include "core/har/curl_command.h"

#include <array>
#include <cstdio>
#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::har;

namespace {

// What a shell makes of the command when curl is a function that prints its arguments, each in brackets.
std::string run(const std::string& command) {
  const std::string script = "curl() { for each in \"$@\"; do printf '[%s]' \"$each\"; done; case \"$*\" in *@-*) cat;; esac; }\n" +
      command;
  const test::TemporaryDirectory folder;  // of any length, unlike an argument
  const std::string file = (folder / "script").string();
  std::ofstream(file, std::ios::binary) << script;
  FILE* pipe = ::popen(("sh " + file).c_str(), "r");
  std::string output;
  std::array<char, 4096> piece{};
  for (std::size_t count; (count = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) output.append(piece.data(), count);
  ::pclose(pipe);
  return output;
}

store::ExchangeDetails request(std::string method, std::string url, std::string fields) {
  store::ExchangeDetails details;
  details.requestHead = method + " / HTTP/1.1\r\n" + fields + "\r\n";
  details.row.method = std::move(method);
  details.row.url = std::move(url);
  return details;
}

}  // namespace

SLUICE_TEST(keepsEveryByteFromTheShell) {
  const std::string nasty = "a'b\"c`id`$(id)\\ \n;&|<>*?~#!{a,b} -x";
  QCOMPARE(run("curl " + shellWord(nasty)), "[" + nasty + "]");
  const auto details = request("PURGE", "http://a/?x='$(id)'&y=[1-9]", "X: " + std::string("'; rm -rf / #") + "\r\n");
  const std::string output = run(curlCommand(details, ""));
  QVERIFY2(output.find("[http://a/?x='$(id)'&y=[1-9]]") != std::string::npos, output.c_str());
  QVERIFY2(output.find("[-H][X: '; rm -rf / #]") != std::string::npos, output.c_str());
  QVERIFY(output.find("[-X][PURGE]") != std::string::npos && output.find("[--globoff]") != std::string::npos);
}

SLUICE_TEST(sendsTheBodyAsItWas) {
  const auto details = request("POST", "http://a/", "Content-Type: text/plain\r\nContent-Length: 9\r\nHost: a\r\n");
  const std::string text = run(curlCommand(details, "@a=1\n'b'"));
  QVERIFY2(text.find("[--data-raw][@a=1\n'b']") != std::string::npos, text.c_str());
  QVERIFY(text.find("-X") == std::string::npos && text.find("Length") == std::string::npos && text.find("Host") == std::string::npos);
  const std::string bytes("\xff\0\x01", 3);
  const std::string binary = run(curlCommand(details, bytes));
  QVERIFY(binary.find("[--data-binary][@-]" + bytes) != std::string::npos);
}

SLUICE_TEST(takesAwayWhatCurlWouldAdd) {
  const std::string bare = run(curlCommand(request("GET", "http://a/", "Empty:\r\n@file: x\r\n"), ""));
  for (const char* wanted : {"[-H][accept:]", "[-H][user-agent:]", "[-H][Empty;]"}) QVERIFY2(bare.find(wanted) != std::string::npos,
      bare.c_str());
  QVERIFY(bare.find("@file") == std::string::npos && bare.find("--compressed") == std::string::npos);
  const std::string full = run(curlCommand(request("HEAD", "http://a/", "Accept: x\r\nUser-Agent: y\r\nAccept-Encoding: gzip\r\n"), ""));
  QVERIFY(full.find("[--head]") != std::string::npos && full.find("[--compressed]") != std::string::npos);
  QVERIFY(full.find("accept:]") == std::string::npos);
}

// A system takes no more than 128 KiB as one argument.
SLUICE_TEST(aLargeBodyGoesThroughAPipe) {
  const auto details = request("POST", "http://a/", "Content-Type: text/plain\r\n");
  std::string body = "@'%s\\n\n";
  while (body.size() < 300'000) body += "line " + std::to_string(body.size()) + "'\n";
  body += "\n\n";
  const std::string output = run(curlCommand(details, body));
  QVERIFY(output.ends_with("[--data-binary][@-]" + body));
}
