// The machine's time, for tests that have other processes or threads to wait for.
import Glibc

/// CLOCK_MONOTONIC in nanoseconds.
public func hostNanoseconds() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// What the calling thread has computed, nanoseconds: other than the host's time, it does not depend on what else runs.
public func threadNanoseconds() -> Int64 { nanoseconds(of: CLOCK_THREAD_CPUTIME_ID) }

private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// A point in time that a test does not wait beyond: far off, because all tests share two threads on a small machine and
/// one that waits for a process may hold the other up for a minute.
public struct Deadline: Sendable {
  private let end: Int64
  public init(seconds: Int64 = 300) { end = hostNanoseconds() + seconds * 1_000_000_000 }
  public var isOver: Bool { hostNanoseconds() >= end }
}
