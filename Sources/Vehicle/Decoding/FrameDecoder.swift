// The hot path from a frame to samples: the vehicle's own messages and OBD-II replies, with counters.

public import DecoderCore
public import Vocabulary

/// Decodes the frames of all buses. `decode` allocates nothing, locks nothing and calls nothing dynamically; one
/// thread owns it. Not copyable, for the sake of the counters and of `OBDReplyDecoder`.
public struct FrameDecoder: ~Copyable, Sendable {
  /// Each frame counts in `frames` and in exactly one of `decoded`, `unmatched`, `malformed`, `remote` and `error`.
  public struct Counters: Equatable, BitwiseCopyable, Sendable {
    public var frames: UInt64 = 0
    /// Known: a message of the table, or a well-formed OBD-II reply.
    public var decoded: UInt64 = 0
    /// No message of the table and no reply.
    public var unmatched: UInt64 = 0
    /// OBD-II replies that are none; `FrameDecoder.obd` tells them apart.
    public var malformed: UInt64 = 0
    /// Remote requests, which carry no data.
    public var remote: UInt64 = 0
    /// The controller's error reports, which are no traffic.
    public var error: UInt64 = 0
    /// Of the decoded ones, those with fewer data bytes than their message.
    public var short: UInt64 = 0

    public init() {}
  }

  public let table: DecoderTable
  public private(set) var counters = Counters()
  private var replies: OBDReplyDecoder

  public init(table: DecoderTable, obd: consuming OBDReplyDecoder) {
    self.table = table
    replies = obd
  }

  /// Most samples that one frame can give: room for so many in `out` is always enough.
  public var largestMessage: Int { table.largestMessage + OBDReplyDecoder.largestReply }

  /// What became of the frames on 7E8...7EF.
  public var obd: OBDReplyDecoder.Counters { replies.counters }

  /// Bytes of memory that the tables take.
  public var memoryBytes: Int { table.memoryBytes + replies.memoryBytes }

  /// Decodes a frame into `out`, from its front, and returns how many samples it wrote. An identifier may be a
  /// message of the table and an OBD-II reply at once. Samples for which `out` has no room are left out.
  public mutating func decode(_ frame: borrowing CANFrame, into out: inout MutableSpan<Sample>) -> Int {
    counters.frames &+= 1
    guard frame.id.rawValue & (CANID.remoteFlag | CANID.errorFlag) == 0 else {
      if frame.id.isErrorFrame { counters.error &+= 1 } else { counters.remote &+= 1 }
      return 0
    }
    let outcome = table.decode(frame, into: &out)
    var count = outcome.count
    var verdict = OBDReplyDecoder.Verdict.other
    if replies.isReply(frame) {
      let reply = replies.decode(frame, into: &out, from: count)
      count &+= reply.count
      verdict = reply.verdict
    }
    if outcome.isKnown || verdict == .reply {
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
