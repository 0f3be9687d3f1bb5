#include "core/capture/record_codec.h"

#include <concepts>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sluice::capture {
namespace {

template <class R, class T>
concept Either = std::same_as<std::remove_const_t<R>, T>;  // to be written, or to be filled in

// What each record is made of. `archive` writes or reads the fields that it is given.
template <class A, Either<Error> R>
void fields(A& archive, R& record) {
  auto& [code, side, systemCode, detail] = record;
  archive(code, side, systemCode, detail);
}
template <class A, Either<Phases> R>
void fields(A& archive, R& record) {
  auto& [resolved, connected, requestSent, responseFirst, responseHead, finished] = record;
  archive(resolved, connected, requestSent, responseFirst, responseHead, finished);
}
template <class A, Either<BodyTotals> R>
void fields(A& archive, R& record) {
  auto& [bytes, captured, wire] = record;
  archive(bytes, captured, wire);
}
template <class A, Either<ConnectionOpened> R>
void fields(A& archive, R& record) {
  auto& [connection, at, client, listener] = record;
  archive(connection, at, client, listener);
}
template <class A, Either<ClientIdentified> R>
void fields(A& archive, R& record) {
  auto& [connection, exchangesFrom, process, program] = record;
  archive(connection, exchangesFrom, process, program);
}
template <class A, Either<ConnectionClosed> R>
void fields(A& archive, R& record) {
  auto& [connection, at] = record;
  archive(connection, at);
}
template <class A, Either<ExchangeStarted> R>
void fields(A& archive, R& record) {
  auto& [exchange, connection, kind, at, method, url, scheme, host, port, path, head] = record;
  archive(exchange, connection, kind, at, method, url, scheme, host, port, path, head);
}
template <class A, Either<ResponseStarted> R>
void fields(A& archive, R& record) {
  auto& [exchange, status, contentType, head] = record;
  archive(exchange, status, contentType, head);
}
template <class A, Either<BodyChunk> R>
void fields(A& archive, R& record) {
  auto& [exchange, direction, bytes] = record;
  archive(exchange, direction, bytes);
}
template <class A, Either<MessagePassed> R>
void fields(A& archive, R& record) {
  auto& [exchange, direction, at, opcode, compressed, wireBytes, bytes, payload, fault] = record;
  archive(exchange, direction, at, opcode, compressed, wireBytes, bytes, payload, fault);
}
template <class A, Either<TlsSeen> R>
void fields(A& archive, R& record) {
  auto& [exchange, side, version, cipher, protocol, serverName, resumed, handshakeUs, note, chain, digest] = record;
  archive(exchange, side, version, cipher, protocol, serverName, resumed, handshakeUs, note, chain, digest);
}
template <class A, Either<BodyInFile> R>
void fields(A& archive, R& record) {
  auto& [exchange, direction, bytes] = record;
  archive(exchange, direction, bytes);
}
template <class A, Either<ExchangeProgress> R>
void fields(A& archive, R& record) {
  auto& [exchange, request, response] = record;
  archive(exchange, request, response);
}
template <class A, Either<ExchangeEnded> R>
void fields(A& archive, R& record) {
  auto& [exchange, at, error, phases, request, response, address, reused, profile, heldBackUs, requestTrailers,
         responseTrailers] = record;
  archive(exchange, at, error, phases, request, response, address, reused, profile, heldBackUs, requestTrailers,
          responseTrailers);
}

template <class A, Either<Annotated> R>
void fields(A& archive, R& record) {
  auto& [exchange, mark, comment] = record;
  archive(exchange, mark, comment);
}

// The highest number of each kind that travels.
constexpr std::uint64_t highest(Kind) { return std::uint64_t(Kind::Tunnel); }
constexpr std::uint64_t highest(Direction) { return std::uint64_t(Direction::Response); }
constexpr std::uint64_t highest(Mark) { return std::uint64_t(Mark::Purple); }
constexpr std::uint64_t highest(Side) { return std::uint64_t(Side::Upstream); }
constexpr std::uint64_t highest(Code) { return std::numeric_limits<std::uint16_t>::max(); }

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

 private:
  template <std::integral T>
  void put(const T& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
    requires std::is_enum_v<T>
  void put(const T& value) {
    put(static_cast<std::underlying_type_t<T>>(value));
  }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    out_.append(text);
  }
  void put(const WallTime& at) { put(std::int64_t(at.time_since_epoch().count())); }
  template <class Tag>
  void put(const Id<Tag>& id) {
    put(id.value);
  }
  template <class R>
    requires std::is_aggregate_v<R>
  void put(const R& record) {
    fields(*this, record);
  }

  std::string& out_;
};

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  bool isGood() const { return good_ && rest_.empty(); }

 private:
  template <std::integral T>
  void get(T& value) {
    if (rest_.size() < sizeof value) {
      good_ = false;
      return;
    }
    if constexpr (std::same_as<T, bool>) {
      value = rest_[0] != std::byte{0};
    } else {
      std::memcpy(&value, rest_.data(), sizeof value);
    }
    rest_ = rest_.subspan(sizeof value);
  }
  template <class T>
    requires std::is_enum_v<T>
  void get(T& value) {
    std::underlying_type_t<T> number{};
    get(number);
    good_ = good_ && number <= highest(T{});
    if (good_) value = static_cast<T>(number);
  }
  void get(std::string& text) {
    std::uint32_t size = 0;
    get(size);
    if (!good_ || size > rest_.size()) {
      good_ = false;
      return;
    }
    text = asText(rest_.first(size));
    rest_ = rest_.subspan(size);
  }
  void get(WallTime& at) {
    std::int64_t micros = 0;
    get(micros);
    at = wallTimeFrom(micros);
  }
  // The database counts in signed numbers.
  template <class Tag>
  void get(Id<Tag>& id) {
    get(id.value);
    good_ = good_ && id.value <= std::uint64_t(std::numeric_limits<std::int64_t>::max());
  }
  template <class R>
    requires std::is_aggregate_v<R>
  void get(R& record) {
    fields(*this, record);
  }

  Bytes rest_;
  bool good_ = true;
};

template <std::size_t index = 0>
Result<Record> decodeAs(std::size_t wanted, Bytes bytes) {
  if constexpr (index < std::variant_size_v<Record>) {
    if (index != wanted) return decodeAs<index + 1>(wanted, bytes);
    Reader reader(bytes);
    std::variant_alternative_t<index, Record> record;
    fields(reader, record);
    if (reader.isGood()) return Record(std::in_place_index<index>, std::move(record));
  }
  return fail(Side::Local, Code::ProtocolFault, "a record of kind " + std::to_string(wanted) + " is malformed");
}

}  // namespace

void encode(const Record& record, std::string& out) {
  out.push_back(static_cast<char>(record.index()));
  Writer writer(out);
  std::visit([&](const auto& each) { fields(writer, each); }, record);
}

Result<Record> decode(Bytes bytes) {
  if (bytes.empty()) return fail(Side::Local, Code::ProtocolFault, "a record is empty");
  return decodeAs(std::to_integer<std::size_t>(bytes[0]), bytes.subspan(1));
}

}  // namespace sluice::capture
