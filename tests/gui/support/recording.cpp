#include "tests/gui/support/recording.h"

#include "core/base/assert.h"
#include "core/store/database.h"

namespace sluice::gui::test {
namespace {

constexpr auto kHost = "shop.test";
const WallTime kFirst{Micros{1'760'000'000'000'000}};

}  // namespace

Recording::Recording() { open(); }

Recording::~Recording() { recorder_->stop(); }

void Recording::open() {
  auto database = store::Database::open(directory_.path(), kFirst);
  SLUICE_ASSERT(database.has_value());
  next_ = database->nextExchangeId().value;
  auto recorder = store::Recorder::start(std::move(*database), {});
  SLUICE_ASSERT(recorder.has_value());
  recorder_ = std::move(*recorder);
  recorder_->record(capture::ConnectionOpened{{1}, kFirst, "127.0.0.1:53124", "regular 127.0.0.1:8080"});
}

void Recording::replace() {
  recorder_->stop();
  recorder_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    std::filesystem::remove_all(entry.path());
  }
  open();
}

ExchangeId Recording::begin(const std::string& path, const std::string& method) {
  return beginWith(method, path, method + " " + path + " HTTP/1.1\r\nHost: " + kHost + "\r\nAccept: */*\r\n\r\n");
}

ExchangeId Recording::beginWith(const std::string& method, const std::string& path, const std::string& head) {
  capture::ExchangeStarted started;
  started.exchange = {next_++};
  started.connection = {1};
  started.at = kFirst + Micros(started.exchange.value * 1000);
  started.method = method;
  started.url = std::string("http://") + kHost + path;
  started.scheme = "http";
  started.host = kHost;
  started.port = 80;
  started.path = path;
  started.requestHead = head;
  recorder_->record(started);
  return started.exchange;
}

ExchangeId Recording::beginTunnel(const std::string& target) {
  capture::ExchangeStarted started;
  started.exchange = {next_++};
  started.connection = {1};
  started.kind = capture::Kind::Tunnel;
  started.at = kFirst + Micros(started.exchange.value * 1000);
  started.method = "CONNECT";
  started.url = target;
  started.host = target.substr(0, target.rfind(':'));
  started.port = std::uint16_t(std::stoi(target.substr(target.rfind(':') + 1)));
  started.requestHead = "CONNECT " + target + " HTTP/1.1\r\n\r\n";
  recorder_->record(started);
  return started.exchange;
}

void Recording::answer(ExchangeId id, int status, const std::string& contentType) {
  answerWith(id, "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Type: " + contentType + "\r\n\r\n",
             contentType);
}

void Recording::answerWith(ExchangeId id, const std::string& head, const std::string& contentType) {
  answered_.insert(id.value);
  capture::ResponseStarted response;
  response.exchange = id;
  response.status = std::stoi(head.substr(9, 3));
  response.contentType = contentType;
  response.responseHead = head;
  recorder_->record(response);
}

void Recording::body(ExchangeId id, capture::Direction direction, const std::string& bytes) {
  sizes_.resize(std::max<std::size_t>(sizes_.size(), id.value + 1));
  (direction == capture::Direction::Request ? sizes_[id.value].request : sizes_[id.value].response) += bytes.size();
  recorder_->record(capture::BodyChunk{id, direction, bytes});
}

void Recording::end(ExchangeId id, Error error) {
  sizes_.resize(std::max<std::size_t>(sizes_.size(), id.value + 1));
  capture::ExchangeEnded ended;
  ended.exchange = id;
  ended.at = kFirst + Micros(id.value * 1000 + 42'000);
  ended.error = std::move(error);
  const bool answered = answered_.count(id.value) > 0;
  ended.phases = {.resolvedUs = 1'000,
                  .connectedUs = 5'000,
                  .requestSentUs = 6'000,
                  .responseHeadUs = answered ? 30'000 : -1,
                  .finishedUs = 42'000};
  ended.request = {sizes_[id.value].request, sizes_[id.value].request};
  ended.response = {sizes_[id.value].response, sizes_[id.value].response};
  ended.upstreamAddress = "127.0.0.1:80";
  recorder_->record(ended);
}

ExchangeId Recording::whole(const std::string& path, int status, const std::string& contentType,
                            const std::string& responseBody) {
  const ExchangeId id = begin(path);
  answer(id, status, contentType);
  if (!responseBody.empty()) body(id, capture::Direction::Response, responseBody);
  end(id);
  return id;
}

}  // namespace sluice::gui::test
