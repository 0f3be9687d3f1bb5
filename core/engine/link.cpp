#include "core/engine/link.h"

namespace sluice::engine {

Link::Output::Output(Link& of, platform::FilePool* files)
    : link(&of), chain(of.writer_, output::Demands{.sendFile = true}, files == nullptr ? nullptr : &reader.emplace(*files, [this] {
        if (link != nullptr) link->fileWasRead();
      })) {}

Link::Link(asio::ip::tcp::socket socket, Side side, platform::FilePool* files) : transport_(std::move(socket), side), files_(files) {
  transport_.setHandler(this);
}

Link::Output& Link::made() {
  if (!output_) {
    output_ = std::make_shared<Output>(*this, files_);
    if (output_->reader) output_->reader->keepWith(output_);
    if (tls_) output_->chain.setDemands(kDemandsOfTls);
  }
  return *output_;
}

Link::~Link() {
  if (tls_ && transport_.isOpen()) endSending();
  if (!output_) return;
  if (output_->chain.reading()) output_->chain.discard();
  output_->link = nullptr;
}

void Link::releaseOutput() {
  if (output_ && !output_->chain.pending() && !output_->chain.reading()) output_.reset();
  writer_.releaseUnused();
}

void Link::fileWasRead() {
  if (driver_ != nullptr) driver_->linkReady(*this);
}

IoResult Link::receive(std::span<const MutableBytes> into) {
  if (!mayReceive_) return IoResult::wouldBlock();
  if (tls_) return receiveSecure(into);
  auto result = transport_.receive(into);
  std::size_t room = 0;
  for (const auto& piece : into) room += piece.size();
  // Fewer bytes than there was room for: the rest has not arrived yet. Waiting looks again, so nothing is missed.
  if (result.status == IoResult::Status::WouldBlock || (result.status == IoResult::Status::Ok && result.bytes < room)) {
    mayReceive_ = false;
  }
  return result;
}

IoResult Link::receiveInto(net::KernelPipe& pipe) {
  if (!mayReceive_) return IoResult::wouldBlock();
  auto result = transport_.receiveInto(pipe);
  if (result.status == IoResult::Status::WouldBlock) mayReceive_ = false;
  return result;
}

IoResult Link::sendFrom(net::KernelPipe& pipe) {
  if (sendBlocked_) return IoResult::wouldBlock();
  auto result = transport_.sendFrom(pipe);
  sendBlocked_ = result.status == IoResult::Status::WouldBlock;
  return result;
}

IoResult Link::peek() {
  if (tls_) return peekSecure();
  auto result = transport_.peek();
  if (result.status == IoResult::Status::WouldBlock) mayReceive_ = false;
  return result;
}

void Link::waitReadable() {
  if (!mayReceive_) transport_.waitReadable();
}

void Link::lookAgain() {
  mayReceive_ = true;
  drained_ = false;
}

void Link::waitWritableIfBlocked(MonoTime now) {
  const bool blocked = sendBlocked_ || writer_.readiness(now) == pipe::OutputFilter::Readiness::Blocked;
  if (blocked || holdsBack()) transport_.waitWritable();
}

void Link::sendBody(std::string body, MonoTime now) {
  ownBodies_.push_back(std::move(body));
  auto slice = buffer::Slice::ofMemory(asBytes(ownBodies_.back()));
  slice.owner = this;
  slice.last = true;
  buffer::Chain chain;
  chain.pushBack(slice);
  output().push(chain, now);
}

IoResult Link::sendFile(buffer::File& file, std::uint64_t offset, std::uint64_t length) {
  auto result = transport_.sendFile(static_cast<PooledFile&>(file).handle(), offset, static_cast<std::size_t>(length));
  // The writer knows the file's name.
  return result.error.code == Code::FileChanged ? IoResult::end() : result;
}

void Link::onReadable() {
  mayReceive_ = true;
  if (driver_ != nullptr) driver_->linkReady(*this);
}

void Link::onWritable() {
  sendBlocked_ = false;
  writer_.onWritable();
  if (driver_ != nullptr) driver_->linkReady(*this);
}

}  // namespace sluice::engine
