// What the store keeps: one case for each kind of record.
public import Vocabulary

/// One thing to be stored. A list of them goes in as one transaction.
public enum StoreRecord: Sendable {
  /// Leaves the vehicle: gets the next sequence of its lane. Alerts and events are kept for the technician as well.
  case outgoing(lane: Lane, type: String, subject: String?, time: Timestamp, data: [UInt8])
  /// The present state of an alert; replaces the earlier one of the same id.
  case alert(id: String, state: String, changedWall: Int64, data: [UInt8])
  case trip(number: UInt32, startedWall: Int64, data: [UInt8])
  case health(component: String, wall: Int64, data: [UInt8])
  /// All signals over a second, a minute or an hour from `startWall` (nanoseconds since 1970, a multiple of that length:
  /// a salvage tells by it which is which), as bytes that the caller understands; `version` (from 1) says which layout
  /// they have.
  case rollUps(RollUpResolution, startWall: Int64, version: Int32, chunk: [UInt8])
  /// What must survive a restart, as bytes that the caller understands; `version` says which layout they have.
  case checkpoint(version: Int32, data: [UInt8])
  /// A checkpoint of a vehicle that the gateway was taken out of; replaces an earlier one of that vehicle.
  case parked(vehicle: String, version: Int32, data: [UInt8])
  /// What no new version may forget of the vehicle's components; replaces what these counters had.
  case counters(vehicle: String, [StoredCounter])
  case acknowledged(Acknowledgement)
  /// What a control unit said last about `key`; replaces what it said before. `block` is the caller's own form of it,
  /// `version` its layout; `data` is JSON for people and other programs.
  case diagnostic(unit: String, key: String, wall: Int64, version: Int32, block: [UInt8], data: [UInt8])
  /// What the control unit said about `key` is void.
  case diagnosticRemoved(unit: String, key: String)
  /// Something small that a later start is glad to know, by a name of the caller's; replaces what the name had.
  case note(name: String, text: String)
}

/// A counter of a component, such as the damage that its wear has done.
public struct StoredCounter: Hashable, Sendable {
  public var component: String
  public var name: String
  public var value: Double

  public init(component: String, name: String, value: Double) {
    self.component = component
    self.name = name
    self.value = value
  }
}
