// Ends a client's wait from another thread: a pipe that poll(2) watches beside the socket.
import Glibc

/// A bell that any thread may ring and one thread waits for. Rings that come together count as one.
public final class Wakeup: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32

  /// - Throws: `MQTTError.invalidOption` when the process has no file descriptor left.
  public init() throws(MQTTError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw .invalidOption(name: "wake-up", reason: "no pipe to be had: " + systemText(errno))
    }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  public func ring() {
    var byte: UInt8 = 1
    // A full pipe means that the bell is rung already.
    _ = write(writeEnd, &byte, 1)
  }

  /// Waits until somebody rings, `milliseconds` at most.
  public func wait(milliseconds: Int32) {
    var source = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    if poll(&source, 1, max(0, milliseconds)) > 0 { clear() }
  }

  func clear() {
    var buffer: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    while read(readEnd, &buffer, MemoryLayout.size(ofValue: buffer)) == MemoryLayout.size(ofValue: buffer) {}
  }
}

/// The operating system's words for an errno.
func systemText(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
