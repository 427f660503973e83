// Trouble codes and freeze frames of SAE J1939-73: the lists DM1, DM2, DM6, DM12, DM23, DM27, DM28, their counts DM29,
// and DM4 and DM25.

import Vocabulary

/// A trouble code as its four bytes say it.
///
/// The layout is that of version 4 of the SPN conversion methods, all that newer units send. The conversion method bit
/// marks the three older ones without telling which of them it is. Version 3 has the same layout; the two others put
/// the bits of the SPN elsewhere, which the bytes do not betray. So the bit changes nothing here, and the codes of a
/// very old unit may come out with a wrong SPN.
struct J1939Code {
  /// Bytes that a code takes.
  static let size = 4

  var code: TroubleCode
  var occurrences: UInt8?

  /// Nil where the four bytes from `start` on say that there is no code: no parameter has the SPN 0, and 524287, all
  /// bits set, is what older units send for "none". The caller has checked the length.
  init?(_ message: Span<UInt8>, at start: Int) {
    let spn = message.number(at: start, bytes: 2) | UInt32(message[start + 2] &>> 5) &<< 16
    guard spn != 0, spn != 0x7FFFF else { return nil }
    code = TroubleCode(spn: spn, fmi: message[start + 2] & 0x1F)
    let count = message[start + 3] & 0x7F
    occurrences = count == 127 ? nil : count
  }
}

extension J1939Diagnostics {
  /// Two bytes of lamps, then the codes; what is left over is padding.
  static func codes(
    _ message: Span<UInt8>, _ status: TroubleCodeStatus, isBroadcast: Bool, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Bool {
    guard message.count >= 2 else { return false }
    tell(.listBegan(lamps: WarningLamps(states: message[0], flashes: message[1]), isBroadcast: isBroadcast))
    var start = 2
    while start + J1939Code.size <= message.count {
      if let entry = J1939Code(message, at: start) {
        tell(.listed(entry.code, status: status, occurrences: entry.occurrences))
      }
      start += J1939Code.size
    }
    tell(.listEnded(complete: status, notation: .j1939))
    return true
  }

  /// A count of zero is an empty list, and told as that; other counts name no code.
  static func codeCounts(
    _ message: Span<UInt8>, isTold: Bool, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Bool {
    guard message.count >= 5 else { return false }
    guard isTold else { return true }
    var empty: TroubleCodeStatus = []
    // 255 for all pending codes: the unit has no such list, and the one related to emissions is all there is.
    if message[0] == 0, message[1] == 0 || message[1] == 255 { empty.insert(.pending) }
    if message[2] == 0 { empty.insert(.confirmed) }
    if message[3] == 0 { empty.insert(.previouslyConfirmed) }
    if message[4] == 0 { empty.insert(.permanent) }
    guard !empty.isEmpty else { return true }
    tell(.listBegan(lamps: nil, isBroadcast: false))
    tell(.listEnded(complete: empty, notation: .j1939))
    return true
  }

  /// Frames one after another, each a byte that counts those after it, the trouble code, and values. Those of DM4 begin
  /// with six that the standard names. Which ones DM25 and the rest of DM4 hold, only the unit's DM24 or its maker
  /// knows.
  static func freezeFrames(
    _ message: Span<UInt8>, hasStandardValues: Bool, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Bool {
    guard areFreezeFrames(message) else { return false }
    var start = 0
    var frame: UInt8 = 0
    while let length = freezeFrameLength(message, at: start) {
      if let entry = J1939Code(message, at: start + 1) {
        tell(.freezeFrameCode(entry.code, frame: frame))
        if hasStandardValues, length >= J1939Code.size + 8 {
          standardValues(message, at: start + 1 + J1939Code.size, frame: frame, tell)
        }
        guard frame < .max else { return true }
        frame += 1
      }
      start += 1 + length
    }
    return true
  }

  /// Whether the message is freeze frames from its first to its last byte but for padding, or padding alone.
  private static func areFreezeFrames(_ message: Span<UInt8>) -> Bool {
    guard message.count > 0 else { return false }
    var start = 0
    while let length = freezeFrameLength(message, at: start) { start += 1 + length }
    // The code of the frame that says "none" is zero, too, so that a length of zero ends the message.
    guard start < message.count, message[start] != 0 else { return true }
    for i in start..<message.count where message[i] != 0xFF { return false }
    return true
  }

  /// How many bytes the frame at `start` has after its length; nil where there is no whole frame.
  private static func freezeFrameLength(_ message: Span<UInt8>, at start: Int) -> Int? {
    guard start < message.count else { return nil }
    let length = Int(message[start])
    return length >= J1939Code.size && start + 1 + length <= message.count ? length : nil
  }

  /// The eight bytes that follow the code in DM4.
  private static func standardValues(
    _ message: Span<UInt8>, at start: Int, frame: UInt8, _ tell: (DiagnosticFact.Content) -> Void
  ) {
    func value(_ spn: UInt32, at offset: Int, bytes: Int, scale: Double, offset shift: Double) {
      let raw = message.number(at: start + offset, bytes: bytes)
      // From FB on the first byte of a number is no measurement: reserved, in error, not available.
      let isMeasured = raw &>> UInt32(8 * (bytes - 1)) <= 0xFA
      tell(.freezeFrameValue(.spn(spn), frame: frame, value: isMeasured ? Double(raw) * scale + shift : .nan))
    }
    // A state of four bits, whatever fills the byte.
    let torqueMode = message[start] & 0x0F
    tell(.freezeFrameValue(.spn(899), frame: frame, value: torqueMode == 15 ? .nan : Double(torqueMode)))
    value(102, at: 1, bytes: 1, scale: 2, offset: 0)
    value(190, at: 2, bytes: 2, scale: 0.125, offset: 0)
    value(92, at: 4, bytes: 1, scale: 1, offset: 0)
    value(110, at: 5, bytes: 1, scale: 1, offset: -40)
    value(84, at: 6, bytes: 2, scale: 1.0 / 256, offset: 0)
  }
}
