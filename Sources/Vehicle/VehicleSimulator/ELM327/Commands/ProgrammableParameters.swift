// What an ELM327 keeps without power: its programmable parameters, `ATPP`.

struct ProgrammableParameters: Sendable {
  private struct Parameter {
    var value: UInt8
    var isOn = false
  }

  private var parameters: [Parameter]

  private static let count = 0x30
  private static let baudRateDivisor = 0x0C
  private static let defaults: [Int: UInt8] = [
    0x03: 0x32, 0x04: 0x01, 0x06: 0xF1, 0x07: 0x09, 0x09: 0x00, 0x0A: 0x0A, 0x0C: 0x68, 0x0D: 0x0D, 0x0E: 0x9A,
    0x10: 0x0D, 0x11: 0x00, 0x13: 0x32, 0x15: 0x0A, 0x16: 0xFF, 0x17: 0x92, 0x18: 0x31, 0x19: 0x31, 0x24: 0x00,
    0x25: 0x00, 0x26: 0x00, 0x29: 0xFF, 0x2A: 0x3C, 0x2B: 0x02, 0x2C: 0xE0, 0x2D: 0x04, 0x2E: 0x80, 0x2F: 0x0A,
  ]

  init() {
    parameters = (0..<ProgrammableParameters.count).map {
      Parameter(value: ProgrammableParameters.defaults[$0] ?? 0xFF)
    }
  }

  /// At power-on, where the owner has chosen one: 4 Mbaud divided by parameter 0C.
  var baudRate: Int? {
    let divisor = parameters[ProgrammableParameters.baudRateDivisor]
    return divisor.isOn && divisor.value > 0 ? 4_000_000 / Int(divisor.value) : nil
  }

  /// `0CSV23`, `0CON`, `FFOFF` and the like; false for anything else.
  mutating func set(_ text: String) -> Bool {
    guard let number = bytes(hex: text.prefix(2))?.first, text.utf8.count > 2 else { return false }
    let places = number == 0xFF ? Array(parameters.indices) : [Int(number)]
    guard places.allSatisfy(parameters.indices.contains) else { return false }
    let word = text.dropFirst(2)
    if word == "ON" || word == "OFF" {
      for place in places { parameters[place].isOn = word == "ON" }
    } else if word.hasPrefix("SV"), number != 0xFF, let value = bytes(hex: word.dropFirst(2)), value.count == 1 {
      parameters[places[0]].value = value[0]
    } else {
      return false
    }
    return true
  }

  /// As `ATPPS` shows them, four a line.
  var lines: [String] {
    stride(from: 0, to: parameters.count, by: 4).map { first in
      (first..<first + 4).map { place in
        "\(hexadecimal(UInt8(place))):\(hexadecimal(parameters[place].value)) \(parameters[place].isOn ? "N" : "F")"
      }.joined(separator: "  ")
    }
  }
}

/// Two digits, upper case.
func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return byte < 16 ? "0" + digits : digits
}
