// The trouble codes of one control unit, from the first failed test until they are forgotten (ISO 14229-1,
// 13 CCR 1968.2).
public import Vocabulary

/// The status byte of a trouble code in ISO 14229-1.
public struct TestStatus: OptionSet, Hashable, BitwiseCopyable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let failed = TestStatus(rawValue: 0x01)
  public static let failedThisCycle = TestStatus(rawValue: 0x02)
  public static let pending = TestStatus(rawValue: 0x04)
  public static let confirmed = TestStatus(rawValue: 0x08)
  public static let notCompletedSinceClear = TestStatus(rawValue: 0x10)
  public static let failedSinceClear = TestStatus(rawValue: 0x20)
  public static let notCompletedThisCycle = TestStatus(rawValue: 0x40)
  public static let warningIndicator = TestStatus(rawValue: 0x80)

  /// Nothing was tested yet.
  public static let untested: TestStatus = [.notCompletedSinceClear, .notCompletedThisCycle]
}

/// What a control unit keeps of its trouble codes.
///
/// A code is pending from the first driving cycle in which its test fails, confirmed from the second one, with the
/// malfunction lamp, and permanent from the end of that drive. Three good drives in a row put the lamp out and take the
/// permanent code away, forty warm-ups after that the code itself. Clearing takes all but the permanent codes; these go
/// once their test has run and passed.
public struct TroubleMemory: Sendable {
  public struct Entry: Sendable {
    public let code: TroubleCode
    public internal(set) var status: TestStatus = .untested
    public internal(set) var isPermanent = false
    /// How often the test began to fail, 0...126.
    public internal(set) var occurrences: UInt8 = 0
    /// The sensors when the code was stored.
    public internal(set) var freezeFrame: Readings?
    /// In a row, since the test failed last.
    var goodDrives = 0
    /// Since the lamp went out.
    var warmUps = 0

    public var isLampOn: Bool { status.contains(.warningIndicator) }
  }

  /// The codes that the unit can find, in ascending order; most of them are not there.
  public private(set) var entries: [Entry]

  static let goodDrivesToLampOff = 3
  static let warmUpsToForget = 40

  public init(codes: [TroubleCode]) {
    entries = Set(codes).sorted { $0.rawValue < $1.rawValue }.map { Entry(code: $0) }
  }

  public subscript(code: TroubleCode) -> Entry? { entries.first { $0.code == code } }

  public var isLampOn: Bool { entries.contains(where: \.isLampOn) }

  /// The codes with any of `status`.
  public func codes(_ status: TestStatus) -> [Entry] { entries.filter { !$0.status.isDisjoint(with: status) } }

  /// The code that the one legislated freeze frame belongs to: the first confirmed one, else the first pending one.
  var frozen: Entry? {
    entries.first { $0.freezeFrame != nil && $0.status.contains(.confirmed) } ?? entries.first { $0.freezeFrame != nil }
  }

  // MARK: What happens to them

  public mutating func beginDrive() {
    for i in entries.indices {
      entries[i].status.remove(.failedThisCycle)
      entries[i].status.insert(.notCompletedThisCycle)
    }
  }

  /// The test of `code` has failed; a code that the unit does not know is ignored.
  public mutating func fail(_ code: TroubleCode, _ readings: Readings) {
    guard let i = entries.firstIndex(where: { $0.code == code }) else { return }
    let before = entries[i].status
    if !before.contains(.failed) { entries[i].occurrences = min(126, entries[i].occurrences + 1) }
    entries[i].status.formUnion([.failed, .failedThisCycle, .failedSinceClear])
    entries[i].status.subtract(.untested)
    guard !before.contains(.failedThisCycle) else { return }
    if before.contains(.pending) { entries[i].status.formUnion([.confirmed, .warningIndicator]) }
    entries[i].status.insert(.pending)
    entries[i].goodDrives = 0
    entries[i].warmUps = 0
    if entries[i].freezeFrame == nil { entries[i].freezeFrame = readings }
  }

  /// The test of `code` has passed.
  public mutating func pass(_ code: TroubleCode) {
    guard let i = entries.firstIndex(where: { $0.code == code }) else { return }
    entries[i].status.remove(.failed)
    entries[i].status.subtract(.untested)
  }

  public mutating func endDrive(isWarmUp: Bool) {
    for i in entries.indices { entries[i].endDrive(isWarmUp: isWarmUp) }
  }

  /// What a tool asks for; permanent codes stay.
  public mutating func clear() {
    for i in entries.indices {
      let isPermanent = entries[i].isPermanent
      entries[i] = Entry(code: entries[i].code)
      entries[i].isPermanent = isPermanent
    }
  }
}

extension TroubleMemory.Entry {
  fileprivate mutating func endDrive(isWarmUp: Bool) {
    if status.contains(.failedThisCycle) {
      if isLampOn { isPermanent = true }
      return
    }
    // A cycle in which the test did not run says nothing.
    guard !status.contains(.notCompletedThisCycle) else { return }
    goodDrives += 1
    status.remove(.pending)
    let wasLampOn = isLampOn
    if goodDrives >= TroubleMemory.goodDrivesToLampOff { status.remove(.warningIndicator) }
    if !isLampOn { isPermanent = false }
    guard status.contains(.confirmed) else {
      freezeFrame = nil
      return
    }
    if !wasLampOn && isWarmUp { warmUps += 1 }
    if warmUps >= TroubleMemory.warmUpsToForget {
      status.remove(.confirmed)
      freezeFrame = nil
      occurrences = 0
    }
  }
}
