// What a pack of Sensor Measurement Lists (SenML, RFC 8428) says, record by record, and why one could not be read.
public import Documents

/// One record with the base fields of its pack applied.
public struct SenMLRecord: Equatable, Sendable {
  public enum Value: Equatable, Sendable {
    case number(Double)
    case truth(Bool)
    /// A text or bytes, which no signal can hold.
    case text
    /// The record has a sum and no value.
    case none
  }

  /// Where a time begins to count from 1970 and not from now, seconds (section 4.5.3).
  public static let firstAbsoluteTime = 268_435_456.0

  /// Base name and name: ASCII letters, digits and `-:./_`, of which it begins with a letter or a digit.
  public var name: String
  /// By the registry of SenML units; nil where neither record nor base give one.
  public var unit: String?
  public var value: Value
  /// Integral of the value over time, in unit seconds.
  public var sum: Double?
  /// Seconds, base time added: from 1970 on where it is `firstAbsoluteTime` or more, else from now, 0 for now.
  public var time: Double
  /// Seconds after which the sensor will have said something anew.
  public var updateTime: Double?

  /// Whether a text can be the name of a record (section 4.5.1).
  public static func isName(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first, isAlphanumeric(first) else { return false }
    return text.allSatisfy { isAlphanumeric($0) || "-:./_".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}

/// Why a pack was refused, all of it.
public struct SenMLError: Error, Equatable, CustomStringConvertible, Sendable {
  public enum Kind: Sendable {
    case tooLarge
    case notJSON
    /// JSON, but not as RFC 8428 has it.
    case notSenML
    case tooManyRecords
    /// A field that must be understood, or a version that is not.
    case notUnderstood
  }

  public var kind: Kind
  /// Of the byte in the pack where it came out.
  public var offset: Int
  /// In words, without anything of the pack's.
  public var reason: String

  init(_ kind: Kind, at offset: Int, _ reason: String) {
    self.kind = kind
    self.offset = offset
    self.reason = reason
  }

  public var description: String { "byte \(offset): \(reason)" }
}

extension SenMLError: JSONFailure {
  public init(notJSON reason: String, at offset: Int) { self.init(.notJSON, at: offset, reason) }
}
