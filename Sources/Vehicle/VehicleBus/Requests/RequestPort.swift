// Where a permitted request leaves and its answers come back.
public import Vocabulary

/// One bus, one request at a time. Belongs to the control thread. While no request is under way a port holds nothing open
/// that could transmit, flow control included.
public protocol RequestPort: AnyObject {
  /// Readable when an answer waits; nil while no request is under way, but for an adapter, which is always watched.
  var descriptor: Int32? { get }

  /// Whether an answer has begun and is not whole yet; false again when its sender falls silent in the middle of it.
  var isReceiving: Bool { get }

  /// Whether nothing more can come: an adapter has said all that it heard. False on a bus, where anybody may still answer.
  var isThrough: Bool { get }

  /// Sends what the permit allows, and listens for its answers until `finish`.
  /// - Throws: `RequestPortError`; nothing is open then.
  func send(_ permit: consuming TransmitPermit) throws(RequestPortError)

  /// Hands over whole answers that have come since, without blocking: identifier and bytes.
  /// - Throws: `RequestPortError` when the bus is gone; `finish` is still to be called.
  func receive(_ take: (CANID, [UInt8]) -> Void) throws(RequestPortError)

  /// Ends the request: closes all that could transmit.
  func finish()
}

/// Why a request could not be sent or its answers not be read.
public struct RequestPortError: Error, Equatable, CustomStringConvertible, Sendable {
  /// errno.
  public var code: Int32
  /// One line with the mend.
  public var description: String

  public init(code: Int32, description: String) {
    self.code = code
    self.description = description
  }
}
