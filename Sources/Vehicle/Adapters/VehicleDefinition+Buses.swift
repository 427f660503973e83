// What a vehicle speaks on each of its buses.

extension VehicleDefinition {
  /// Whether a pack has messages of SAE J1939 for this bus.
  public func speaksJ1939(_ bus: UInt8) -> Bool { diagnostics.j1939Buses >> UInt64(bus & 63) & 1 == 1 }
}
