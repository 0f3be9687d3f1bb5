#include "platform/linux/client_descriptors.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"

namespace sluice::platform {

ClientDescriptors::Process* ClientDescriptors::find(std::uint64_t process) {
  const auto found = std::find_if(processes_.begin(), processes_.end(), [&](const Process& each) { return each.id == process; });
  return found == processes_.end() ? nullptr : &*found;
}

ClientDescriptors::Process& ClientDescriptors::latest(std::uint64_t process) {
  if (!processes_.empty() && processes_.front().id == process) return processes_.front();
  Process entry{process, {}, 0};
  if (Process* known = find(process)) entry = std::move(*known);
  gone(process);
  processes_.push_front(std::move(entry));
  if (processes_.size() > limits::kClientProgramsRemembered) processes_.pop_back();
  return processes_.front();
}

void ClientDescriptors::opened(std::uint64_t connection, ProcessDescriptor at) {
  auto& process = latest(at.process);
  if (std::erase(process.freed, at.number) == 0) process.next = at.number + 1;
  if (open_.size() >= limits::kClientDescriptorsRemembered) open_.clear();  // some that ended may never have been told
  open_[connection] = at;
}

// The lowest ones are given away first: they are kept.
void ClientDescriptors::ended(std::uint64_t connection) {
  const auto known = open_.extract(connection);
  if (known.empty()) return;
  Process* process = find(known.mapped().process);
  if (process == nullptr) return;
  auto& freed = process->freed;
  const int number = known.mapped().number;
  const auto place = std::lower_bound(freed.begin(), freed.end(), number);
  if (place == freed.end() || *place != number) freed.insert(place, number);
  if (freed.size() > limits::kClientGuessesMax) freed.pop_back();
}

void ClientDescriptors::taken(ProcessDescriptor at, std::uint64_t inode) {
  if (Process* process = find(at.process)) std::erase(process->freed, at.number);
  if (inode == 0) return;
  seen_.push_front({inode, at});
  if (seen_.size() > limits::kClientGuessesMax) seen_.pop_back();
}

void ClientDescriptors::gone(std::uint64_t process) {
  std::erase_if(processes_, [&](const Process& each) { return each.id == process; });
}

std::vector<ProcessDescriptor> ClientDescriptors::guesses(std::uint64_t inode) const {
  std::vector<ProcessDescriptor> all;
  const auto seen = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& each) { return each.inode == inode; });
  if (seen != seen_.end()) all.push_back(seen->at);
  for (const auto& process : processes_) {
    for (const int number : process.freed) all.push_back({process.id, number});
    all.push_back({process.id, process.next});
  }
  if (all.size() > limits::kClientGuessesMax) all.resize(limits::kClientGuessesMax);
  return all;
}

std::vector<std::uint64_t> ClientDescriptors::processes() const {
  std::vector<std::uint64_t> all;
  for (const auto& each : processes_) all.push_back(each.id);
  return all;
}

}  // namespace sluice::platform
