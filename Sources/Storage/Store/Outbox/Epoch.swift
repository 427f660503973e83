// The identity of an outbox, and why it has a new one.
import Vocabulary

/// The identity under which sequences are counted (128 random bits). Another epoch: they begin at 1 again.
public struct Epoch: Hashable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  public init?(_ text: String) {
    guard text.utf8.count == 32, let id = BootID(text) else { return nil }
    high = id.high
    low = id.low
  }

  public static func random() -> Epoch { Epoch(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// Why an epoch began. The raw text goes over the air.
public enum EpochReason: String, Sendable, CaseIterable {
  /// There was nothing before it.
  case fresh
  /// The file was damaged; what could be read was taken over.
  case salvaged
  /// The file came from another machine.
  case cloned
  /// A receiver has other content under the sequences of this epoch.
  case conflict
  /// The file was brought back from a copy: the log beside it is another file's.
  case restored
}

/// An epoch of which the store knows: the current one, and elder ones while they have rows.
public struct OutboxEpoch: Hashable, Sendable {
  /// The store's own number of it; ascends with time.
  public var number: Int32
  public var id: Epoch
  /// Whether new rows go to it.
  public var isCurrent: Bool

  public init(number: Int32, id: Epoch, isCurrent: Bool) {
    self.number = number
    self.id = id
    self.isCurrent = isCurrent
  }
}
