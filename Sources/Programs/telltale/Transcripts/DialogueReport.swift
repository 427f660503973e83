// What a dialogue with an adapter told, as a document and as a line of text.
import Documents
import VehicleBus

/// One thing that was told, in whatever form fits it.
enum Told: Equatable, Encodable {
  /// Asked for, and not told.
  case nothing
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([Told])
  case members([Member])

  struct Member: Equatable {
    var key: String
    var value: Told
  }

  static func texts(_ texts: [String]) -> Told { .list(texts.map { .text($0) }) }
  static func count(_ count: Int) -> Told { .number(Double(count)) }

  /// One value as itself, several as a list; nil for none.
  static func oneOrList(_ values: [Told]) -> Told? {
    values.count > 1 ? .list(values) : values.first
  }

  func encode(to encoder: any Encoder) throws {
    var single = encoder.singleValueContainer()
    switch self {
    case .nothing: try single.encodeNil()
    case .flag(let flag): try single.encode(flag)
    case .number(let number): try single.encode(number)
    case .text(let text): try single.encode(text)
    case .list(let list): try single.encode(list)
    case .members(let members):
      var container = encoder.container(keyedBy: Key.self)
      for member in members { try container.encode(member.value, forKey: Key(stringValue: member.key)) }
    }
  }

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// For people.
  var text: String {
    switch self {
    case .nothing: "–"
    case .flag(let flag): flag ? "yes" : "no"
    case .number(let number): figure(number)
    case .text(let text): text
    case .list(let list): list.isEmpty ? "none" : list.map(\.text).joined(separator: ", ")
    case .members(let members): members.map { "\($0.key) \($0.value.text)" }.joined(separator: ", ")
    }
  }
}

struct DialogueReport: Encodable {
  var id: String
  var outcome: ELMOutcome
  /// In the order in which they are shown.
  var told: [Told.Member]

  subscript(key: String) -> Told? { told.first { $0.key == key }?.value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Told.Key.self)
    try container.encode(id, forKey: Told.Key(stringValue: "id"))
    try container.encode(outcome.rawValue, forKey: Told.Key(stringValue: "outcome"))
    for member in told { try container.encode(member.value, forKey: Told.Key(stringValue: member.key)) }
  }

  /// For people: `battery_v 14.8 · negative service 1, nrc 17, ecu 10`.
  var text: String {
    told.filter { $0 != Told.Member(key: "damaged_lines", value: .count(0)) }
      .map { "\($0.key) \($0.value.text)" }.joined(separator: " · ")
  }
}
