// Trouble codes, lamp and readiness for people. A unit that told no list has not told that it has no codes.
public import Documents

/// Trouble codes as a table, those that are there first; below it the lamps, and whose word this is.
public func text(of codes: [TroubleCodeDocument], in status: StatusDocument, colour: Bool) -> String {
  text(
    of: codes, isClear: status.troubleCodes.isClear, listsTold: status.listsTold,
    malfunctionLamp: status.malfunctionLamp, warningLamps: status.warningLamps, colour: colour)
}

/// The same of a recording, where there is no daemon.
/// - Parameters:
///   - isClear: no trouble code is there, of all that are known.
///   - warningLamps: the lamps other than the malfunction lamp that some unit commands on.
public func text(
  of codes: [TroubleCodeDocument], isClear: Bool, listsTold: [ListToldDocument], malfunctionLamp: Bool?,
  warningLamps: [String], colour: Bool
) -> String {
  var text = ""
  if !codes.isEmpty {
    var table = TextTable(columns: [
      "CODE": .left, "UNIT": .left, "STATUS": .left, "SINCE": .left, "MEANING": .left,
    ])
    for code in codes { add(code, to: &table) }
    text = table.rendered(colour: colour)
  }
  if isClear {
    text += noCodes(told: listsTold).rendered(colour: colour) + "\n"
  }
  let isOn = malfunctionLamp == true
  text += StyledText("malfunction lamp: " + lamp(malfunctionLamp), isOn ? .warning : .plain).rendered(colour: colour)
  text += "\n"
  guard !warningLamps.isEmpty else { return text }
  return text + warningLampsNote(warningLamps).rendered(colour: colour) + "\n"
}

private func add(_ code: TroubleCodeDocument, to table: inout TextTable) {
  let isSerious = code.status.contains { $0 == "active" || $0 == "confirmed" }
  let meaning: StyledText.Meaning = !code.isPresent ? .faint : isSerious ? .warning : .notice
  table.add([
    StyledText(code.code, meaning), StyledText(title(of: code.unit)),
    StyledText(code.status.isEmpty ? "cleared " + code.changed : code.status.joined(separator: ", ")),
    StyledText(code.since), StyledText(code.text ?? Figures.unknown),
  ])
  guard let frame = code.freezeFrame, !frame.values.isEmpty else { return }
  let values = frame.values.map { value in
    let unit = value.value == nil || value.unit.isEmpty ? "" : " " + Figures.unit(value.unit)
    return value.name + " " + measured(value.value) + unit
  }
  table.add(note: StyledText("freeze frame \(frame.frame): " + values.joined(separator: ", "), .faint))
}

/// As fine as a reading is meant: three decimals below 10, one from there on, closing zeros dropped.
private func measured(_ value: Double?) -> String {
  let scale = abs(value ?? 0) < 10 ? 1000.0 : 10
  return Figures.plain(value.map { ($0 * scale).rounded() / scale })
}

/// `7E8 engine`, or `7E8 on bus 1`.
private func title(of unit: UnitDocument) -> String {
  unit.address + (unit.bus > 0 ? " on bus \(unit.bus)" : "") + (unit.name.map { " " + $0 } ?? "")
}

/// Why there is nothing to show.
private func noCodes(told lists: [ListToldDocument]) -> StyledText {
  guard !lists.isEmpty else {
    return StyledText("not known: no control unit has told a list of trouble codes yet", .notice)
  }
  var units: [String: [String]] = [:]
  for list in lists { units[list.status, default: []].append(title(of: list.unit)) }
  let parts = units.keys.sorted().map { $0 + " by " + (units[$0] ?? []).joined(separator: ", ") }
  return StyledText("no trouble codes (lists told: " + parts.joined(separator: "; ") + ")", .good)
}

func lamp(_ isOn: Bool?) -> String { isOn.map { $0 ? "on" : "off" } ?? Figures.unknown }

func warningLampsNote(_ lamps: [String]) -> StyledText {
  StyledText("warning lamps: " + lamps.joined(separator: ", "), .warning)
}

func readiness(_ readiness: VehicleReadinessDocument?) -> String {
  guard let readiness else { return Figures.unknown }
  return readiness.ready ? "ready" : "not ready: " + readiness.incomplete.joined(separator: ", ")
}

func vehicle(_ identity: VehicleIdentityDocument?) -> String {
  guard let identity else { return Figures.unknown }
  let model = [identity.make, identity.model].compactMap { $0 }.joined(separator: " ")
  let conflict = identity.vins.map { ", but control units say " + $0.joined(separator: " and ") } ?? ""
  return identity.vin + (model.isEmpty ? "" : ", " + model) + conflict
}

func troubleCodes(_ status: StatusDocument) -> String {
  guard !status.listsTold.isEmpty || !status.troubleCodes.isUnknown else {
    return "\(Figures.unknown), no control unit has told a list"
  }
  let codes = status.troubleCodes
  let counts = [
    ("active", codes.active), ("confirmed", codes.confirmed), ("pending", codes.pending),
    ("permanent", codes.permanent),
  ]
  return counts.map { "\($1.map { String($0) } ?? Figures.unknown) \($0)" }.joined(separator: ", ")
}

extension TroubleCodeCountsDocument {
  private var counts: [Int?] { [active, confirmed, pending, permanent] }
  var isUnknown: Bool { counts.allSatisfy { $0 == nil } }
  var isClear: Bool { counts.allSatisfy { ($0 ?? 0) == 0 } }
}
