// Replies to service 19 of UDS: lists of trouble codes, what is stored with them, counts.

import Vocabulary

extension UDSReplyDecoder {
  /// How the records of a list lie in a message.
  private struct Layout {
    /// Bytes before the first record; among them that of the statuses that the unit has at all.
    var header: Int
    var availability = 2
    /// Where the format of the codes stands; nil where the reply does not tell.
    var format: Int?
    /// Bytes of a record, and where in it the three bytes of the code lie. The status is its last byte.
    var record = 4
    var code = 0
  }

  /// How codes are written (DTCFormatIdentifier): the only one that is not of SAE J2012 or like it.
  private static let formatOfJ1939: UInt8 = 2

  mutating func troubleCodes(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    guard message.count > 1 else { return .malformed }
    let function = message[1]
    let asked = request(0x19, function: function, from: unit, at: time)
    switch function {
    case 0x01: return number(message, asked, tell)
    case 0x02:
      // A code comes where its status has at least one bit of the mask.
      return list(message, Layout(header: 3), complete: asked.map { $0.bytes[2] } ?? 0, tell)
    case 0x0A: return list(message, Layout(header: 3), complete: 0xFF, tell)
    case 0x0B...0x0E, 0x13: return list(message, Layout(header: 3), tell)
    case 0x15: return list(message, Layout(header: 3), isPermanent: true, tell)
    case 0x17: return list(message, Layout(header: 4, availability: 3), tell)
    // The number of the kind of record is only there together with codes.
    case 0x1A: return message.count == 3 ? .reply : list(message, Layout(header: 4), tell)
    case 0x08, 0x09: return list(message, Layout(header: 3, record: 6, code: 2), tell)
    case 0x42: return list(message, Layout(header: 6, availability: 3, format: 5, record: 5, code: 1), tell)
    case 0x55: return list(message, Layout(header: 5, availability: 3, format: 4), isPermanent: true, tell)
    case 0x56: return list(message, Layout(header: 6, availability: 3, format: 4), tell)
    case 0x03: return snapshots(message, tell)
    case 0x04: return code(message, at: 2, recordAt: 6, tell)
    case 0x05: return code(message, at: 3, recordAt: 2, tell)
    case 0x06: return code(message, at: 2, recordAt: nil, tell)
    case 0x16: return code(message, at: 3, recordAt: nil, tell)
    // Counts by severity and of emission codes, mirrors that outlive a clearing, counters of failures that are no
    // faults yet, and what is kept in memories that the maker defines.
    case 0x07, 0x0F...0x12, 0x14, 0x18, 0x19: return .reply
    default: return .other
    }
  }

  /// A list of codes with a status each. Bytes that fill no record make it malformed and complete for nothing.
  /// - Parameters:
  ///   - mask: bits of the status that no code has that is not listed.
  ///   - isPermanent: a list of permanent codes alone, all of them.
  private func list(
    _ message: Span<UInt8>, _ layout: Layout, complete mask: UInt8 = 0, isPermanent: Bool = false,
    _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    guard message.count >= layout.header else { return .malformed }
    let isWhole = (message.count &- layout.header) % layout.record == 0
    let isJ1939 = layout.format.map { message[$0] == UDSReplyDecoder.formatOfJ1939 } ?? false
    tell(.listBegan(lamps: nil, isBroadcast: false))
    var position = layout.header
    while position &+ layout.record <= message.count {
      var status = TroubleCodeStatus(uds: message[position &+ layout.record &- 1])
      if isPermanent { status.insert(.permanent) }
      if !status.isEmpty, let code = TroubleCode(message, at: position &+ layout.code, isJ1939: isJ1939) {
        tell(.listed(code, status: status, occurrences: nil))
      }
      position &+= layout.record
    }
    var complete = TroubleCodeStatus(uds: mask & message[layout.availability])
    // Permanent codes of emission systems are all that there are: no other group has any.
    if isPermanent { complete = .permanent }
    tell(.listEnded(complete: isWhole ? complete : [], notation: isJ1939 ? .j1939 : .uds))
    return isWhole ? .reply : .malformed
  }

  /// How many codes there are that match a mask: where there are none, that is an empty list.
  private func number(
    _ message: Span<UInt8>, _ asked: UDSRequests.Request?, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    guard message.count == 6 else { return .malformed }
    guard let asked, message[4] == 0, message[5] == 0 else { return .reply }
    tell(.listBegan(lamps: nil, isBroadcast: false))
    tell(
      .listEnded(
        complete: TroubleCodeStatus(uds: asked.bytes[2] & message[2]),
        notation: message[3] == UDSReplyDecoder.formatOfJ1939 ? .j1939 : .uds))
    return .reply
  }

  /// Which codes have snapshots, and their record numbers.
  private func snapshots(_ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void) -> Verdict {
    var position = 2
    while position &+ 4 <= message.count {
      if let code = TroubleCode(message, at: position, isJ1939: false) {
        tell(.freezeFrameCode(code, frame: message[position &+ 3]))
      }
      position &+= 4
    }
    return position == message.count ? .reply : .malformed
  }

  /// A code and its status, with the first record of what is stored with it. The lengths of data identifiers are known
  /// to the maker alone, so that neither the values nor where further records begin can be told.
  /// - Parameter recordAt: where the number of a snapshot stands; the number of its data identifiers is behind that and
  ///   the status. Nil where what is stored is no snapshot.
  private func code(
    _ message: Span<UInt8>, at start: Int, recordAt: Int?,
    _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    // A record number alone, where functions begin with it, says that nothing is stored in it.
    if start == 3, message.count == 3 { return .reply }
    guard message.count >= start &+ 4 else { return .malformed }
    guard let code = TroubleCode(message, at: start, isJ1939: false) else { return .reply }
    let status = TroubleCodeStatus(uds: message[start &+ 3])
    if !status.isEmpty {
      tell(.listBegan(lamps: nil, isBroadcast: false))
      tell(.listed(code, status: status, occurrences: nil))
      tell(.listEnded(complete: [], notation: .uds))
    }
    guard let recordAt, message.count > max(recordAt, start &+ 3) else { return .reply }
    let size = max(recordAt, start &+ 3) &+ 1
    guard message.count > size else { return .malformed }
    if message[size] > 0 { tell(.freezeFrameCode(code, frame: message[recordAt])) }
    return .reply
  }
}

extension TroubleCodeStatus {
  /// The bits of ISO 14229-1's status byte that say something of the code as it stands; the others tell of its tests.
  init(uds status: UInt8) {
    self = []
    if status & 0x01 != 0 { insert(.active) }
    if status & 0x04 != 0 { insert(.pending) }
    if status & 0x08 != 0 { insert(.confirmed) }
    if status & 0x80 != 0 { insert(.lampRequested) }
  }
}

extension TroubleCode {
  /// Three bytes of a message of UDS; nil for filling bytes, 000000 and FFFFFF.
  fileprivate init?(_ message: Span<UInt8>, at start: Int, isJ1939: Bool) {
    let (high, middle, low) = (message[start], message[start &+ 1], message[start &+ 2])
    guard high | middle | low != 0, high & middle & low != 0xFF else { return nil }
    if isJ1939 {
      let spn = UInt32(high) | UInt32(middle) &<< 8 | UInt32(low &>> 5) &<< 16
      self.init(spn: spn, fmi: low & 0x1F)
    } else {
      self.init(uds: UInt32(high) &<< 16 | UInt32(middle) &<< 8 | UInt32(low))
    }
  }
}
