// A disk whose N-th operation fails, under SQLite: the system's own file layer with a fault put in. One at a time.
#pragma once

namespace sluice::store::test {

class FailingDisk {
 public:
  FailingDisk();  // in force until it goes away
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk();

  // From now on, operations `first` to `first` + `count` - 1 that change something on the disk fail with this SQLite
  // result code; 1 is the next one.
  void fail(int first, int count, int sqliteCode);
  // Operations since then.
  int operations() const;

  // How often the calling thread has waited until something was on the disk, of any file.
  int syncsHere() const;
  // How often any thread has, of a database itself.
  int databaseSyncs() const;
};

}  // namespace sluice::store::test
