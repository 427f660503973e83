// A fitted model as JSON: one object whose members are lists of numbers.
import Documents
import Evaluation

enum StoredModelFile {
  /// Writes the coefficients; `-` is standard output.
  static func store(_ model: RemainingLifeModel, at path: String) throws {
    var text = JSONText()
    text.beginObject()
    for (name, values) in model.stored().members {
      text.key(name)
      text.beginArray()
      for value in values { text.value(value) }
      text.endArray()
    }
    text.endObject()
    let bytes = text.bytes + [UInt8(ascii: "\n")]
    if path == "-" { try put(bytes) } else { try write(bytes, to: path) }
  }

  static func read(_ path: String) throws -> RemainingLifeModel {
    do {
      var cursor = try JSONCursor<Flaw>(try fileBytes(path: path))
      var numbers = StoredNumbers()
      cursor.skipSpace()
      try cursor.members { cursor, name throws(Flaw) in
        var values: [Double] = []
        try cursor.elements { cursor throws(Flaw) in values.append(try cursor.number()) }
        numbers.add(String(decoding: name, as: UTF8.self), values)
      }
      return try RemainingLifeModel(numbers)
    } catch let flaw as Flaw {
      throw TableError("\(path): byte \(flaw.offset + 1): \(flaw.reason); give a file that --store wrote")
    } catch let error as TableError {
      throw TableError("\(path): \(error)")
    }
  }

  private struct Flaw: JSONFailure {
    var reason: String
    var offset: Int

    init(notJSON reason: String, at offset: Int) {
      self.reason = reason
      self.offset = offset
    }
  }
}
