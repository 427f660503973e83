// Building a decoder table from descriptions. Runs at start and reload only and may allocate.

import Vocabulary

extension DecoderTable {
  private static let mostMessages = 65_534

  /// Builds a table. What cannot be taken over is left out and appended to `problems`.
  public init(_ messages: [Message], problems: inout [Problem]) {
    // Messages of one bus go in first: they then lie before those of every bus on the probe sequence.
    let order =
      messages.indices.filter { messages[$0].bus != nil } + messages.indices.filter { messages[$0].bus == nil }
    hash = KeyHash(messages.map { $0.key })
    var places = Array(repeating: Section(), count: hash.placeCount)
    var placeExtras = Array(repeating: SectionExtras(), count: places.count)
    // The sections behind multiplexors come after the hash table.
    var builder = TableBuilder(firstSection: places.count)
    var count = 0

    for index in order {
      let message = messages[index]
      guard count < DecoderTable.mostMessages, index < DecoderTable.mostMessages else {
        problems.append(Problem(message: index, signal: nil, reason: .tooManyMessages))
        continue
      }
      let bus = message.bus.map(UInt16.init) ?? Section.anyBus
      guard let place = DecoderTable.freePlace(in: places, for: message, on: bus, hash) else {
        problems.append(Problem(message: index, signal: nil, reason: .duplicateMessage))
        continue
      }
      (places[place], placeExtras[place]) = builder.add(message, at: index, problems: &problems)
      places[place].key = message.key
      places[place].bus = bus
      count += 1
    }
    sections = places + builder.sections
    extras = placeExtras + builder.extras
    operations = builder.operations
    wideOperations = builder.wideOperations
    selectors = builder.selectors
    directSections = builder.directSections
    cases = builder.cases
    hashMask = places.count - 1
    hasParameterGroups = messages.contains { $0.isParameterGroup }
    messageCount = count
    largestMessage = builder.largestMessage
  }

  /// Nil when the key is taken on this bus.
  private static func freePlace(
    in places: [Section], for message: Message, on bus: UInt16, _ hash: KeyHash
  ) -> Int? {
    var i = hash.place(of: message.key)
    while places[i].key != Section.noKey {
      if places[i].key == message.key && places[i].bus == bus { return nil }
      i = (i + 1) % places.count
    }
    return i
  }
}

extension DecoderTable.Message {
  /// An 11-bit identifier has no parameter group and is compared whole.
  fileprivate var isParameterGroup: Bool { matching == .parameterGroup && id.isExtended }

  fileprivate var key: UInt32 { isParameterGroup ? id.parameterGroupKey : id.key }
}
