// One line of a bus that an adapter listens to (ATMA, STMA), as a frame. No allocation.
public import Vocabulary

/// Headers are on (ATH1), formatting of ISO-TP off (ATCAF0); blanks may be there or not (ATS0).
public enum ELMMonitorLine {
  /// - Parameters:
  ///   - text: of one line, without its end.
  ///   - vehicleProtocol: tells whether identifiers have three digits or eight.
  /// - Returns: nil for everything that is not a whole number of bytes behind an identifier and nothing else: notices,
  ///   lines marked damaged, an odd number of digits, a blank within a byte, more than eight bytes, other protocols
  ///   than CAN's.
  public static func frame(
    _ text: UnsafeBufferPointer<UInt8>, _ vehicleProtocol: ELMProtocol, at time: Instant, bus: UInt8
  ) -> CANFrame? {
    guard vehicleProtocol.isCAN else { return nil }
    let header = vehicleProtocol.isExtended ? 8 : 3
    var identifier: UInt32 = 0
    var data: UInt64 = 0
    var digits = 0
    for byte in text {
      guard let digit = hexDigit(byte) else {
        // Between bytes only; those of an identifier of eight digits may be apart as well.
        let isBetween = digits < header ? digits == 0 || header == 8 && digits & 1 == 0 : (digits &- header) & 1 == 0
        guard byte == 0x20, isBetween else { return nil }
        continue
      }
      if digits < header {
        identifier = identifier &<< 4 | UInt32(digit)
      } else {
        // Byte i is bits 8 * i of the word, its first digit the higher half.
        let place = digits &- header
        guard place < 16 else { return nil }
        data |= UInt64(digit) &<< UInt64((place >> 1) &* 8 &+ (place & 1 == 0 ? 4 : 0))
      }
      digits &+= 1
    }
    guard digits >= header, (digits &- header) & 1 == 0, identifier <= (header == 8 ? 0x1FFF_FFFF : 0x7FF) else {
      return nil
    }
    return CANFrame(
      time: time, id: header == 8 ? CANID(extended: identifier) : CANID(standard: identifier), bus: bus,
      length: UInt8((digits &- header) >> 1), payload: CANPayload(word: data))
  }
}
