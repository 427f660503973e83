// The one way in which documents become JSON text: an `Encoder` that writes straight into a `JSONText`, without
// Foundation and without a tree in between.

/// A document as UTF-8 JSON (RFC 8259) on one line, closed by a newline.
///
/// Members stand in the order in which the document encodes them, those of a dictionary with text keys in the order of
/// the keys: the same document is always the same text. Numbers read back exactly.
///
/// - Throws: `EncodingError` when a number in the document is not finite, or when the document writes into a container
///   after it went on to another one: what is written stays written.
public func jsonText(_ document: some Encodable) throws -> [UInt8] {
  let writer = DocumentWriter()
  try writer.write(document)
  return try writer.finish()
}

/// The text so far and the containers that are still open in it.
///
/// Swift's containers are never told that they are complete, so one counts as complete as soon as something is written
/// into a container around it.
private final class DocumentWriter {
  /// Identifies a container; grows with every one that is opened, so that inner ones have higher numbers.
  typealias ContainerID = Int

  private struct Container {
    let id: ContainerID
    let isObject: Bool
    var count = 0
    /// Of the latest member or element.
    var key: (any CodingKey)?
  }

  private var text = JSONText()
  private var open: [Container] = []
  private var opened: ContainerID = 0
  /// A key, an element or the document itself has begun, and its value has not.
  private var awaitsValue = true
  /// The first misuse; some calls of `Encoder` cannot throw.
  private var misuse: EncodingError?

  /// The innermost open container, 0 outside of all.
  var innermost: ContainerID { open.last?.id ?? 0 }

  /// The keys from the document down to the latest in `container`.
  func path(through container: ContainerID) -> [any CodingKey] {
    open.prefix { $0.id <= container }.compactMap(\.key)
  }

  func count(of container: ContainerID) -> Int { open.last { $0.id == container }?.count ?? 0 }

  /// Makes `container` the innermost one and begins a member or an element in it.
  func begin(_ key: (any CodingKey)?, in container: ContainerID) {
    close(to: container)
    guard let last = open.indices.last, open[last].id == container else {
      return note("a container is written to after it was complete")
    }
    open[last].key = key ?? ElementKey(intValue: open[last].count)
    open[last].count += 1
    if let key { text.key(key.stringValue) }
    awaitsValue = true
  }

  /// The object or array that is the value of what has begun in `outer`. Asked for once more it is the same one.
  func container(isObject: Bool, in outer: ContainerID) -> ContainerID {
    if !awaitsValue, let same = open.first(where: { $0.id > outer }), same.isObject == isObject { return same.id }
    guard takesValue() else { return 0 }
    if isObject { text.beginObject() } else { text.beginArray() }
    opened += 1
    open.append(Container(id: opened, isObject: isObject))
    return opened
  }

  func writeNull() {
    if takesValue() { text.null() }
  }

  func write(_ value: some Encodable) throws {
    switch value {
    case let value as String: if takesValue() { text.value(value) }
    case let value as Bool: if takesValue() { text.value(value) }
    case let value as Double: try write(number: value)
    case let value as Float: try write(number: value)
    case let value as any BinaryInteger: if takesValue() { text.value(value) }
    default:
      let outer = innermost
      let encoder = DocumentEncoder(writer: self, outer: outer)
      if let dictionary = value as? any TextKeyed {
        try dictionary.encodeByKey(to: encoder)
      } else {
        try value.encode(to: encoder)
      }
      close(to: outer)
      fillGap()
    }
  }

  func finish() throws -> [UInt8] {
    if let misuse { throw misuse }
    return text.bytes + [UInt8(ascii: "\n")]
  }

  private func write(number: some BinaryFloatingPoint & LosslessStringConvertible) throws {
    guard number.isFinite else {
      let path = path(through: innermost)
      let place = path.isEmpty ? "the document" : path.map(\.stringValue).joined(separator: ".")
      throw EncodingError.invalidValue(
        number, .init(codingPath: path, debugDescription: "\(place) is \(number), which JSON cannot say; use null"))
    }
    if takesValue() { text.value(number) }
  }

  /// Completes all that was opened inside of `container`.
  private func close(to container: ContainerID) {
    while let last = open.last, last.id > container {
      fillGap()
      if last.isObject { text.endObject() } else { text.endArray() }
      open.removeLast()
    }
    fillGap()
  }

  /// What encoded nothing is an empty object.
  private func fillGap() {
    guard awaitsValue else { return }
    awaitsValue = false
    text.beginObject()
    text.endObject()
  }

  private func takesValue() -> Bool {
    if awaitsValue {
      awaitsValue = false
      return true
    }
    note("a second value is written where one can stand")
    return false
  }

  private func note(_ problem: String) {
    guard misuse == nil else { return }
    misuse = .invalidValue(problem, .init(codingPath: path(through: innermost), debugDescription: problem))
  }
}

/// Encodes one value that has begun in the container `outer`.
private struct DocumentEncoder: Encoder {
  let writer: DocumentWriter
  let outer: DocumentWriter.ContainerID

  var codingPath: [any CodingKey] { writer.path(through: outer) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members<Key>(writer: writer, id: writer.container(isObject: true, in: outer)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    Elements(writer: writer, id: writer.container(isObject: false, in: outer))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleValue(writer: writer, outer: outer) }
}

// One generic `encode` fulfils the protocols' fourteen for plain values, too.

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let writer: DocumentWriter
  let id: DocumentWriter.ContainerID

  var codingPath: [any CodingKey] { writer.path(through: id - 1) }

  func encodeNil(forKey key: Key) {
    writer.begin(key, in: id)
    writer.writeNull()
  }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    writer.begin(key, in: id)
    try writer.write(value)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    begun(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { begun(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { begun(TextKey(stringValue: "super")) }
  func superEncoder(forKey key: Key) -> any Encoder { begun(key) }

  private func begun(_ key: some CodingKey) -> DocumentEncoder {
    writer.begin(key, in: id)
    return DocumentEncoder(writer: writer, outer: id)
  }
}

private struct Elements: UnkeyedEncodingContainer {
  let writer: DocumentWriter
  let id: DocumentWriter.ContainerID

  var codingPath: [any CodingKey] { writer.path(through: id - 1) }
  var count: Int { writer.count(of: id) }

  func encodeNil() {
    writer.begin(nil, in: id)
    writer.writeNull()
  }

  func encode(_ value: some Encodable) throws {
    writer.begin(nil, in: id)
    try writer.write(value)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    begun().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { begun().unkeyedContainer() }
  func superEncoder() -> any Encoder { begun() }

  private func begun() -> DocumentEncoder {
    writer.begin(nil, in: id)
    return DocumentEncoder(writer: writer, outer: id)
  }
}

private struct SingleValue: SingleValueEncodingContainer {
  let writer: DocumentWriter
  let outer: DocumentWriter.ContainerID

  var codingPath: [any CodingKey] { writer.path(through: outer) }

  func encodeNil() { writer.writeNull() }
  func encode(_ value: some Encodable) throws { try writer.write(value) }
}

/// A dictionary with text keys. Left to itself it encodes in the order of its hashes, another one in each process.
private protocol TextKeyed {
  func encodeByKey(to encoder: any Encoder) throws
}

extension Dictionary: TextKeyed where Key == String, Value: Encodable {
  fileprivate func encodeByKey(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: TextKey.self)
    // Sorted as plain texts: sorting the dictionary's own, generic elements allocates for every comparison.
    for key in [String](keys).sorted() {
      if let value = self[key] { try members.encode(value, forKey: TextKey(stringValue: key)) }
    }
  }
}

private struct TextKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

private struct ElementKey: CodingKey {
  let index: Int
  var stringValue: String { String(index) }
  var intValue: Int? { index }

  init(intValue: Int) { index = intValue }
  init?(stringValue: String) { nil }
}
