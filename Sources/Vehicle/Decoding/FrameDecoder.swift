// The hot path from a frame to samples and facts: the vehicle's own messages and diagnostic traffic, with counters.

public import DecoderCore
public import Vocabulary

/// Decodes the frames of all buses. `decode` allocates nothing, locks nothing and calls nothing dynamically but `emit`;
/// one thread owns it. Not copyable, for the sake of the counters and of `DiagnosticDecoder`.
public struct FrameDecoder: ~Copyable, Sendable {
  /// Each frame counts in `frames` and in exactly one of `decoded`, `unmatched`, `malformed`, `remote` and `error`.
  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    public var frames: UInt64 = 0
    /// Known: a message of the table, or part of diagnostic traffic.
    public var decoded: UInt64 = 0
    /// No message of the table and no diagnostic traffic.
    public var unmatched: UInt64 = 0
    /// Diagnostic traffic that contradicts its protocol; `FrameDecoder.diagnostics` tells the kinds apart.
    public var malformed: UInt64 = 0
    /// Remote requests, which carry no data.
    public var remote: UInt64 = 0
    /// The controller's error reports, which are no traffic.
    public var error: UInt64 = 0
    /// Of the decoded ones, those with fewer data bytes than their message.
    public var short: UInt64 = 0
    /// Samples, not frames: left out because another control unit of a J1939 bus owns the signal.
    public var otherSource: UInt64 = 0

    public init() {}
  }

  public let table: DecoderTable
  public private(set) var counters = Counters()
  private var diagnostic: DiagnosticDecoder
  private var arbiter: SourceArbiter

  /// - Parameter signals: how many signals the catalogue has, so that on a J1939 bus each is taken from one control unit
  ///   at a time; 0 to give the values of all.
  public init(table: DecoderTable, diagnostic: consuming DiagnosticDecoder, signals: Int) {
    self.table = table
    self.diagnostic = diagnostic
    arbiter = SourceArbiter(signals: signals)
  }

  /// Most samples that one frame can give: room for so many in `out` is always enough.
  public var largestMessage: Int { table.largestMessage + diagnostic.largestMessage }

  /// What became of diagnostic traffic.
  public var diagnostics: DiagnosticDecoder.Counters { diagnostic.counters }

  /// Bytes of memory that the tables take.
  public var memoryBytes: Int { table.memoryBytes + diagnostic.memoryBytes + arbiter.memoryBytes }

  /// Decodes a frame into `out`, from its front, and returns how many samples it wrote; what control units say about
  /// themselves goes to `emit`. An identifier may be a message of the table and diagnostic traffic at once. Samples for
  /// which `out` has no room are left out.
  public mutating func decode(
    _ frame: borrowing CANFrame, into out: inout MutableSpan<Sample>, _ emit: (DiagnosticFact) -> Void
  ) -> Int {
    counters.frames &+= 1
    guard frame.id.rawValue & (CANID.remoteFlag | CANID.errorFlag) == 0 else {
      if frame.id.isErrorFrame { counters.error &+= 1 } else { counters.remote &+= 1 }
      return 0
    }
    let outcome = table.decode(frame, into: &out)
    var count = outcome.count
    var verdict = DiagnosticDecoder.Verdict.other
    if diagnostic.concerns(frame) {
      let told = diagnostic.decode(frame, with: table, into: &out, from: count, emit)
      count &+= told.count
      verdict = told.verdict
    }
    if count > 0, diagnostic.isFromGroup(frame) {
      let kept = arbiter.keepOwned(&out, count: count, of: frame)
      counters.otherSource &+= UInt64(count &- kept)
      count = kept
    }
    if outcome.isKnown || verdict == .understood {
      counters.decoded &+= 1
      if outcome.isShort { counters.short &+= 1 }
    } else if verdict == .malformed {
      counters.malformed &+= 1
    } else {
      counters.unmatched &+= 1
    }
    return count
  }
}
