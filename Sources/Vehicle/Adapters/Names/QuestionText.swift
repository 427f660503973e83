// What would be asked, in words.
import VehicleBus
import Vocabulary

extension PollItem.Question {
  /// `01 0C`, `22 F1 90 of 7E4, answered on 7EC`, or `PGN 65253 of all units`.
  var text: String {
    switch self {
    case .parameter(let pid): "01 \(hexadecimal(pid))"
    case .request(let request, let address):
      request.bytes.map { hexadecimal($0) }.joined(separator: " ") + address.text
    case .parameterGroup(let group, let unit): "PGN \(group) of " + (unit == 255 ? "all units" : "address \(unit)")
    }
  }
}

extension RequestAddress {
  fileprivate var text: String {
    switch self {
    case .everybody11: " of all units"
    case .everybody29: " of all units, with 29 bits"
    case .unit(let request, let answer):
      " of \(String(request.value, radix: 16, uppercase: true)), answered on "
        + String(answer.value, radix: 16, uppercase: true)
    case .j1939(let unit): " of address \(unit)"
    }
  }
}
