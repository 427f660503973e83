// What clearing trouble codes takes away, told before it is done.
public import Documents

/// What will be lost, one line each, for a person who is about to confirm.
/// - Parameter bus: The bus that is cleared, or nil for all.
public func clearingText(
  of codes: [TroubleCodeDocument], in status: StatusDocument, bus: UInt8?, colour: Bool
) -> String {
  let present = codes.filter { $0.isPresent && (bus.map(Int.init) ?? $0.unit.bus) == $0.unit.bus }
  let names = present.map { "\($0.code) of \($0.unit.address)" }
  let frames = present.count { $0.freezeFrame != nil }
  let lines = [
    StyledText("Clearing \(bus.map { "bus \($0)" } ?? "all buses") takes away, for good:", .warning),
    StyledText(
      "  trouble codes: \(present.count) known to Telltale"
        + (names.isEmpty ? "" : ": " + names.joined(separator: ", ")) + ", and any that it does not know"),
    StyledText("  freeze frames: \(frames) known to Telltale, what the units noted when they set the codes"),
    StyledText(
      "  readiness: now \(readiness(status.readiness)); all self-tests begin anew and take several drives, without "
        + "which an inspection is failed"),
    StyledText(
      "Permanent codes stay until the vehicle itself finds the fault gone. Note down what a repair needs.", .faint),
  ]
  return lines.map { $0.rendered(colour: colour) + "\n" }.joined()
}

/// What came of a command, and when that ends, for people.
public func text(of result: CommandDocument, colour: Bool) -> String {
  let end = result.until.map { StyledText("That ends by itself at \($0).").rendered(colour: colour) + "\n" } ?? ""
  return StyledText(result.text, .good).rendered(colour: colour) + "\n" + end
}
