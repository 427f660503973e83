// One signal of a batch: its roll-ups over the batch's intervals.

/// What a signal is called where no catalogue is at hand.
public struct SignalName: Hashable, Sendable {
  /// VSS path, 1 to 256 bytes.
  public var path: String
  /// VSS unit, up to 32 bytes; empty for a number without one.
  public var unit: String

  public init(path: String, unit: String) {
    self.path = path
    self.unit = unit
  }
}

/// A signal's roll-up of one interval.
public struct ColumnRow: BitwiseCopyable, Sendable {
  /// Which of the batch's intervals, from 0.
  public var position: Int
  /// Samples in it.
  public var count: UInt32
  public var minimum: Double
  public var maximum: Double
  public var sum: Double
  public var last: Double

  public init(position: Int, count: UInt32, minimum: Double, maximum: Double, sum: Double, last: Double) {
    self.position = position
    self.count = count
    self.minimum = minimum
    self.maximum = maximum
    self.sum = sum
    self.last = last
  }
}

/// A signal with its rows, one for each interval in which it came.
public struct SignalColumn: Sendable {
  /// In the numbering of whoever wrote the batch.
  public var number: UInt32
  /// Nil in a batch without a dictionary.
  public var name: SignalName?
  /// By ascending position.
  public var rows: [ColumnRow]

  public init(number: UInt32 = 0, name: SignalName? = nil, rows: [ColumnRow] = []) {
    self.number = number
    self.name = name
    self.rows = rows
  }
}

/// How much one batch may hold; a reader refuses more before it takes memory for it.
public enum ColumnLimit {
  /// Intervals.
  public static let intervals = 4096
  /// Signals.
  public static let signals = 65_536
  /// Roll-ups of all signals together.
  public static let samples = 262_144
  /// Encoded bytes.
  public static let bytes = 4 * 1024 * 1024
  /// Seconds that one interval may cover.
  public static let seconds: Int64 = 86_400
  static let pathBytes = 256
  static let unitBytes = 32
}
