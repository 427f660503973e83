// What a file says about the frames and signals of a vehicle network, as plain values.

public import DecoderCore
public import Vocabulary

/// A vehicle network description, read from a DBC, KCD or SYM file, or as much of one as could be read.
public struct NetworkDescription: Sendable {
  /// For messages to people, usually the file's path.
  public var name: String
  /// In the order of the file.
  public var messages: [Message] = []
  /// Of the file as a whole.
  public var comment: String?
  /// Lines that could not be taken as they stand, ascending. The rest of the file is loaded all the same.
  public var problems: [Problem] = []

  /// A frame and the signals in it.
  public struct Message: Sendable {
    /// With `isParameterGroup`, an example of one: priority and addresses may be others.
    public var id: CANID
    public var name: String
    /// Data bytes of a whole frame; more than 64 only where a transport protocol carries the message.
    public var length: Int
    public var signals: [Signal] = []
    /// Seconds from one frame to the next, where the file gives them.
    public var cycleTime: Double?
    /// Whether the file calls the message a parameter group of SAE J1939.
    public var isParameterGroup = false
    public var comment: String?
    public var line: Int
  }

  /// A signal of a message.
  public struct Signal: Sendable {
    public var name: String
    /// As DBC numbers bits: bit `b` of byte `n` is `8 * n + b`; see `byteOrder` for which end of the signal it is.
    public var startBit: Int
    /// Bits, 1 or more. The formats set no upper limit, a decoder table takes 1...64.
    public var length: Int
    public var byteOrder: ByteOrder
    public var format: SignalFormat
    public var factor: Double
    public var offset: Double
    /// Valid values in `unit`. Nil where the file gives none, which DBC writes as `[0|0]`.
    public var range: ClosedRange<Double>?
    public var unit: String
    /// What single raw values stand for, in the order of the file.
    public var valueNames: [ValueName] = []
    /// Suspect parameter number of SAE J1939.
    public var spn: UInt32?
    public var comment: String?
    /// Whether other signals depend on the value of this one.
    public var isMultiplexor = false
    /// The values of another signal of the message with which this one is there; nil for always.
    public var selection: Selection?
    public var line: Int
  }

  /// A raw value, before factor and offset, and its name.
  public struct ValueName: Equatable, Sendable {
    public var value: Int64
    public var name: String

    public init(value: Int64, name: String) {
      self.value = value
      self.name = name
    }
  }

  /// A multiplexed signal's condition.
  public struct Selection: Equatable, Sendable {
    /// Name of the multiplexor in the same message.
    public var multiplexor: String
    public var values: [ClosedRange<UInt32>]
    /// The file does not mark the multiplexor as one; it was told by its place. Plain decoding of the file as it stands
    /// leaves such a signal out.
    public var isRepaired = false
  }

  /// A line of a file that could not be taken as it stands.
  public struct Problem: Equatable, Sendable {
    /// Counted from 1; 0 for the file as a whole.
    public var line: Int
    public var reason: String
    /// It is about frames alone, and none where the messages come by a transport protocol.
    public var isOfFrames: Bool

    public init(line: Int, reason: String, isOfFrames: Bool = false) {
      self.line = line
      self.reason = reason
      self.isOfFrames = isOfFrames
    }
  }

  public init(name: String) { self.name = name }

  /// Signals of all messages.
  public var signalCount: Int { messages.reduce(0) { $0 + $1.signals.count } }
}

extension NetworkDescription.Signal {
  /// One past its last bit, counted from the message's first bit in the signal's own order: a frame with so many bits
  /// holds all of it.
  public var endBit: Int { (byteOrder == .little ? startBit : startBit ^ 7) + length }
}

extension NetworkDescription.Message {
  /// Whether the file makes the message shorter than its own signals.
  public var isTooShortForItsSignals: Bool { signals.contains { $0.endBit > length * 8 } }
}
