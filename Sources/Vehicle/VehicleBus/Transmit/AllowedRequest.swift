// The allow-list: which requests may be made at all, and in which form. What is not in here is never sent.
import Vocabulary

/// What an allowed request does to the vehicle.
enum RequestEffect: BitwiseCopyable, Sendable {
  /// Reads, and changes nothing.
  case reads
  /// Deletes trouble codes, or what belongs to them.
  case clears
}

extension Transmission {
  /// What this request does; nil when it is not allowed: another service, a wrong length, an address that could belong
  /// to anything. `pairs` are the owner's further units.
  func effect(pairs: [TransmitPolicy.Pair]) -> RequestEffect? {
    switch (content, address) {
    case (.service(let bytes), .everybody11), (.service(let bytes), .everybody29):
      return serviceEffect(bytes)
    case (.service(let bytes), .unit(let request, let answer)):
      let isListed = pairs.contains(TransmitPolicy.Pair(request: request, answer: answer))
      guard isDiagnostic(request: request, answer: answer) || isListed && isPlain(request) && isPlain(answer) else {
        return nil
      }
      return serviceEffect(bytes)
    case (.parameterGroup(let group), .j1939(let address)):
      // 254 stands for a unit without an address (SAE J1939-81).
      return address == 254 ? nil : groupEffect(group)
    case (.service, .j1939), (.parameterGroup, _):
      return nil
    }
  }
}

/// The identifiers of ISO 15765-4: 7E0...7E7 answered 8 higher, or 18DAxxF1 answered on 18DAF1xx. F1 is the tester.
private func isDiagnostic(request: CANID, answer: CANID) -> Bool {
  guard isPlain(request), isPlain(answer), request.isExtended == answer.isExtended else { return false }
  guard request.isExtended else { return 0x7E0...0x7E7 ~= request.value && answer.value == request.value + 8 }
  let unit = request.value >> 8 & 0xFF
  return unit != 0xF1 && request.value == 0x18DA_00F1 | unit << 8 && answer.value == 0x18DA_F100 | unit
}

/// A data frame's identifier and no stray bit.
private func isPlain(_ id: CANID) -> Bool { id.rawValue == id.key }

/// OBD-II by ISO 15031-5 on CAN, UDS by ISO 14229-1.
private func serviceEffect(_ bytes: RequestBytes) -> RequestEffect? {
  switch (bytes[0], bytes.count) {
  // One to six parameters; one to six monitors; one kind of vehicle information.
  case (0x01, 2...7), (0x06, 2...7), (0x09, 2): .reads
  // One to three pairs of parameter and freeze frame.
  case (0x02, 3), (0x02, 5), (0x02, 7): .reads
  // Stored, pending and permanent trouble codes.
  case (0x03, 1), (0x07, 1), (0x0A, 1): .reads
  // One to three data identifiers.
  case (0x22, 3), (0x22, 5), (0x22, 7): .reads
  case (0x19, let count) where count == troubleCodeReportLength(bytes[1]): .reads
  case (0x04, 1): .clears
  // A group of trouble codes, three bytes.
  case (0x14, 4): .clears
  default: nil
  }
}

/// The whole length of a ReadDTCInformation request by its subfunction; nil for those that are not asked. With bit 7
/// set a unit would do the work and not answer, which no reader wants.
private func troubleCodeReportLength(_ subfunction: UInt8) -> Int? {
  switch subfunction {
  // By status mask: a number, codes.
  case 0x01, 0x02: 3
  // What snapshots there are; supported codes; first and latest failed and confirmed ones; fault counters; permanent
  // codes.
  case 0x03, 0x0A...0x0E, 0x14, 0x15: 2
  // A snapshot, or extended data, of one code by record number.
  case 0x04, 0x06: 6
  // Stored data by record number.
  case 0x05: 3
  // By severity and status mask: a number, codes.
  case 0x07, 0x08: 4
  // The severity of one code.
  case 0x09: 5
  default: nil
  }
}

/// Which parameter groups may be asked for (SAE J1939-21). A request only makes a unit send the group, but some groups
/// do something by being sent.
private func groupEffect(_ group: UInt32) -> RequestEffect? {
  switch group {
  // DM3 and DM11: to ask for them clears previously active and active trouble codes (SAE J1939-73).
  case 65_228, 65_235: .clears
  // DM19, DM20, DM21 and DM29: the readings among the groups that go to one address.
  case 54_016, 49_664, 49_408, 40_448: .reads
  // Commanded address: whoever sends it moves a unit to another address.
  case 65_240: nil
  // Of all others only broadcast information, data pages 0 and 1. Groups with a destination are commands, transport
  // and address claims (60928: being asked for it makes two units that share an address fight, and one leaves the bus),
  // and what a maker's own groups (FFxx) do is anybody's guess.
  case 0...0x1FFFF where 240...254 ~= group >> 8 & 0xFF: .reads
  default: nil
  }
}
