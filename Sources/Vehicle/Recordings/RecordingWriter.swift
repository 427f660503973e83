// Writes candump logs: frames become lines in a buffer of its own, which goes to a descriptor when it is full.
import Glibc
public import Vocabulary

/// A candump log being written, in the form of `candump -L`: microseconds, upper-case digits, one line per frame.
///
/// `flush()` before letting go of it: what is still in the buffer is lost else, since a deinitialiser cannot report.
public struct RecordingWriter: ~Copyable {
  /// The file, as errors name it.
  public let name: String
  /// Lines written so far, those still in the buffer included.
  public private(set) var frames = 0

  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private let channels: [[UInt8]]
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private var count = 0

  /// The longest line is that of 64 data bytes: 21 of time, 17 of channel, 8 of identifier, 3, 128, and the line end.
  private static let longestLine = 192
  private static let capacity = 65_536

  /// Creates or replaces a file; `-` is standard output.
  /// - Parameter channels: names by `CANFrame.bus`, each cut to 15 bytes. A frame of another bus goes to the last one.
  /// - Throws: when the file cannot be created.
  public init(path: String, channels: [String] = ["can0"]) throws(RecordingError) {
    if path == "-" {
      self.init(descriptor: STDOUT_FILENO, name: "standard output", channels: channels)
      return
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RecordingError(file: path, action: "create", code: errno) }
    self.init(descriptor: descriptor, name: path, channels: channels, owning: true)
  }

  /// Writes to an open descriptor, which stays the caller's.
  public init(descriptor: Int32, name: String, channels: [String] = ["can0"]) {
    self.init(descriptor: descriptor, name: name, channels: channels, owning: false)
  }

  private init(descriptor: Int32, name: String, channels: [String], owning: Bool) {
    self.name = name
    self.descriptor = descriptor
    ownsDescriptor = owning
    self.channels = (channels.isEmpty ? ["can0"] : channels).map { Array($0.utf8.prefix(ChannelName.capacity)) }
    buffer = .allocate(capacity: RecordingWriter.capacity)
  }

  deinit {
    buffer.deallocate()
    if ownsDescriptor { close(descriptor) }
  }

  /// Adds a line. Times before 1970 become 0, nanoseconds are cut to microseconds.
  /// - Throws: when a full buffer cannot be written.
  public mutating func write(_ frame: CANFrame) throws(RecordingError) {
    if count + RecordingWriter.longestLine > buffer.count { try flush() }
    putTime(max(0, frame.time.nanoseconds) / 1000)
    put(UInt8(ascii: " "))
    for byte in channels[min(Int(frame.bus), channels.count - 1)] { put(byte) }
    put(UInt8(ascii: " "))
    putIdentifier(frame.id)
    put(UInt8(ascii: "#"))
    if frame.id.isRemoteRequest {
      put(UInt8(ascii: "R"))
      if frame.length > 0 { putHex(UInt32(min(frame.length, 8)), digits: 1) }
    } else {
      var length = min(Int(frame.length), 8)
      if frame.flags.contains(.flexibleDataRate) {
        put(UInt8(ascii: "#"))
        putHex(UInt32(frame.flags.rawValue & 0x03), digits: 1)
        length = min(Int(frame.length), 64)
      }
      for i in 0..<length { putHex(UInt32(frame[i]), digits: 2) }
    }
    put(0x0A)
    frames += 1
  }

  /// Hands all lines to the system.
  /// - Throws: when it does not take them; the rest of the buffer is dropped.
  public mutating func flush() throws(RecordingError) {
    var written = 0
    defer { count = 0 }
    while written < count {
      let taken = Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, count - written)
      if taken >= 0 {
        written += taken
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      case let code: throw RecordingError(file: name, action: "write", code: code)
      }
    }
  }

  private mutating func put(_ byte: UInt8) {
    buffer[count] = byte
    count += 1
  }

  private mutating func putHex(_ value: UInt32, digits: Int) {
    for shift in stride(from: (digits - 1) * 4, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift)) & 0xF
      put(digit < 10 ? digit + UInt8(ascii: "0") : digit + (UInt8(ascii: "A") - 10))
    }
  }

  /// Error frames show their flag, as candump writes them.
  private mutating func putIdentifier(_ id: CANID) {
    if id.isErrorFrame {
      putHex(id.rawValue & 0x1FFF_FFFF | CANID.errorFlag, digits: 8)
    } else {
      putHex(id.value, digits: id.isExtended ? 8 : 3)
    }
  }

  private mutating func putTime(_ microseconds: Int64) {
    put(UInt8(ascii: "("))
    putDecimal(microseconds / 1_000_000, digits: 10)
    put(UInt8(ascii: "."))
    putDecimal(microseconds % 1_000_000, digits: 6)
    put(UInt8(ascii: ")"))
  }

  private mutating func putDecimal(_ value: Int64, digits: Int) {
    var rest = value
    for i in stride(from: count + digits - 1, through: count, by: -1) {
      buffer[i] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += digits
  }
}
