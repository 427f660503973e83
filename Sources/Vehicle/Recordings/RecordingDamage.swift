// What was wrong with lines of a recording: counted by kind, never fatal.

/// The damaged lines of one recording. Lines that are no frames by the format's own rules (headers, comments,
/// statistics) are not damaged.
public struct RecordingDamage: Sendable {
  /// The first part of a line that could not be read.
  public enum Kind: UInt8, Error, CaseIterable, Sendable {
    /// No time in the format's form, or one outside the years 1970...2262.
    case time = 0
    /// No channel name of 1...15 printable characters, or no bus number where the format wants one.
    case channel = 1
    /// No identifier in the format's form, or one beyond 7FF (standard) or 1FFFFFFF (extended).
    case identifier = 2
    /// Odd or foreign digits, more or fewer bytes than the line announces, or something behind them.
    case data = 3
    /// A 17th channel; the first 16 are read.
    case tooManyChannels = 4
    /// A line longer than the reader's buffer.
    case tooLong = 5
    /// A direction, frame type or flag that the format does not have.
    case type = 6

    /// What a technician reads.
    public var reason: String {
      switch self {
      case .time: "time is missing or not of the log's form"
      case .channel: "channel is missing, or its name is longer than 15 characters"
      case .identifier: "identifier is missing, not of the log's form or too large"
      case .data: "data bytes are not whole, too few or too many"
      case .tooManyChannels: "more than 16 channels"
      case .tooLong: "line is too long"
      case .type: "frame type or direction is unknown"
      }
    }

    /// One word, as a key of documents.
    public var name: String {
      switch self {
      case .time: "time"
      case .channel: "channel"
      case .identifier: "identifier"
      case .data: "data"
      case .tooManyChannels: "too_many_channels"
      case .tooLong: "too_long"
      case .type: "type"
      }
    }
  }

  /// The first damaged line: its number, counted from 1 with blank lines included, and what was wrong with it.
  public struct Place: Sendable, Equatable {
    public let line: Int
    public let kind: Kind
  }

  public private(set) var first: Place?
  private var counts: InlineArray<7, Int> = InlineArray(repeating: 0)

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
