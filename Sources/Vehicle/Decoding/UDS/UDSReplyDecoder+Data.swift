// Replies to service 22 of UDS: who the unit is, and data that only its maker understands.

import Vocabulary

extension UDSReplyDecoder {
  /// A reply holds the identifiers that were asked for in their order, without those that the unit does not have, each
  /// followed by its data. How long that is only the maker knows: an identifier ends where the next one asked for
  /// stands, if its two bytes stand in one place only. What cannot be told apart so is left out. Where the request did
  /// not come by, all is the first identifier's.
  mutating func data(
    _ message: Span<UInt8>, from unit: ControlUnit, at time: Instant, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Verdict {
    guard message.count > 3 else { return .malformed }
    // Parameters of OBD-II are another decoder's.
    guard message[1] != 0xF4 else { return .other }
    var identifier = number(message, at: 1)
    guard let request = request(0x22, from: unit, at: time), var place = index(of: identifier, in: request) else {
      UDSIdentity.tell(identifier, message.extracting(3..<message.count), tell)
      return .reply
    }
    var start = 3
    while true {
      let next = following(place, in: request, from: start &+ 1, message)
      switch next {
      case .nowhere:
        UDSIdentity.tell(identifier, message.extracting(start..<message.count), tell)
        return .reply
      case .ambiguous: return .reply
      case .at(let end, let index):
        UDSIdentity.tell(identifier, message.extracting(start..<end), tell)
        // The last identifier without any data.
        guard end &+ 2 < message.count else { return .malformed }
        identifier = number(message, at: end)
        place = index
        start = end &+ 2
      }
    }
  }

  /// Where the next identifier of a reply stands.
  private enum Next {
    /// None is left: what remains is data.
    case nowhere
    case at(Int, index: Int)
    case ambiguous
  }

  /// The first identifier behind number `place` of a request that stands in the message at `start` or behind it.
  private func following(
    _ place: Int, in request: UDSRequests.Request, from start: Int, _ message: Span<UInt8>
  ) -> Next {
    var index = place + 1
    while index < count(request) {
      let wanted = identifier(index, in: request)
      var found: Int?
      var position = start
      while position &+ 1 < message.count {
        if number(message, at: position) == wanted {
          guard found == nil else { return .ambiguous }
          found = position
        }
        position &+= 1
      }
      if let found { return .at(found, index: index) }
      index += 1
    }
    // There may be one that was too far behind in the request to be remembered.
    return request.isWhole ? .nowhere : .ambiguous
  }

  private func number(_ message: Span<UInt8>, at position: Int) -> UInt16 {
    UInt16(message[position]) &<< 8 | UInt16(message[position &+ 1])
  }

  /// How many identifiers a request asks for.
  private func count(_ request: UDSRequests.Request) -> Int { (Int(request.bytes.count) - 1) / 2 }

  private func identifier(_ index: Int, in request: UDSRequests.Request) -> UInt16 {
    UInt16(request.bytes[1 + 2 * index]) &<< 8 | UInt16(request.bytes[2 + 2 * index])
  }

  private func index(of identifier: UInt16, in request: UDSRequests.Request) -> Int? {
    for index in 0..<count(request) where self.identifier(index, in: request) == identifier { return index }
    return nil
  }
}

/// The data identifiers that ISO 14229-1 (annex C.1) gives a meaning to and that say who a unit is.
enum UDSIdentity {
  /// Tells what an identifier says: who the unit is where the data is readable, else the bare bytes.
  static func tell(_ identifier: UInt16, _ data: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void) {
    switch identifier {
    case 0xF190, 0xF802:
      // SAE J1979-2 has the number of numbers before the number.
      let start = identifier == 0xF802 && data.count > VehicleIdentification.length && data[0] == 1 ? 1 : 0
      let number = text(data, from: start, atMost: VehicleIdentification.length)
      // A unit that was never told has blanks or filling bytes there, which is no identification.
      if let number, VehicleIdentification.isValid(number) { tell(.identity(.vin, index: 0, number)) }
      return
    default: break
    }
    if let item = item(identifier) {
      // Serial numbers and the like are text with most makers, and bare numbers with some.
      var words = text(data, from: 0, atMost: ShortText.capacity)
      if words == nil, item.item == .programmingDate { words = digits(data) }
      if let words {
        if words.count > 0 { tell(.identity(item.item, index: item.index, words)) }
        return
      }
    }
    var bytes = ShortText()
    for i in 0..<min(data.count, ShortText.capacity) { bytes.append(data[i]) }
    tell(.data(identifier: identifier, bytes))
  }

  /// What an identifier is about. Where several are about the same, each has an index of its own.
  private static func item(_ identifier: UInt16) -> (item: IdentityItem, index: UInt8)? {
    switch identifier {
    case 0xF187: (.partNumber, 0)  // Spare part.
    case 0xF18E: (.partNumber, 1)  // Kit.
    case 0xF188: (.softwareNumber, 0)  // The vehicle maker's.
    case 0xF189: (.softwareNumber, 1)  // Its version.
    case 0xF194: (.softwareNumber, 2)  // The supplier's.
    case 0xF195: (.softwareNumber, 3)  // Its version.
    case 0xF191: (.hardwareNumber, 0)  // The vehicle maker's.
    case 0xF192: (.hardwareNumber, 1)  // The supplier's.
    case 0xF193: (.hardwareNumber, 2)  // Its version.
    case 0xF18A: (.supplier, 0)
    case 0xF18C: (.serialNumber, 0)
    case 0xF197: (.unitName, 0)
    case 0xF199: (.programmingDate, 0)
    default: nil
    }
  }

  /// The characters without the blanks and filling bytes around them, at most the first `limit`; nil where any of them
  /// cannot be read.
  private static func text(_ data: Span<UInt8>, from start: Int, atMost limit: Int) -> ShortText? {
    func isFilling(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x20 || byte == 0xFF }
    var (first, end) = (start, data.count)
    while first < end, isFilling(data[first]) { first &+= 1 }
    end = min(end, first &+ limit)
    while first < end, isFilling(data[end &- 1]) { end &-= 1 }
    var text = ShortText()
    for i in first..<end {
      guard (0x20..<0x7F).contains(data[i]) else { return nil }
      text.append(data[i])
    }
    return text
  }

  /// A date of three or four bytes of two decimal digits each, as text; nil for anything else.
  private static func digits(_ data: Span<UInt8>) -> ShortText? {
    guard data.count == 3 || data.count == 4 else { return nil }
    var text = ShortText()
    for i in 0..<data.count {
      guard data[i] &>> 4 < 10, data[i] & 0xF < 10 else { return nil }
      text.append(UInt8(ascii: "0") + data[i] &>> 4)
      text.append(UInt8(ascii: "0") + data[i] & 0xF)
    }
    return text
  }
}
