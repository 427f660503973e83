// Who a control unit is: VIN, component, software and unit identification of SAE J1939-71, calibrations of DM19.

import Vocabulary

extension J1939Diagnostics {
  /// What a text is, and its index among the unit's items of that kind.
  typealias Field = (item: IdentityItem, index: UInt8)

  static func component(_ number: Int) -> Field? {
    switch number {
    case 0: (.make, 0)
    case 1: (.model, 0)
    case 2: (.serialNumber, 0)
    case 3: (.unitNumber, 0)
    default: nil
    }
  }

  /// The electronics' serial number is the second one: the first is that of the component which they control.
  static func controlUnit(_ number: Int) -> Field? {
    switch number {
    case 0: (.partNumber, 0)
    case 1: (.serialNumber, 1)
    case 2: (.location, 0)
    case 3: (.unitName, 0)
    case 4: (.supplier, 0)
    case 5: (.hardwareNumber, 0)
    default: nil
    }
  }

  static func software(_ number: Int) -> Field? {
    number < 32 ? (.softwareNumber, UInt8(number)) : nil
  }

  /// Up to the first asterisk.
  static func vehicleIdentification(_ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void) -> Bool {
    switch text(in: message, from: 0, to: end(of: message, from: 0)) {
    case .empty: return message.count > 0
    case .unreadable: return false
    case .text(let text):
      guard VehicleIdentification.isValid(text) else { return false }
      tell(.identity(.vin, index: 0, text))
      return true
    }
  }

  /// Texts with an asterisk after each, which some units forget after the last. Fields may be empty or missing.
  /// - Parameter field: what the text of that number is, from 0; nil beyond the last.
  /// - Returns: True where a text was readable, or where there is nothing but padding.
  static func texts(
    _ message: Span<UInt8>, from start: Int, as field: (Int) -> Field?, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Bool {
    guard message.count > start else { return false }
    var (begin, number) = (start, 0)
    var (hasText, hasUnreadable) = (false, false)
    while begin < message.count, let (item, index) = field(number) {
      let end = end(of: message, from: begin)
      switch text(in: message, from: begin, to: end) {
      case .empty: break
      case .unreadable: hasUnreadable = true
      case .text(let text):
        hasText = true
        tell(.identity(item, index: index, text))
      }
      begin = end + 1
      number += 1
    }
    return hasText || !hasUnreadable
  }

  /// Blocks of a verification number, four bytes, and the identification of what it verifies, sixteen.
  static func calibrations(_ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void) -> Bool {
    let size = 20
    let count = min(message.count / size, 256)
    guard count > 0 else { return false }
    var isReadable = false
    for block in 0..<count {
      let start = block * size
      let found = text(in: message, from: start + 4, to: start + size)
      if case .unreadable = found { continue }
      isReadable = true
      guard case .text(let text) = found else { continue }
      tell(.identity(.calibration, index: UInt8(block), text))
      let number = message.number(at: start, bytes: 4)
      // All ones: not available, as while the unit still works it out.
      if number != .max { tell(.verification(index: UInt8(block), number)) }
    }
    return isReadable
  }

  /// Where the next asterisk is, or the message's end.
  private static func end(of message: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < message.count, message[end] != UInt8(ascii: "*") { end += 1 }
    return end
  }

  private enum Text {
    case empty
    case unreadable
    case text(ShortText)
  }

  /// The bytes from `start` to before `end` without padding around them: blanks, zeros, ones. Not readable where there
  /// is another than a printing character of ASCII; beyond 64 characters the rest is left out.
  private static func text(in message: Span<UInt8>, from start: Int, to end: Int) -> Text {
    func isPadding(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0 || byte == 0xFF }
    var (start, end) = (start, end)
    while start < end, isPadding(message[start]) { start += 1 }
    while end > start, isPadding(message[end - 1]) { end -= 1 }
    guard start < end else { return .empty }
    var text = ShortText()
    for i in start..<end {
      guard 0x20...0x7E ~= message[i] else { return .unreadable }
      text.append(message[i])
    }
    return .text(text)
  }
}
