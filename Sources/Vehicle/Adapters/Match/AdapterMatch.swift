// `telltale adapter match`: which packs fit a recording.
public import Vocabulary

/// Looks at the frames of a recording with the eyes of several packs. Not copyable: two copies would share their
/// counts.
///
/// A pack's own messages count by how many of them are there, with the right lengths, at the right rate, with values
/// that can be; and by how much of the traffic its network descriptions know at all. Eleven-bit identifiers are few,
/// so that any vehicle has some of any other's: what chance would give is taken off. Packs for every vehicle (OBD-II
/// replies, J1939 parameter groups) count by how many parameters or groups are there, whatever else is.
public struct AdapterMatch: ~Copyable {
  /// How well one pack fits.
  public struct Fit: Encodable, Sendable {
    public var pack: String
    public var title: String
    /// 0 fits not at all, 1 explains everything.
    public var score: Double
    /// The grounds, one line each.
    public var reasons: [String]
    /// Frames that the pack's network descriptions or OBD-II parameters explain.
    public var framesMatched: Int
    /// Messages and parameters that the pack maps: those seen, and all.
    public var identifiersMatched: Int
    public var identifiersTotal: Int
    /// Share of the mapped values that were in their range, 0...1; nil when there were none.
    public var plausible: Double?
  }

  /// What packs could not be used for; those whose files cannot be read are left out of the ranking.
  public private(set) var problems: [PackProblem] = []
  /// Data frames looked at.
  public private(set) var frames = 0

  private var candidates: [PackEvidence] = []
  private var traffic = Traffic()

  public init(_ packs: [AdapterPack]) {
    for pack in packs {
      do {
        candidates.append(try PackEvidence(pack))
      } catch {
        problems.append(PackProblem(error))
      }
    }
  }

  /// Takes a frame of the recording in. Remote and error frames say nothing.
  public mutating func observe(_ frame: borrowing CANFrame) {
    guard frame.id.rawValue & (CANID.remoteFlag | CANID.errorFlag) == 0 else { return }
    frames += 1
    traffic.observe(frame)
    for candidate in candidates { candidate.observe(frame) }
  }

  /// Best first; of equal ones the pack that maps more, then by name.
  public var ranking: [Fit] {
    candidates.map { $0.fit(in: traffic) }.sorted { a, b in
      if a.score != b.score { return a.score > b.score }
      if a.identifiersTotal != b.identifiersTotal { return a.identifiersTotal > b.identifiersTotal }
      return a.pack < b.pack
    }
  }
}

/// What a recording holds, whatever the packs say.
struct Traffic {
  /// Data frames that are no questions or answers of a tester.
  private(set) var ownFrames = 0
  private var isSeen = [Bool](repeating: false, count: 2048)
  private var seen = 0

  /// Share of all 11-bit identifiers that are in use: how likely an unrelated one is met.
  var density: Double { Double(seen) / 2048 }

  mutating func observe(_ frame: borrowing CANFrame) {
    let id = frame.id
    if !Traffic.isDiagnostic(id) { ownFrames += 1 }
    guard !id.isExtended, !isSeen[Int(id.value)] else { return }
    isSeen[Int(id.value)] = true
    seen += 1
  }

  /// The identifiers of ISO 15765-4: 7DF, 7E0...7EF, and 18DAxxxx and 18DBxxxx of 29 bits.
  static func isDiagnostic(_ id: CANID) -> Bool {
    if id.isExtended { return id.value >> 16 == 0x18DA || id.value >> 16 == 0x18DB }
    return id.value == 0x7DF || id.value & ~0xF == 0x7E0
  }
}
