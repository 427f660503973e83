// The memory plan: every buffer's size, known before the first frame.

/// What the daemon will hold in memory, buffer by buffer.
public struct MemoryPlan: Sendable {
  public struct Line: Hashable, Sendable {
    public var buffer: String
    public var bytes: Int

    public init(buffer: String, bytes: Int) {
      self.buffer = buffer
      self.bytes = bytes
    }
  }

  public private(set) var lines: [Line] = []
  /// Bytes that the configuration allows.
  public var limit: Int

  public init(limit: Int) { self.limit = limit }

  public var total: Int { lines.reduce(0) { $0 + $1.bytes } }
  public mutating func add(_ buffer: String, _ bytes: Int) { lines.append(Line(buffer: buffer, bytes: bytes)) }

  /// The first line that does not fit below the limit any more; nil when all fit.
  public var breaking: Line? {
    var sum = 0
    for line in lines {
      sum += line.bytes
      if sum > limit { return line }
    }
    return nil
  }
}
