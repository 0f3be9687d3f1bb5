#include "tests/unit/core/store/failing_disk.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>

namespace sluice::store::test {
namespace {

std::atomic<int> operationCount{0};
std::atomic<int> firstToFail{0};
std::atomic<int> countToFail{0};
std::atomic<int> failWith{SQLITE_OK};
thread_local int syncsOfThread = 0;
std::atomic<int> syncsOfDatabases{0};

int verdict() {
  const int now = operationCount.fetch_add(1) + 1;
  const int first = firstToFail;
  return first != 0 && now >= first && now < first + countToFail ? failWith.load() : SQLITE_OK;
}

// What SQLite allocates for each open file: this, and the real file behind it.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
  bool isDatabase;
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

int closeFile(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
int readFile(sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, n, at); }
int writeFile(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
  const int failure = verdict();
  return failure != SQLITE_OK ? failure : real(f)->pMethods->xWrite(real(f), from, n, at);
}
int truncateFile(sqlite3_file* f, sqlite3_int64 size) {
  const int failure = verdict();
  return failure != SQLITE_OK ? failure : real(f)->pMethods->xTruncate(real(f), size);
}
int syncFile(sqlite3_file* f, int flags) {
  ++syncsOfThread;
  syncsOfDatabases += reinterpret_cast<File*>(f)->isDatabase ? 1 : 0;
  const int failure = verdict();
  return failure != SQLITE_OK ? failure : real(f)->pMethods->xSync(real(f), flags);
}
int sizeOfFile(sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); }
int lockFile(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlockFile(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int checkLock(sqlite3_file* f, int* held) { return real(f)->pMethods->xCheckReservedLock(real(f), held); }
int control(sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
int sectorSize(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int traits(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int mapShared(sqlite3_file* f, int region, int size, int extend, void volatile** to) {
  const int failure = extend != 0 ? verdict() : SQLITE_OK;
  return failure != SQLITE_OK ? failure : real(f)->pMethods->xShmMap(real(f), region, size, extend, to);
}
int lockShared(sqlite3_file* f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); }
void barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int unmapShared(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

const sqlite3_io_methods kMethods{2,          closeFile, readFile,   writeFile,  truncateFile, syncFile,   sizeOfFile,
                                  lockFile,   unlockFile, checkLock, control,    sectorSize,   traits,     mapShared,
                                  lockShared, barrier,    unmapShared, nullptr,  nullptr};

sqlite3_vfs* systemVfs = nullptr;
sqlite3_vfs faultyVfs;

int openFile(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* outFlags) {
  auto* const wrapper = reinterpret_cast<File*>(file);
  wrapper->base.pMethods = nullptr;
  wrapper->isDatabase = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  wrapper->real = reinterpret_cast<sqlite3_file*>(wrapper + 1);
  const int failure = (flags & SQLITE_OPEN_CREATE) != 0 ? verdict() : SQLITE_OK;
  if (failure != SQLITE_OK) return SQLITE_CANTOPEN;
  const int code = systemVfs->xOpen(systemVfs, name, wrapper->real, flags, outFlags);
  if (wrapper->real->pMethods != nullptr) wrapper->base.pMethods = &kMethods;
  return code;
}

}  // namespace

FailingDisk::FailingDisk() {
  systemVfs = sqlite3_vfs_find(nullptr);
  faultyVfs = *systemVfs;
  faultyVfs.zName = "failing-disk";
  faultyVfs.szOsFile = systemVfs->szOsFile + int(sizeof(File));
  faultyVfs.pNext = nullptr;
  faultyVfs.xOpen = openFile;
  sqlite3_vfs_register(&faultyVfs, 1);
  fail(0, 0, SQLITE_OK);
  syncsOfThread = 0;
}

FailingDisk::~FailingDisk() {
  sqlite3_vfs_register(systemVfs, 1);
  sqlite3_vfs_unregister(&faultyVfs);
}

void FailingDisk::fail(int first, int count, int sqliteCode) {
  firstToFail = first;
  countToFail = count;
  failWith = sqliteCode;
  operationCount = 0;
}

int FailingDisk::operations() const { return operationCount; }

int FailingDisk::syncsHere() const { return syncsOfThread; }

int FailingDisk::databaseSyncs() const { return syncsOfDatabases; }

}  // namespace sluice::store::test
