// Control units for people: who each is, whether it is ready, what it refused, and its monitors that did not pass.
public import Documents

/// One row a unit, and below it what it says about itself.
public func text(of units: [ControlUnitDocument], colour: Bool) -> String {
  guard !units.isEmpty else { return "no control unit has said anything about itself yet\n" }
  var table = TextTable(columns: ["UNIT": .left, "NAME": .left, "READY": .left, "LAMP": .left, "LISTS TOLD": .left])
  for unit in units {
    let ready = unit.readiness.map { $0.ready ? StyledText("yes", .good) : StyledText("no", .warning) }
    let isOn = unit.lamps?.malfunction.map { $0 != "off" } ?? unit.readiness?.malfunctionLamp
    let lists = unit.listsTold.keys.sorted().joined(separator: ", ")
    table.add([
      StyledText(unit.address + (unit.bus > 0 ? " on bus \(unit.bus)" : "")), StyledText(unit.name ?? unit.claimedFunction ?? Figures.unknown),
      ready ?? StyledText(Figures.unknown), StyledText(lamp(isOn), isOn == true ? .warning : .plain),
      StyledText(lists.isEmpty ? Figures.unknown : lists),
    ])
    for note in notes(on: unit) { table.add(note: note) }
  }
  return table.rendered(colour: colour)
}

/// The VIN and whether the vehicle is ready for an inspection, one line each.
public func identityText(_ identity: VehicleIdentityDocument?, _ readiness: VehicleReadinessDocument?) -> String {
  "VIN: \(vehicle(identity))\nreadiness: \(Diagnostics.readiness(readiness))\n"
}

private func notes(on unit: ControlUnitDocument) -> [StyledText] {
  var notes = unit.identity.keys.sorted().map { item in
    StyledText(item + ": " + (unit.identity[item] ?? []).joined(separator: ", "), .faint)
  }
  if !unit.verificationNumbers.isEmpty {
    notes.append(StyledText("verification: " + unit.verificationNumbers.joined(separator: ", "), .faint))
  }
  if let readiness = unit.readiness, !readiness.ready {
    notes.append(StyledText("not complete: " + readiness.incomplete.joined(separator: ", "), .notice))
  }
  let lamps = [
    ("red-stop", unit.lamps?.redStop), ("amber-warning", unit.lamps?.amberWarning), ("protect", unit.lamps?.protect),
  ]
  let lit = lamps.filter { $0.1 ?? "off" != "off" }.map { $0.0 }
  if !lit.isEmpty { notes.append(warningLampsNote(lit)) }
  for monitor in unit.monitors where monitor.passed == false {
    let limits = "\(Figures.plain(monitor.low))...\(Figures.plain(monitor.high)) \(monitor.unit ?? "")"
    let test = "monitor \(monitor.monitor) test \(monitor.test) \(monitor.name ?? "")"
    notes.append(StyledText("\(test): \(Figures.plain(monitor.value)), limits \(limits)", .warning))
  }
  if !unit.monitors.isEmpty {
    let passed = unit.monitors.count { $0.passed == true }
    notes.append(StyledText("\(passed) of \(unit.monitors.count) monitor tests passed", .faint))
  }
  for refusal in unit.refusals {
    notes.append(StyledText("refused " + (refusal.text ?? "\(refusal.service): \(refusal.reason)"), .faint))
  }
  return notes
}
