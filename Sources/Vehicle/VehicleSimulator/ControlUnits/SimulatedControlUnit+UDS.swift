// The services of ISO 14229-1 that a unit knows: sessions, clearing, trouble codes, data by identifier, tester present.
import Vocabulary

/// Data of a maker's own that a unit gives by identifier.
public enum UnitData: Sendable, Equatable {
  /// Charge in half percents, voltage in 10 mV, current in 10 mA (signed, leaving), temperature + 40.
  case battery
  /// The 96 cells, each in 20 mV above 1 V.
  case cells
  /// Speed in 1/min and demand in half percents.
  case motor

  /// By which a tool asks for it.
  public var identifier: UInt16 {
    switch self {
    case .battery: 0x2101
    case .cells: 0x2102
    case .motor: 0x2201
    }
  }

  func bytes(_ now: Readings) -> [UInt8] {
    var data: [UInt8] = []
    switch self {
    case .battery:
      data.appendNumber(now.stateOfCharge * 200, bytes: 1)
      data.appendNumber(now.packVoltage * 100, bytes: 2)
      data.appendSigned(now.packCurrent * 100)
      data.appendNumber(now.packTemperature + 40, bytes: 1)
    case .cells:
      for cell in 0..<96 {
        let share = Double(cell * 37 % 96) / 95
        data.appendNumber((now.lowestCell + (now.highestCell - now.lowestCell) * share - 1) * 50, bytes: 1)
      }
    case .motor:
      data.appendNumber(now.motorSpeed, bytes: 2)
      data.appendNumber(now.demand * 200, bytes: 1)
    }
    return data
  }
}

extension SimulatedControlUnit {
  /// All bits of the status byte are kept.
  private static let availableStatus: UInt8 = 0xFF
  /// Of a sub-function: the tool wants no answer where all is well.
  private static let suppressesAnswer: UInt8 = 0x80

  mutating func changeSession(_ request: [UInt8]) throws(Refusal) -> [UInt8]? {
    guard request.count == 2 else { throw .incorrectMessageLength }
    let session = request[1] & ~SimulatedControlUnit.suppressesAnswer
    guard session == 1 || session == 3 else { throw .subFunctionNotSupported }
    enter(session: session)
    // Answers within 50 ms, within 5 s once it has asked for patience.
    return request[1] == session ? [0x50, session, 0x00, 0x32, 0x01, 0xF4] : nil
  }

  func testerPresent(_ request: [UInt8]) throws(Refusal) -> [UInt8]? {
    guard request.count == 2 else { throw .incorrectMessageLength }
    guard request[1] & ~SimulatedControlUnit.suppressesAnswer == 0 else { throw .subFunctionNotSupported }
    return request[1] == 0 ? [0x7E, 0x00] : nil
  }

  /// All groups, or those related to emissions, which here are the same.
  mutating func clearInformation(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
    guard request.count == 4 else { throw .incorrectMessageLength }
    guard Array(request[1...]) == [0xFF, 0xFF, 0xFF] || Array(request[1...]) == [0xFF, 0xFF, 0x33] else {
      throw .requestOutOfRange
    }
    try clear()
    return [0x54]
  }

  // MARK: 19

  func troubleCodes(_ request: [UInt8]) throws(Refusal) -> [UInt8]? {
    guard request.count >= 2 else { throw .incorrectMessageLength }
    let kind = request[1] & ~SimulatedControlUnit.suppressesAnswer
    let lengths: [UInt8: Int] = [0x01: 3, 0x02: 3, 0x04: 6, 0x06: 6, 0x0A: 2]
    guard let length = lengths[kind] else { throw .subFunctionNotSupported }
    guard request.count == length else { throw .incorrectMessageLength }
    var answer: [UInt8] = [0x59, kind]
    switch kind {
    case 0x01:
      let count = UInt16(diagnosis.memory.codes(TestStatus(rawValue: request[2])).count)
      // 1: codes in the format of ISO 14229-1.
      answer += [SimulatedControlUnit.availableStatus, 0x01, UInt8(count >> 8), UInt8(count & 0xFF)]
    case 0x02, 0x0A:
      let entries =
        kind == 0x0A ? diagnosis.memory.entries : diagnosis.memory.codes(TestStatus(rawValue: request[2]))
      answer.append(SimulatedControlUnit.availableStatus)
      for entry in entries { answer += entry.code.threeBytes + [entry.status.rawValue] }
    case 0x04:
      let entry = try entry(request)
      guard request[5] == 1 || request[5] == 0xFF else { throw .requestOutOfRange }
      answer += entry.code.threeBytes + [entry.status.rawValue] + snapshot(entry)
    default:
      let entry = try entry(request)
      let records: [(number: UInt8, data: UInt8)] = [(1, entry.occurrences), (2, UInt8(min(255, entry.warmUps)))]
      let wanted = records.filter { request[5] == $0.number || request[5] == 0xFF }
      guard !wanted.isEmpty else { throw .requestOutOfRange }
      answer += entry.code.threeBytes + [entry.status.rawValue] + wanted.flatMap { [$0.number, $0.data] }
    }
    return request[1] == kind ? answer : nil
  }

  private func entry(_ request: [UInt8]) throws(Refusal) -> TroubleMemory.Entry {
    let wanted = Array(request[2..<5])
    guard let entry = diagnosis.memory.entries.first(where: { $0.code.threeBytes == wanted }) else {
      throw .requestOutOfRange
    }
    return entry
  }

  /// Record 1 with the parameters of the freeze frame as identifiers F400...F4FF; nothing where there is none.
  private func snapshot(_ entry: TroubleMemory.Entry) -> [UInt8] {
    guard let frozen = entry.freezeFrame else { return [] }
    var record: [UInt8] = [1, UInt8(freezeParameters.count)]
    for pid in freezeParameters {
      record += [0xF4, pid]
      frozen.appendParameter(pid, to: &record)
    }
    return record
  }

  // MARK: 22

  func readData(_ request: [UInt8]) throws(Refusal) -> [UInt8] {
    guard request.count >= 3, !request.count.isMultiple(of: 2) else { throw .incorrectMessageLength }
    var answer: [UInt8] = [0x62]
    for i in stride(from: 1, to: request.count, by: 2) {
      let data = data(UInt16(request[i]) << 8 | UInt16(request[i + 1]))
      if !data.isEmpty { answer += [request[i], request[i + 1]] + data }
    }
    guard answer.count > 1 else { throw .requestOutOfRange }
    return answer
  }

  private func data(_ identifier: UInt16) -> [UInt8] {
    switch identifier {
    case 0xF186: [session]
    case 0xF187: Array(identity.partNumber.utf8)
    case 0xF18A: Array(identity.supplier.utf8)
    case 0xF18C: Array(identity.serialNumber.utf8)
    case 0xF190: Array((identity.vin ?? "").utf8)
    case 0xF191: Array(identity.hardwareNumber.utf8)
    case 0xF195: Array(identity.softwareNumber.utf8)
    case 0xF197: Array(identity.name.utf8)
    // OBD-II by identifier (SAE J1979-2): what services 01 and 09 give.
    case 0xF400...0xF4FF where services.contains(0x01): parameter(UInt8(identifier & 0xFF))
    case 0xF800...0xF8FF where services.contains(0x09): Array(information(UInt8(identifier & 0xFF)).dropFirst())
    default: dataItems.first { $0.identifier == identifier }?.bytes(readings) ?? []
    }
  }
}

extension TroubleCode {
  /// As UDS has it; without a failure type the last byte is 0.
  var threeBytes: [UInt8] {
    let base = base ?? 0
    return [UInt8(base >> 8), UInt8(base & 0xFF), failureType ?? 0]
  }
}
