// The `ask:` section of pack.yaml: what is worth asking beside OBD-II parameters. It grants nothing.
import ConfigurationFile
import VehicleBus
import Vocabulary

extension PackReader {
  /// What a pack may name: reading services of OBD-II and UDS. 04 clears and 08 moves things; neither is for a plan.
  private static let services: Set<UInt8> = [0x01, 0x02, 0x03, 0x06, 0x07, 0x09, 0x0A, 0x19, 0x22]

  /// `{request: "22 F1 90", to: 0x7E4, answer: 0x7EC, every: 60 s}` or `{pgn: 65253, of: 255, every: 10 min}`. Without
  /// `to` all units that speak OBD-II are asked; without `every` once after each waking of the vehicle.
  static func question(_ entry: Section) throws(ConfigurationError) -> PackQuestion {
    let question: PollItem.Question
    switch (try entry.optionalString("request"), try entry.optionalInteger("pgn", in: 0...0x3FFFF)) {
    case (let text?, nil):
      question = .request(try request(text, entry), try address(entry))
    case (nil, let group?):
      question = .parameterGroup(UInt32(group), of: try unit(of: UInt32(group), entry))
    case (nil, nil):
      throw entry.error("request", "missing", mend: "write `request: \"22 F1 90\"`, or `pgn:` for SAE J1939")
    case (_?, _?):
      throw entry.error("pgn", "a request and a parameter group at once", mend: "make two entries of it")
    }
    let period = try entry.optionalSeconds("every", in: 0.1...86_400) ?? .infinity
    return PackQuestion(item: PollItem(question, every: period), line: entry.line ?? 0)
  }

  private static func request(_ text: String, _ entry: Section) throws(ConfigurationError) -> RequestBytes {
    let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }.map(hexDigit)
    var request = RequestBytes()
    var isWhole = !digits.isEmpty && digits.count.isMultiple(of: 2)
    for place in stride(from: 0, to: digits.count - 1, by: 2) where isWhole {
      if let high = digits[place], let low = digits[place + 1] {
        isWhole = request.append(high << 4 | low)
      } else {
        isWhole = false
      }
    }
    guard isWhole else {
      throw entry.error(
        "request", "not 1 to \(RequestBytes.capacity) bytes in hexadecimal",
        mend: "write for example `request: \"22 F1 90\"`")
    }
    guard services.contains(request[0]) else {
      let known = services.sorted().map { Vocabulary.hexadecimal($0) }.joined(separator: ", ")
      throw entry.error(
        "request", "service \(Vocabulary.hexadecimal(request[0])) is none that may be asked over and over",
        mend: "the services are \(known)")
    }
    return request
  }

  private static func address(_ entry: Section) throws(ConfigurationError) -> RequestAddress {
    let answer = try identifier("answer", entry)
    guard let request = try identifier("to", entry) else {
      guard answer == nil else {
        throw entry.error("to", "missing beside answer", mend: "give the identifier that the unit is asked on")
      }
      return .everybody11
    }
    let known: CANID? =
      switch request.isExtended {
      case false where 0x7E0...0x7E7 ~= request.value: CANID(standard: request.value + 8)
      // 18DATTSS is answered on 18DASSTT.
      case true where request.value & 0x03FF_0000 == 0x00DA_0000:
        CANID(extended: request.value & 0x1FFF_0000 | (request.value & 0xFF) << 8 | request.value >> 8 & 0xFF)
      default: nil
      }
    if answer == nil && request == CANID(standard: 0x7DF) { return .everybody11 }
    if answer == nil && request == CANID(extended: 0x18DB_33F1) { return .everybody29 }
    guard let answer = answer ?? known else {
      throw entry.error("answer", "missing", mend: "give the identifier that the unit answers on")
    }
    guard answer != request else {
      throw entry.error("answer", "is the identifier of the request", mend: "give the one that the unit answers on")
    }
    return .unit(request: request, answer: answer)
  }

  /// Up to 7FF an identifier of 11 bits; beyond that one of 29.
  private static func identifier(_ key: String, _ entry: Section) throws(ConfigurationError) -> CANID? {
    guard let value = try entry.optionalInteger(key, in: 0...0x1FFF_FFFF).map({ UInt32($0) }) else { return nil }
    return value <= 0x7FF ? CANID(standard: value) : CANID(extended: value)
  }

  private static func unit(of group: UInt32, _ entry: Section) throws(ConfigurationError) -> UInt8 {
    let id = CANID(extended: group << 8)
    guard id.parameterGroup == group else {
      throw entry.error(
        "pgn", "\(group) holds a destination's address", mend: "write \(id.parameterGroup), and the unit below `of`")
    }
    let unit = UInt8(try entry.integer("of", in: 0...255, default: 255))
    guard unit != 254 else {
      throw entry.error("of", "254 is the address of units that have none",
        mend: "give a unit's address, or 255 for all")
    }
    return unit
  }
}
