// Writes logs: frames become lines in a buffer, which goes to a descriptor when it is full.
import Glibc
public import Vocabulary

/// A log being written in one of the formats.
///
/// `finish()` before letting go of it: what is still in the buffer, and a format's last line, is lost else, since a
/// deinitialiser cannot report. Times are cut to the format's resolution: a nanosecond in csv, a microsecond in
/// candump, trc, asc, gvret, canhacker and crtd, 0.1 ms in busmaster, a millisecond in microchip. Formats that count
/// from a date (trc, asc, microchip, busmaster) begin at the whole second before the first frame; an earlier frame that
/// follows goes there.
public struct RecordingWriter: ~Copyable {
  /// The file, as errors name it.
  public let name: String
  public let format: RecordingFormat
  /// Frames written so far, those still in the buffer included.
  public private(set) var frames = 0
  /// Frames that the format cannot hold, which were left out: error frames but in candump, trc, asc and csv; remote
  /// requests in gvret, genericid, crtd and microchip; FD frames in canhacker, crtd and microchip; 29-bit identifiers up to
  /// 7FF in genericid and microchip.
  public private(set) var leftOut = 0
  /// Names by `CANFrame.bus`, each cut to 15 bytes; a frame of another bus goes to the last one. May be replaced as
  /// more channels become known. Formats with bus numbers write numbers where all names are such, else places in this
  /// list.
  public var channels: [String] {
    didSet { (names, numbersFromZero, numbersFromOne) = RecordingWriter.labels(channels) }
  }

  var text = TextBuffer()
  private var names: [[UInt8]]
  private var numbersFromZero: [[UInt8]]
  private var numbersFromOne: [[UInt8]]
  /// The whole second before the first frame; nil until the header is written.
  private var start: Int64?

  private let descriptor: Int32
  private let ownsDescriptor: Bool

  /// Creates or replaces a file; `-` is standard output.
  /// - Throws: when the file cannot be created.
  public init(
    path: String, format: RecordingFormat = .candump, channels: [String] = ["can0"]
  ) throws(RecordingError) {
    if path == "-" {
      self.init(descriptor: STDOUT_FILENO, name: "standard output", format: format, channels: channels)
      return
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RecordingError(file: path, action: "create", code: errno) }
    self.init(descriptor: descriptor, name: path, format: format, channels: channels, owning: true)
  }

  /// Writes to an open descriptor, which stays the caller's.
  public init(descriptor: Int32, name: String, format: RecordingFormat = .candump, channels: [String] = ["can0"]) {
    self.init(descriptor: descriptor, name: name, format: format, channels: channels, owning: false)
  }

  private init(descriptor: Int32, name: String, format: RecordingFormat, channels: [String], owning: Bool) {
    self.name = name
    self.format = format
    self.descriptor = descriptor
    ownsDescriptor = owning
    self.channels = channels
    (names, numbersFromZero, numbersFromOne) = RecordingWriter.labels(channels)
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
  }

  /// Adds a frame, or counts it as left out.
  /// - Throws: when a full buffer cannot be written.
  public mutating func write(_ frame: CANFrame) throws(RecordingError) {
    if !text.hasRoom { try flush() }
    if start == nil {
      writeHeader(at: frame.time.nanoseconds)
      if !text.hasRoom { try flush() }
    }
    guard format.holds(frame) else {
      leftOut += 1
      return
    }
    switch format {
    case .candump: writeCandump(frame)
    case .trc: writeTRC(frame)
    case .asc: writeASC(frame)
    case .gvret: writeGVRET(frame)
    case .genericid: writeGenericID(frame)
    case .canhacker: writeCANHacker(frame)
    case .crtd: writeCRTD(frame)
    case .microchip: writeMicrochip(frame)
    case .busmaster: writeBUSMASTER(frame)
    case .csv: writePlainCSV(frame)
    }
    frames += 1
  }

  /// Writes what ends a log of the format (also what begins it, when no frame came) and hands all to the system.
  /// - Throws: when it does not take it.
  public mutating func finish() throws(RecordingError) {
    if !text.hasRoom { try flush() }
    if start == nil { writeHeader(at: 0) }
    switch format {
    case .asc: writeASCTrailer()
    case .busmaster: writeBUSMASTERTrailer()
    default: break
    }
    try flush()
  }

  /// Hands all lines to the system.
  /// - Throws: when it does not take them; the rest of the buffer is dropped.
  public mutating func flush() throws(RecordingError) {
    let bytes = text.bytes
    var written = 0
    defer { text.clear() }
    while written < bytes.count {
      let taken = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
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

  private mutating func writeHeader(at time: Int64) {
    let start = max(0, time) / nanosecondsPerSecond * nanosecondsPerSecond
    self.start = start
    switch format {
    case .candump: break
    case .trc: writeTRCHeader(start: start)
    case .asc: writeASCHeader(start: start)
    case .gvret: writeGVRETHeader()
    case .genericid: writeGenericIDHeader()
    case .canhacker: writeCANHackerHeader()
    case .crtd: writeCRTDHeader(start: start)
    case .microchip: writeMicrochipHeader(start: start)
    case .busmaster: writeBUSMASTERHeader(start: start)
    case .csv: writePlainCSVHeader()
    }
  }

  // MARK: For the formats

  /// Nanoseconds from the start to a frame, at least 0.
  func offset(of frame: CANFrame) -> Int64 { max(0, max(0, frame.time.nanoseconds) - (start ?? 0)) }

  func channelName(of frame: CANFrame) -> [UInt8] { names[min(Int(frame.bus), names.count - 1)] }

  func channelNumber(of frame: CANFrame, from first: Int) -> [UInt8] {
    let numbers = first == 0 ? numbersFromZero : numbersFromOne
    return numbers[min(Int(frame.bus), numbers.count - 1)]
  }

  /// Data bytes, each with a blank before it.
  mutating func putBytes(_ frame: CANFrame) {
    for k in 0..<frame.dataLength {
      text.put(UInt8(ascii: " "))
      text.putHex(UInt32(frame[k]), digits: 2)
    }
  }

  private static func labels(_ channels: [String]) -> ([[UInt8]], [[UInt8]], [[UInt8]]) {
    let known = channels.isEmpty ? ["can0"] : channels
    let areNumbers = known.allSatisfy { 1...3 ~= $0.utf8.count && $0.utf8.allSatisfy(isDigit) }
    func numbers(from first: Int) -> [[UInt8]] {
      known.indices.map { Array((areNumbers ? known[$0] : String($0 + first)).utf8) }
    }
    return (known.map { Array($0.utf8.prefix(ChannelName.capacity)) }, numbers(from: 0), numbers(from: 1))
  }
}

extension RecordingFormat {
  fileprivate func holds(_ frame: CANFrame) -> Bool {
    switch self {
    case .candump, .csv, .trc, .asc: true
    case .gvret: !frame.id.isErrorFrame && !frame.id.isRemoteRequest
    case .genericid: !frame.id.isErrorFrame && !frame.id.isRemoteRequest && frame.id.showsItsLength
    case .busmaster: !frame.id.isErrorFrame
    case .canhacker: !frame.id.isErrorFrame && !frame.isFlexible
    case .crtd: !frame.id.isErrorFrame && !frame.id.isRemoteRequest && !frame.isFlexible
    case .microchip:
      !frame.id.isErrorFrame && !frame.id.isRemoteRequest && !frame.isFlexible && frame.id.showsItsLength
    }
  }
}

extension CANID {
  /// Whether its number alone says how many bits it has: one of 29 bits that fits into 11 would become another message.
  fileprivate var showsItsLength: Bool { !isExtended || value > 0x7FF }
}

extension CANFrame {
  var isFlexible: Bool { flags.contains(.flexibleDataRate) }
  /// Bytes that may be written, whatever the length says.
  var dataLength: Int { min(Int(length), isFlexible ? 64 : 8) }
}
