// What was wrong with lines of a recording: counted by kind, never fatal.

/// The damaged lines of one recording.
public struct RecordingDamage: Sendable {
  /// The first part of a line that could not be read.
  public enum Kind: UInt8, Error, CaseIterable, Sendable {
    /// No time in parentheses, or one outside the years 1970...2262.
    case time = 0
    /// No interface name of 1...15 printable characters.
    case channel = 1
    /// Not 3 hexadecimal digits up to 7FF, nor 8 up to 1FFFFFFF (3FFFFFFF for an error frame), before a `#`.
    case identifier = 2
    /// Odd or foreign digits, more bytes than a frame holds, or something behind them.
    case data = 3
    /// A 17th channel; the first 16 are read.
    case tooManyChannels = 4
    /// A line longer than the reader's buffer.
    case tooLong = 5

    /// What a technician reads.
    public var reason: String {
      switch self {
      case .time: "time is not of the form (seconds.fraction)"
      case .channel: "channel name is missing or longer than 15 characters"
      case .identifier: "identifier is neither 3 nor 8 hexadecimal digits followed by #"
      case .data: "data bytes are not whole hexadecimal bytes, or too many"
      case .tooManyChannels: "more than 16 channels"
      case .tooLong: "line is too long"
      }
    }
  }

  /// The first damaged line: its number, counted from 1 with blank lines included, and what was wrong with it.
  public struct Place: Sendable, Equatable {
    public let line: Int
    public let kind: Kind
  }

  public private(set) var first: Place?
  private var counts: InlineArray<6, Int> = InlineArray(repeating: 0)

  public init() {}

  /// Damaged lines of one kind.
  public subscript(kind: Kind) -> Int { counts[Int(kind.rawValue)] }

  /// All damaged lines.
  public var total: Int { Kind.allCases.reduce(0) { $0 + self[$1] } }

  mutating func count(_ kind: Kind, line: Int) {
    counts[Int(kind.rawValue)] += 1
    if first == nil { first = Place(line: line, kind: kind) }
  }
}
