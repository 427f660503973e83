// The one way in which documents become JSON text.
import FoundationEssentials

/// A document as UTF-8 JSON on one line, keys sorted so that two snapshots compare, closed by a newline.
///
/// - Throws: `EncodingError` when a number in the document is not finite.
public func jsonText(_ document: some Encodable) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
}
