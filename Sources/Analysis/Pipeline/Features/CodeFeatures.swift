// Trouble codes as control units told them until the end of a trip.
public import Vocabulary

/// The trouble codes that stand at the end of a trip.
///
/// Whoever asks the control units fills it in; where nobody asked it says so, since "not read" is not "none".
public struct CodeFeatures: BitwiseCopyable, Sendable {
  public struct Entry: BitwiseCopyable, Sendable {
    public var code: TroubleCode
    public var status: TroubleCodeStatus
    /// The lamps that came with the list; nil where none did.
    public var lamps: WarningLamps?
    /// The code was not set when the trip began.
    public var isNew: Bool
  }

  /// Codes that are kept; a vehicle with more is in no better hands for knowing them all.
  public static let capacity = 32

  /// Whether the control units were asked, or told by themselves, during the trip.
  public var wereRead = false
  /// Warm-ups since the codes were last cleared (PID 30); nil where not told.
  public var warmUpsSinceClear: Double?
  /// Distance since then, km (PID 31); nil where not told.
  public var kmSinceClear: Double?
  public private(set) var count = 0
  private var entries: InlineArray<32, Entry>

  public init() {
    entries = InlineArray(
      repeating: Entry(code: TroubleCode(obd: 0), status: [], lamps: nil, isNew: false))
  }

  public subscript(index: Int) -> Entry {
    precondition(index >= 0 && index < count)
    return entries[index]
  }

  /// Adds a code that is set. One that two control units tell is one code with what both say of it.
  /// - Returns: false, and nothing added, for a code without any status, and when 32 others are in.
  @discardableResult
  public mutating func add(
    _ code: TroubleCode, status: TroubleCodeStatus, lamps: WarningLamps? = nil, isNew: Bool
  ) -> Bool {
    guard !status.isEmpty else { return false }
    for i in 0..<count where entries[i].code == code {
      entries[i].status.formUnion(status)
      if entries[i].lamps == nil { entries[i].lamps = lamps }
      entries[i].isNew = entries[i].isNew || isNew
      return true
    }
    guard count < CodeFeatures.capacity else { return false }
    entries[count] = Entry(code: code, status: status, lamps: lamps, isNew: isNew)
    count += 1
    return true
  }
}
