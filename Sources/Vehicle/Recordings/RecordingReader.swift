// Reads logs of every format from files, pipes and standard input, without allocating per line.
import Glibc
public import Vocabulary

/// A log in one of the formats of `RecordingFormat`, read in batches. Belongs to one thread at a time.
///
/// A damaged line is counted in `damage` and skipped. Times are delivered as they stand, also when they run backwards;
/// those since the line before are summed up.
public final class RecordingReader {
  /// The file, as errors name it.
  public let name: String
  /// As the caller said or the first lines tell. Of a pipe only known after the first `read`; candump until then.
  public private(set) var format = RecordingFormat.candump
  /// Channels in order of first appearance, at most 16; `CANFrame.bus` is an index into them. As the format names them:
  /// `can0`, or a number; `1` where it does not number its only bus.
  public private(set) var channels: [String] = []
  /// Lines read so far, blank ones not counted. Those that are neither frames nor damaged are headers and remarks.
  public private(set) var lines = 0
  /// Frames delivered so far.
  public private(set) var frames = 0
  /// What was wrong with other lines.
  public private(set) var damage = RecordingDamage()

  /// Fills a buffer from its begin and returns the number of bytes, 0 at the end.
  typealias Source = (UnsafeMutableRawBufferPointer) throws(RecordingError) -> Int

  private let source: Source
  private let descriptor: Int32?
  private let ownedDescriptor: Int32?
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  /// The bytes read and not yet taken are `buffer[start..<end]`.
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// Inside a line longer than the buffer, whose rest is thrown away.
  private var isSkipping = false
  /// Lines taken from the buffer, blank ones included.
  private var lineNumber = 0
  private var names: [ChannelName] = []
  private static let maximumChannels = 16

  private let statedFormat: RecordingFormat?
  /// The format and the line end are known, and a byte order mark is behind.
  private var isBegun = false
  private var lineReader = LineReader(format: .candump)
  /// Line feed, or carriage return where there is no line feed behind it.
  private var lineEnd: UInt8 = 0x0A
  /// First lines that may be of no known format before the file is.
  private static let unknownLines = 1000

  /// Opens a log; `-` is standard input.
  /// - Parameter format: nil to have it told by the first lines, or by the file's ending where they are damaged.
  /// - Throws: when the file is missing, may not be read, is a folder, or holds no format that is known.
  public convenience init(path: String, format: RecordingFormat? = nil) throws(RecordingError) {
    if path == "-" {
      self.init(descriptor: STDIN_FILENO, name: "standard input", format: format)
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw RecordingError(file: path, action: "open", code: errno) }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    // Linux opens a folder without complaint and fails at the first read.
    if isKnown, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw RecordingError(file: path, action: "read", code: EISDIR)
    }
    self.init(name: path, format: format, descriptor: descriptor, isOwned: true) { buffer throws(RecordingError) in
      try readDescriptor(descriptor, into: buffer, file: path)
    }
    // A file's first lines are there: what it is should be known before anything is begun. Opening a pipe must not
    // wait.
    if isKnown, status.st_mode & S_IFMT == S_IFREG { try begin() }
  }

  /// Reads from an open descriptor, which stays the caller's. It may be non-blocking; reading waits all the same.
  /// - Parameter format: nil to have it told by the first lines, in the first `read`.
  public convenience init(descriptor: Int32, name: String, format: RecordingFormat? = nil) {
    self.init(name: name, format: format, descriptor: descriptor) { buffer throws(RecordingError) in
      try readDescriptor(descriptor, into: buffer, file: name)
    }
  }

  /// - Parameter capacity: bytes of the buffer; a longer line is damage.
  init(
    name: String, format: RecordingFormat? = nil, capacity: Int = 65_536, descriptor: Int32? = nil,
    isOwned: Bool = false, source: @escaping Source
  ) {
    self.name = name
    self.source = source
    self.descriptor = descriptor
    ownedDescriptor = isOwned ? descriptor : nil
    statedFormat = format
    if let format { self.format = format }
    buffer = .allocate(capacity: capacity)
    names.reserveCapacity(RecordingReader.maximumChannels)
    channels.reserveCapacity(RecordingReader.maximumChannels)
  }

  deinit {
    buffer.deallocate()
    if let ownedDescriptor { close(ownedDescriptor) }
  }

  /// Whether `read` would have to wait: no whole line is in the buffer and nothing has come through the pipe. Never for
  /// a file or at the end.
  public var wouldWait: Bool {
    guard let descriptor, !isAtEnd else { return false }
    if isBegun, lineLength != nil { return false }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) == 0
  }

  /// Delivers the next frames and returns their number, 0 at the end of the log (or for an empty `frames`).
  ///
  /// Returns as soon as it has frames and would have to wait for more, so that a pipe is followed without delay.
  /// `time` is the log's own wall clock in nanoseconds since 1970 where it gives a date, else it counts from 0.
  /// - Throws: when the system cannot read on, or (of a pipe, at its begin) when no format is known by the first lines.
  public func read(into frames: UnsafeMutableBufferPointer<CANFrame>) throws(RecordingError) -> Int {
    if !isBegun, !frames.isEmpty { try begin() }
    var delivered = 0
    // A local copy: a stored property would be checked for exclusive access at every line.
    var lineReader = self.lineReader
    defer { self.lineReader = lineReader }
    while delivered < frames.count {
      if let line = nextLine() {
        if take(line, by: &lineReader, into: &frames[delivered]) { delivered += 1 }
      } else if isAtEnd || delivered > 0 {
        break
      } else {
        try refill()
      }
    }
    self.frames += delivered
    return delivered
  }

  // MARK: The begin

  /// Reads until the first lines tell the format and the line end, or there are too many of them.
  private func begin() throws(RecordingError) {
    while true {
      let isLast = isAtEnd || end == buffer.count
      if let lineEnd = firstLineEnd(isLast: isLast) {
        self.lineEnd = lineEnd
        let lines = wholeLines(isLast: isLast)
        if let format = statedFormat ?? RecordingFormat(lines: lines.span, lineEnd: lineEnd) {
          begin(format, lines.span)
          return
        }
        if isLast || lines.count(where: { $0 == lineEnd }) >= RecordingReader.unknownLines {
          try begin(unknown: lines)
          return
        }
      } else if isLast {
        try begin(unknown: wholeLines(isLast: true))
        return
      }
      try refill()
    }
  }

  private func begin(_ format: RecordingFormat, _ lines: Span<UInt8>) {
    self.format = format
    lineReader = LineReader(format: format)
    lineReader.prepare(lines)
    start = byteOrderMark
    isBegun = true
  }

  /// All first lines are damaged, unless there are none: the file's ending decides. Not `.csv`, which any table has.
  private func begin(unknown lines: UnsafeBufferPointer<UInt8>) throws(RecordingError) {
    let isEmpty = lines.allSatisfy(isBlank)
    let byEnding = RecordingFormat(path: name).flatMap { $0 == .csv ? nil : $0 }
    guard let format = statedFormat ?? byEnding ?? (isEmpty ? .candump : nil) else {
      throw RecordingError(
        file: name,
        reason: "is no log of a known format (\(RecordingFormat.names)); name its format with --from")
    }
    begin(format, lines.span)
  }

  /// Length of the mark with which some editors begin UTF-8 files.
  private var byteOrderMark: Int {
    end >= 3 && buffer[0] == 0xEF && buffer[1] == 0xBB && buffer[2] == 0xBF ? 3 : 0
  }

  private func wholeLines(isLast: Bool) -> UnsafeBufferPointer<UInt8> {
    let bytes = UnsafeBufferPointer(rebasing: buffer[byteOrderMark..<end])
    if isLast { return bytes }
    let count = bytes.lastIndex(of: lineEnd).map { $0 + 1 } ?? 0
    return UnsafeBufferPointer(rebasing: bytes[..<count])
  }

  /// How the first line ends; nil if it does not yet. A carriage return counts when it is known what comes behind it.
  private func firstLineEnd(isLast: Bool) -> UInt8? {
    guard let first = buffer[..<end].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return nil }
    if buffer[first] == 0x0A { return 0x0A }
    if first + 1 < end { return buffer[first + 1] == 0x0A ? 0x0A : 0x0D }
    return isLast ? 0x0A : nil
  }

  // MARK: Lines

  /// Bytes up to the next line end in the buffer; nil if there is none.
  private var lineLength: Int? {
    guard start < end, let base = buffer.baseAddress,
      let found = memchr(base + start, Int32(lineEnd), end - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base + start)
  }

  /// The next whole line that is in the buffer. The last line of a log may lack its line end.
  private func nextLine() -> Range<Int>? {
    if let length = lineLength {
      defer { start += length + 1 }
      return start..<(start + length)
    }
    guard isAtEnd, start < end else { return nil }
    defer { start = end }
    return start..<end
  }

  private func refill() throws(RecordingError) {
    guard let base = buffer.baseAddress else { return }
    if start > 0 {
      memmove(base, base + start, end - start)
      end -= start
      start = 0
    }
    if end == buffer.count {
      if !isSkipping {
        lines += 1
        damage.count(.tooLong, line: lineNumber + 1)
      }
      isSkipping = true
      end = 0
    }
    let count = try source(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[end...]))
    isAtEnd = count == 0
    end += count
  }

  /// False when the line holds no frame.
  private func take(_ line: Range<Int>, by lineReader: inout LineReader, into frame: inout CANFrame) -> Bool {
    lineNumber += 1
    if isSkipping {
      isSkipping = false
      return false
    }
    let bytes = UnsafeBufferPointer(rebasing: buffer[line])
    guard !bytes.allSatisfy(isBlank) else { return false }
    lines += 1
    frame = .empty
    do {
      guard let channel = try lineReader.read(bytes.span, into: &frame) else { return false }
      frame.bus = try bus(of: channel)
      return true
    } catch {
      damage.count(error, line: lineNumber)
      return false
    }
  }

  private func bus(of name: ChannelName) throws(RecordingDamage.Kind) -> UInt8 {
    if let known = names.firstIndex(of: name) { return UInt8(known) }
    guard names.count < RecordingReader.maximumChannels else { throw .tooManyChannels }
    names.append(name)
    channels.append(name.text)
    return UInt8(names.count - 1)
  }
}

/// Reads at least one byte, or none at the end; waits on a descriptor that would not.
private func readDescriptor(
  _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, file: String
) throws(RecordingError) -> Int {
  while true {
    let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    if count >= 0 { return count }
    switch errno {
    case EINTR: continue
    case EAGAIN:
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&waiting, 1, -1)
    case let code: throw RecordingError(file: file, action: "read", code: code)
    }
  }
}
