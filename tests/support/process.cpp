#include "tests/support/process.h"

#include <sstream>

#include "tests/support/process_impl.h"

namespace sluice::test {
namespace {

std::optional<std::string> lineIn(const std::string& text, const std::string& beginning) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (lines.eof() || line.rfind(beginning, 0) != 0) continue;
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  return std::nullopt;
}

}  // namespace

bool ProcessImpl::running() {
  const std::scoped_lock lock(mutex_);
  return !exitCode_;
}

std::optional<std::string> ProcessImpl::line(const std::string& beginning, Process::Deadline deadline) {
  std::unique_lock lock(mutex_);
  std::optional<std::string> found;
  changed_.wait_for(lock, deadline, [&] {
    found = lineIn(output_, beginning);
    if (!found) found = lineIn(errors_, beginning);
    return found || finished();
  });
  return found;
}

std::optional<int> ProcessImpl::wait(Process::Deadline deadline) {
  {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, deadline, [&] { return finished(); })) return exitCode_;
  }
  kill();
  return std::nullopt;
}

void ProcessImpl::keep(Stream stream, Bytes bytes) {
  if (stream == Stream::Output && options_.onOutput) return options_.onOutput(bytes);
  const std::scoped_lock lock(mutex_);
  (stream == Stream::Output ? output_ : errors_) += asText(bytes);
  changed_.notify_all();
}

void ProcessImpl::streamEnded() {
  const std::scoped_lock lock(mutex_);
  ++streamsEnded_;
  changed_.notify_all();
}

std::string ProcessImpl::copy(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  return text;
}

Process::Process(const std::string& program, const std::vector<std::string>& arguments, Options options)
    : impl_(ProcessImpl::start(program, arguments, std::move(options))) {}
Process::Process(const std::string& program, const std::vector<std::string>& arguments) : Process(program, arguments, Options{}) {}
Process::~Process() = default;

std::int64_t Process::id() const { return impl_->id(); }
bool Process::running() { return impl_->running(); }
void Process::terminate() { impl_->terminate(); }
void Process::kill() { impl_->kill(); }
std::optional<int> Process::wait(Deadline deadline) { return impl_->wait(deadline); }
std::string Process::output() { return impl_->output(); }
std::string Process::errors() { return impl_->errors(); }

std::optional<std::string> Process::lineThatBegins(const std::string& beginning, Deadline deadline) {
  return impl_->line(beginning, deadline);
}

std::string Finished::text() const {
  const auto code = exitCode ? std::to_string(*exitCode) : "none, killed at the deadline";
  return "exit code " + code + "\n" + output + errors;
}

Finished run(const std::string& program, const std::vector<std::string>& arguments, Process::Options options,
             Process::Deadline deadline) {
  Process process(program, arguments, std::move(options));
  const auto exitCode = process.wait(deadline);
  return {exitCode, process.output(), process.errors()};
}

}  // namespace sluice::test
