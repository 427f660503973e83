// Reads an event that anybody with a broker account may have sent.
import Vocabulary

extension CloudEvent {
  /// Decodes `payload`, which came on `topic`, and checks each attribute that storage and acknowledgement rely on.
  ///
  /// Attributes of other extensions are passed over (CloudEvents 1.0, section 3.3).
  public init(decoding payload: [UInt8], from topic: Topic) throws(CloudEventError) {
    let root: JSONSlice
    do throws(JSONError) { root = try JSONSlice(payload, limit: CloudEvent.sizeLimit) } catch { throw .notJSON(error) }
    guard let members = root.members else { throw .notAnObject }
    let attributes = try Attributes(members)

    guard try attributes.text("specversion", "the text 1.0", longest: 8) == "1.0" else {
      throw .invalid(attribute: "specversion", expected: "the text 1.0")
    }
    if let type = attributes.values["datacontenttype"] {
      guard let text = type.string, text.hasPrefix("application/json") else {
        throw .invalid(attribute: "datacontenttype", expected: "application/json")
      }
    }
    let source = try attributes.text("source", "a vehicle's path", longest: 128)
    guard source == "/" + Topic.prefix + topic.vehicle.description else {
      throw .mismatch(attribute: "source", found: source, topic: topic.description)
    }
    let laneName = try attributes.text("lane", "alerts, events or telemetry", longest: 64)
    guard let lane = Lane(name: laneName) else {
      throw .invalid(attribute: "lane", expected: "alerts, events or telemetry")
    }
    guard topic.channel == .lane(lane) else {
      throw .mismatch(attribute: "lane", found: laneName, topic: topic.description)
    }
    vehicle = topic.vehicle
    self.lane = lane
    id = try attributes.text("id", "text of at most 128 bytes", longest: 128)
    type = try attributes.text("type", "text of at most 128 bytes", longest: 128)
    subject =
      attributes.values["subject"] == nil
      ? nil : try attributes.text("subject", "text of at most 256 bytes", longest: 256)
    time = try attributes.text("time", "an RFC 3339 time", longest: 40)
    guard isRFC3339(time) else { throw .invalid(attribute: "time", expected: "an RFC 3339 time") }
    epoch = try attributes.identity("epoch")
    boot = try attributes.identity("boot")
    sequence = try attributes.sequence("sequence", upTo: CloudEvent.sequenceLimit, "19 digits, 1 to 2^48")
    firstSequence =
      attributes.values["firstsequence"] == nil
      ? nil : try attributes.sequence("firstsequence", upTo: sequence, "19 digits, 1 to the sequence")
    guard let nanoseconds = Int64(try attributes.text("uptime", "nanoseconds as text", longest: 19)), nanoseconds >= 0
    else { throw .invalid(attribute: "uptime", expected: "nanoseconds as text, from 0 on") }
    uptime = nanoseconds
    let quality = try attributes.text("clockquality", "none, rtc, ntp or gnss", longest: 8)
    guard let known = ClockQuality.allCases.first(where: { $0.name == quality }) else {
      throw .invalid(attribute: "clockquality", expected: "none, rtc, ntp or gnss")
    }
    clockQuality = known
    guard let data = attributes.values["data"] else { throw .missing("data") }
    self.data = data.bytes
  }
}

/// An event's members by name.
private struct Attributes {
  private(set) var values: [String: JSONSlice] = [:]

  init(_ members: [(key: String, value: JSONSlice)]) throws(CloudEventError) {
    for (key, value) in members {
      // Which of two counts differs from reader to reader, so neither does.
      guard values.updateValue(value, forKey: key) == nil else { throw .duplicateAttribute(key) }
    }
  }

  /// A text of 1...`longest` bytes without control characters.
  func text(_ name: String, _ expected: String, longest: Int) throws(CloudEventError) -> String {
    guard let value = values[name] else { throw .missing(name) }
    guard let text = value.string, (1...longest).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 }) else {
      throw .invalid(attribute: name, expected: expected)
    }
    return text
  }

  /// A number of 1...`limit` as 19 digits: the text's order is the number's.
  func sequence(_ name: String, upTo limit: Int64, _ expected: String) throws(CloudEventError) -> Int64 {
    let digits = try text(name, expected, longest: 19)
    guard digits.utf8.count == 19, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits),
      (1...limit).contains(number)
    else { throw .invalid(attribute: name, expected: expected) }
    return number
  }

  /// 32 lower-case hexadecimal digits.
  func identity(_ name: String) throws(CloudEventError) -> String {
    let expected = "32 lower-case hexadecimal digits"
    let text = try text(name, expected, longest: 32)
    guard isIdentity(text) else { throw .invalid(attribute: name, expected: expected) }
    return text
  }
}

/// Whether a text is 32 lower-case hexadecimal digits.
func isIdentity(_ text: String) -> Bool {
  text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

/// Whether a text has the form of an RFC 3339 date-time (`2026-11-21T02:28:00.000Z`, offsets allowed).
private func isRFC3339(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  guard bytes.count >= 20 else { return false }
  let pattern = Array("dddd-dd-ddTdd:dd:dd".utf8)
  func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  for (byte, expected) in zip(bytes, pattern) {
    guard expected == UInt8(ascii: "d") ? isDigit(byte) : byte == expected else { return false }
  }
  var rest = bytes[pattern.count...]
  if rest.first == UInt8(ascii: ".") {
    let fraction = rest.dropFirst().prefix(while: isDigit)
    guard !fraction.isEmpty else { return false }
    rest = rest.dropFirst(1 + fraction.count)
  }
  if rest.elementsEqual([UInt8(ascii: "Z")]) { return true }
  guard rest.count == 6, rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") else { return false }
  return zip(rest.dropFirst(), Array("dd:dd".utf8)).allSatisfy { $1 == UInt8(ascii: "d") ? isDigit($0) : $0 == $1 }
}
