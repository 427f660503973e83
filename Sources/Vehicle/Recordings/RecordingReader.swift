// Reads candump logs from files, pipes and standard input, without allocating per line.
import Glibc
public import Vocabulary

/// A candump log (`candump -L` or `-l`), read in batches. Belongs to one thread at a time.
///
/// A damaged line is counted in `damage` and skipped. Times are delivered as they stand, also when they run backwards.
public final class RecordingReader {
  /// The file, as errors name it.
  public let name: String
  /// Channels in order of first appearance, at most 16; `CANFrame.bus` is an index into them.
  public private(set) var channels: [String] = []
  /// Lines read so far, blank ones not counted.
  public private(set) var lines = 0
  /// Frames delivered so far.
  public private(set) var frames = 0
  /// What was wrong with the other lines.
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

  /// Opens a log; `-` is standard input.
  /// - Throws: when the file is missing, may not be read, or is a folder.
  public convenience init(path: String) throws(RecordingError) {
    if path == "-" {
      self.init(descriptor: STDIN_FILENO, name: "standard input")
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw RecordingError(file: path, action: "open", code: errno) }
    var status = stat()
    // Linux opens a folder without complaint and fails at the first read.
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw RecordingError(file: path, action: "read", code: EISDIR)
    }
    self.init(name: path, descriptor: descriptor, isOwned: true) { buffer throws(RecordingError) in
      try readDescriptor(descriptor, into: buffer, file: path)
    }
  }

  /// Reads from an open descriptor, which stays the caller's. It may be non-blocking; reading waits all the same.
  public convenience init(descriptor: Int32, name: String) {
    self.init(name: name, descriptor: descriptor) { buffer throws(RecordingError) in
      try readDescriptor(descriptor, into: buffer, file: name)
    }
  }

  /// - Parameter capacity: bytes of the buffer; a longer line is damage.
  init(
    name: String, capacity: Int = 65_536, descriptor: Int32? = nil, isOwned: Bool = false, source: @escaping Source
  ) {
    self.name = name
    self.source = source
    self.descriptor = descriptor
    ownedDescriptor = isOwned ? descriptor : nil
    buffer = .allocate(capacity: capacity)
    names.reserveCapacity(RecordingReader.maximumChannels)
    channels.reserveCapacity(RecordingReader.maximumChannels)
  }

  deinit {
    buffer.deallocate()
    if let ownedDescriptor { close(ownedDescriptor) }
  }

  /// Whether `read` would have to wait: no whole line is in the buffer and nothing has come through the pipe. Never for a
  /// file or at the end.
  public var wouldWait: Bool {
    guard let descriptor, !isAtEnd else { return false }
    if start < end, let base = buffer.baseAddress, memchr(base + start, 0x0A, end - start) != nil { return false }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) == 0
  }

  /// Delivers the next frames and returns their number, 0 at the end of the log (or for an empty `frames`).
  ///
  /// Returns as soon as it has frames and would have to wait for more, so that a pipe is followed without delay.
  /// `time` is the log's own wall clock in nanoseconds since 1970.
  /// - Throws: when the system cannot read on.
  public func read(into frames: UnsafeMutableBufferPointer<CANFrame>) throws(RecordingError) -> Int {
    var delivered = 0
    while delivered < frames.count {
      if let line = nextLine() {
        if let frame = take(line) {
          frames[delivered] = frame
          delivered += 1
        }
      } else if isAtEnd || delivered > 0 {
        break
      } else {
        try refill()
      }
    }
    self.frames += delivered
    return delivered
  }

  /// The next whole line that is in the buffer. The last line of a log may lack its line end.
  private func nextLine() -> Range<Int>? {
    guard start < end, let base = buffer.baseAddress else { return nil }
    if let newline = memchr(base + start, 0x0A, end - start) {
      let length = UnsafeRawPointer(newline) - UnsafeRawPointer(base + start)
      defer { start += length + 1 }
      return start..<(start + length)
    }
    guard isAtEnd else { return nil }
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

  private func take(_ line: Range<Int>) -> CANFrame? {
    lineNumber += 1
    if isSkipping {
      isSkipping = false
      return nil
    }
    let bytes = UnsafeBufferPointer(rebasing: buffer[line])
    guard !bytes.allSatisfy(isBlank) else { return nil }
    lines += 1
    do {
      var read = try CandumpLine(bytes.span)
      read.frame.bus = try bus(of: read.channel)
      return read.frame
    } catch {
      damage.count(error, line: lineNumber)
      return nil
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
