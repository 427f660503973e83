// What came from sensors and what became of it.

/// Why something that a sensor sent gave no valid value, each with a code that does not change and a counter of its
/// own.
public enum SensorRefusal: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  // Whole datagrams.
  /// More in a second than are read; not looked at.
  case flood = 0
  case tooLarge
  case notJSON
  /// JSON, but not SenML.
  case notSenML
  case tooManyRecords
  /// It holds a field that must be understood, or is of a version that is not known.
  case notUnderstood
  // Single records.
  /// No pack maps its name.
  case unknownName
  /// It is in a unit that does not lead to the signal's.
  case unit
  /// A text, bytes, or a sum without a value.
  case noNumber
  /// It is dated more than a few seconds ahead.
  case future
  /// It is dated more than an hour back.
  case tooOld
  /// It is dated, and this machine does not know the date.
  case clockUnset
  /// Outside of what the pack calls possible; given as such.
  case outOfRange

  /// For logs, metrics and the socket.
  public var code: String {
    switch self {
    case .flood: "flood"
    case .tooLarge: "too-large"
    case .notJSON: "not-json"
    case .notSenML: "not-senml"
    case .tooManyRecords: "too-many-records"
    case .notUnderstood: "not-understood"
    case .unknownName: "unknown-name"
    case .unit: "unit"
    case .noNumber: "no-number"
    case .future: "future"
    case .tooOld: "too-old"
    case .clockUnset: "clock-unset"
    case .outOfRange: "out-of-range"
    }
  }

  init(_ kind: SenMLError.Kind) {
    self =
      switch kind {
      case .tooLarge: .tooLarge
      case .notJSON: .notJSON
      case .notSenML: .notSenML
      case .tooManyRecords: .tooManyRecords
      case .notUnderstood: .notUnderstood
      }
  }
}

/// Counts since the start, and of each reason the first example. Each record of a pack that could be read counts once:
/// in `samples`, or as refused; one out of range in both.
public struct SensorCounters: Sendable {
  /// Packs that came, refused ones included.
  public internal(set) var datagrams: UInt64 = 0
  public internal(set) var records: UInt64 = 0
  /// Values given, those out of range included.
  public internal(set) var samples: UInt64 = 0
  private var counts: [UInt64] = SensorRefusal.allCases.map { _ in 0 }
  private var examples: [String?] = SensorRefusal.allCases.map { _ in nil }

  public init() {}

  public func refused(_ reason: SensorRefusal) -> UInt64 { counts[Int(reason.rawValue)] }

  /// What the first one was: one line, at most about 120 characters, nothing in it that could harm a terminal. Nil
  /// while there was none.
  public func example(of reason: SensorRefusal) -> String? { examples[Int(reason.rawValue)] }

  /// - Parameter example: made for the first one only.
  mutating func count(_ reason: SensorRefusal, _ example: @autoclosure () -> String) {
    let place = Int(reason.rawValue)
    counts[place] += 1
    if examples[place] == nil { examples[place] = example() }
  }
}
