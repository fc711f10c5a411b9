#pragma once
// What may go wrong with a file, by the environment's wish. Tests load the library with LD_PRELOAD.
//
// FAULT_PATH       texts, ':' between them: only regular files whose path holds one of them are touched
// FAULT_KINDS      of short_read short_write eintr eio_read eio_write enospc edquot estale rename fsync, ',' between
// FAULT_RATE       probability that a call which one of the kinds fits goes wrong
// FAULT_SEED       chooses which; each MPI rank has its own sequence
// FAULT_AFTER      so many calls that one of the kinds fits go right first; bad blocks aside
// FAULT_MAX        at most so many in a process; bad blocks aside
// FAULT_TRANSIENT  1: a call that failed succeeds when it is tried again. Else eio_read makes bad blocks of 64 KiB,
//                  which fail for ever, and estale a descriptor that reads nothing more until it is opened again
// FAULT_LOG        a file that gets one line a fault
// FAULT_KILL       OP:WHEN:TEXT:N: SIGKILL at the N-th (from 1) open, write, fsync, rename or unlink of a path that
//                  holds TEXT; WHEN: before or after the call; or stop: SIGSTOP before it, until somebody continues it
// FAULT_RECORDING  ACTION:TEXT: crash, abort, hang, stop (SIGSTOP), kill or slow (50 ms a read) once such
//                  a file was read beyond its first 100 KiB
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace faults {

enum class Operation { open, read, write, fsync, rename, unlink };
enum class Kind { short_read, short_write, eintr, eio_read, eio_write, enospc, edquot, estale, rename, fsync };

struct Call {
  Operation operation;
  std::string path;
  off_t offset = 0;      ///< of reads and writes
  int descriptor = -1;   ///< of reads and writes
  std::string new_path;  ///< of renames
};

/// What goes wrong with this call, if anything; noted in the log.
[[nodiscard]] std::optional<Kind> choose_fault(const Call& call);
[[nodiscard]] int errno_of(Kind kind);

/// Whether this call is the one to be killed at, before or after it; it is counted before.
[[nodiscard]] bool is_kill_point(const Call& call);
void kill_if(bool here, std::string_view when);

/// To be called with the bytes that a read gave.
void act_on_recording(const Call& call, ssize_t count);

/// The descriptor names another file now, or none.
void forget_descriptor(int descriptor);

}  // namespace faults
