// What is known of a diagnostic adapter, as part of its source.

/// An ELM327 or one of its copies.
public struct AdapterDocument: Codable, Hashable, Sendable {
  /// What it is, what it can do, what it is doing and why: one sentence.
  public var text: String
  /// closed, probing, initialising, searching, polling, listening, backing off, asleep.
  public var state: String
  /// RFC 3339.
  public var since: String
  /// Why there are no readings, with the mend; null while nothing is wrong.
  public var trouble: String?
  /// What it calls itself.
  public var banner: String?
  /// What it is known as.
  public var title: String?
  /// What it can do, and what it or its kind claims and cannot.
  public var abilities: [String]
  public var disproved: [String]
  /// Of the serial line, bit/s; null where there is none.
  public var baudRate: Int?
  /// What the vehicle speaks; null until that is known.
  public var vehicleProtocol: String?
  /// Parameters in one request at the most.
  public var parametersAtOnce: Int
  /// V at the vehicle's plug.
  public var voltage: Double?
  /// Since the start: requests to the vehicle and those that were answered, requests to find the protocol, commands to the
  /// adapter, lines that could not be trusted, times that it began anew by itself, that it had to be brought back to its
  /// prompt, and that the port was opened.
  public var requests: UInt64
  public var answered: UInt64
  public var searches: UInt64
  public var commands: UInt64
  public var damagedLines: UInt64
  public var resets: UInt64
  public var resynchronisations: UInt64
  public var opened: UInt64

  public init(text: String, state: String, since: String) {
    self.text = text
    self.state = state
    self.since = since
    (abilities, disproved, parametersAtOnce) = ([], [], 1)
    (requests, answered, searches, commands) = (0, 0, 0, 0)
    (damagedLines, resets, resynchronisations, opened) = (0, 0, 0, 0)
  }
}
