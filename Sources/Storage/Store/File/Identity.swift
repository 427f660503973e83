// Whose file it is: the vehicle, the machine that began the present epoch, and that epoch.
import SQLite

struct Identity {
  /// Nil in a fresh file.
  var vehicle: String?
  /// Nil in a fresh file.
  var epoch: OutboxEpoch?
  /// Nil where the machine had no identity, or an older version began the epoch.
  var machine: String?

  init(vehicle: String) { self.vehicle = vehicle }

  /// - Throws: `StoreError`, `.damaged` when what is read fails its checksum.
  init(of connection: Connection) throws(StoreError) {
    do throws(SQLiteError) {
      let meta = try connection.prepare("SELECT \(SealedTable.meta.selection) FROM meta WHERE key = 'vehicle'")
      if try meta.step() {
        guard SealedTable.meta.values(in: meta) != nil else {
          throw SQLiteError(code: .corrupt, message: "the vehicle's name is damaged", path: connection.path)
        }
        vehicle = meta.text(1)
      }
      let select = try connection.prepare(
        "SELECT \(SealedTable.epoch.selection) FROM epoch ORDER BY number DESC LIMIT 1")
      guard try select.step() else { return }
      guard let id = Epoch(select.text(1)), SealedTable.epoch.values(in: select) != nil else {
        throw SQLiteError(code: .corrupt, message: "the epoch is damaged", path: connection.path)
      }
      let number = Int32(clamping: select.int64(0))
      machine = select.isNull(2) ? nil : select.text(2)
      epoch = OutboxEpoch(number: number, id: id, isCurrent: true)
    } catch {
      throw StoreError(opening: error)
    }
  }

  /// - Throws: `StoreError`, `.otherVehicle`.
  func check(vehicle: String, _ path: String) throws(StoreError) {
    guard let owner = self.vehicle, owner != vehicle else { return }
    throw StoreError(
      kind: .otherVehicle, path: path,
      reason: "the state belongs to vehicle \"\(owner)\", not \"\(vehicle)\"; give this vehicle a `state:` folder of "
        + "its own, or set `vehicle.id` back")
  }

  static func write(vehicle: String, on connection: Connection) throws(SQLiteError) {
    try SealedTable.put([.text("vehicle"), .text(vehicle)], with: SealedTable.meta.insertion(on: connection))
  }

  /// Ties an epoch that an older version began, or a machine without an identity, to this machine.
  static func adopt(_ machine: String, for epoch: OutboxEpoch, on connection: Connection) throws(SQLiteError) {
    let table = SealedTable.epoch
    let select = try connection.prepare("SELECT \(table.selection) FROM epoch WHERE number = ?1")
    try select.bind(Int64(epoch.number), at: 1)
    guard try select.step(), var values = table.values(in: select) else { return }
    select.reset()
    values[2] = .text(machine)
    try SealedTable.put(values, with: table.insertion("REPLACE", on: connection))
  }
}
