// What replies of OBD-II tell about a control unit beside its values: readiness, monitor results (service 06) and
// vehicle information (service 09).

import Vocabulary

enum OBDFacts {
  /// PID 01, four data bytes from `start` on.
  static func readiness(_ message: Span<UInt8>, at start: Int) -> Readiness {
    let (lamp, base) = (message[start], message[start &+ 1])
    let isCompression = base & 0x08 != 0
    // The first three monitors are the same for both kinds of engine and in the order of `ReadinessMonitors`.
    return Readiness(
      isLampOn: lamp & 0x80 != 0, codeCount: lamp & 0x7F, ignition: isCompression ? .compression : .spark,
      supported: ReadinessMonitors(rawValue: UInt32(base & 7))
        .union(monitors(message[start &+ 2], isCompression: isCompression)),
      incomplete: ReadinessMonitors(rawValue: UInt32(base &>> 4 & 7))
        .union(monitors(message[start &+ 3], isCompression: isCompression)))
  }

  /// The monitors of data byte C or D. Bit 4 was the air conditioning's before it became the particulate filter's of
  /// petrol engines; no car is known that tested its air conditioning.
  private static func monitors(_ bits: UInt8, isCompression: Bool) -> ReadinessMonitors {
    var monitors: ReadinessMonitors = []
    for bit in 0..<UInt8(8) where bits &>> bit & 1 == 1 {
      switch (bit, isCompression) {
      case (0, false): monitors.insert(.catalyst)
      case (1, false): monitors.insert(.heatedCatalyst)
      case (2, false): monitors.insert(.evaporativeSystem)
      case (3, false): monitors.insert(.secondaryAir)
      case (4, false): monitors.insert(.gasolineParticulateFilter)
      case (5, false): monitors.insert(.oxygenSensor)
      case (6, false): monitors.insert(.oxygenSensorHeater)
      case (7, _): monitors.insert(.exhaustGasRecirculation)
      case (0, true): monitors.insert(.hydrocarbonCatalyst)
      case (1, true): monitors.insert(.nitrogenOxideTreatment)
      case (3, true): monitors.insert(.boostPressure)
      case (5, true): monitors.insert(.exhaustGasSensor)
      case (6, true): monitors.insert(.particulateFilter)
      default: break  // Reserved.
      }
    }
    return monitors
  }

  /// Service 06 on CAN: nine bytes for each result. Monitors 00, 20, 40... say in four bytes which ones there are.
  static func monitors(
    _ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void
  ) -> OBDReplyDecoder.Verdict {
    var end = 1
    while end < message.count { end &+= message[end] & 0x1F == 0 ? 5 : 9 }
    guard end == message.count, end > 1 else { return .malformed }
    var position = 1
    while position < end {
      guard message[position] & 0x1F != 0 else {
        position &+= 5
        continue
      }
      func number(_ offset: Int) -> UInt16 {
        UInt16(message[position &+ offset]) &<< 8 | UInt16(message[position &+ offset &+ 1])
      }
      tell(
        .monitor(
          MonitorResult(
            monitor: message[position], test: message[position &+ 1], scaling: message[position &+ 2], value: number(3),
            low: number(5), high: number(7))))
      position &+= 9
    }
    return .reply
  }

  /// Service 09 on CAN: the kind of information, how many items, the items.
  static func vehicleInformation(
    _ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void
  ) -> OBDReplyDecoder.Verdict {
    guard message.count > 2 else { return .malformed }
    switch message[1] {
    case 0x02: return vehicle(message, tell)
    case 0x04: return texts(message, of: 16, as: .calibration, tell)
    case 0x06:
      guard items(message, of: 4) else { return .malformed }
      for index in 0..<message[2] {
        var number: UInt32 = 0
        for i in 0..<4 { number = number &<< 8 | UInt32(message[3 &+ 4 &* Int(index) &+ i]) }
        tell(.verification(index: index, number))
      }
    case 0x08, 0x0B:
      guard items(message, of: 2) else { return .malformed }
      for index in 0..<message[2] {
        let position = 3 &+ 2 &* Int(index)
        let count = UInt16(message[position]) &<< 8 | UInt16(message[position &+ 1])
        tell(.performance(index: index, isCompressionIgnition: message[1] == 0x0B, count))
      }
    case 0x0A: return texts(message, of: 20, as: .unitName, tell)
    default: break  // Which kinds there are, counts of messages, and kinds that nobody asks for.
    }
    return .reply
  }

  /// Whether the items fill the message exactly.
  private static func items(_ message: Span<UInt8>, of size: Int) -> Bool {
    message[2] > 0 && message.count == 3 &+ size &* Int(message[2])
  }

  private static func texts(
    _ message: Span<UInt8>, of size: Int, as item: IdentityItem, _ tell: (DiagnosticFact.Content) -> Void
  ) -> OBDReplyDecoder.Verdict {
    // Before CAN four bytes come at a time, with their number.
    guard message.count != 7 else { return .other }
    guard items(message, of: size) else { return .malformed }
    for index in 0..<message[2] {
      let text = text(message, from: 3 &+ size &* Int(index), count: size)
      if text.count > 0 { tell(.identity(item, index: index, text)) }
    }
    return .reply
  }

  /// The identification number: 17 characters, with or without the count of one, padded in front or behind by some.
  private static func vehicle(
    _ message: Span<UInt8>, _ tell: (DiagnosticFact.Content) -> Void
  ) -> OBDReplyDecoder.Verdict {
    guard message.count != 7 else { return .other }
    let start = message[2] == 1 ? 3 : 2
    guard message.count >= start &+ VehicleIdentification.length else { return .malformed }
    let text = text(message, from: start, count: message.count &- start)
    // A unit that was never told has blanks or filling bytes instead: it has answered, and knows none.
    if VehicleIdentification.isValid(text) { tell(.identity(.vin, index: 0, text)) }
    return .reply
  }

  /// Characters without what pads and parts them: 00 and FF anywhere, blanks in front and behind.
  private static func text(_ message: Span<UInt8>, from start: Int, count: Int) -> ShortText {
    func isText(_ byte: UInt8) -> Bool { byte != 0 && byte != 0xFF }
    func isBlank(_ byte: UInt8) -> Bool { !isText(byte) || byte == 0x20 }
    var (first, end) = (start, start &+ count)
    while first < end, isBlank(message[first]) { first &+= 1 }
    while first < end, isBlank(message[end &- 1]) { end &-= 1 }
    var text = ShortText()
    for position in first..<end where isText(message[position]) { text.append(message[position]) }
    return text
  }
}
