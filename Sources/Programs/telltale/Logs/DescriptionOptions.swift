// Which network description a command decodes with.
import ArgumentParser
import Decoding

extension NetworkDescription {
  /// Loads a description that a command cannot do without, and says on standard error when parts of it are bad.
  /// - Throws: `NetworkDescriptionError`; `EmptyDescription` when nothing in the file is a message.
  /// - Parameter isotp: whether its messages come over ISO-TP.
  static func loadForUse(path: String, isotp: Bool = false) throws -> NetworkDescription {
    let description = try load(path: path)
    guard !description.messages.isEmpty else {
      throw EmptyDescription(path: path, problem: description.problems.first)
    }
    let problems = description.problems.count { !($0.isOfFrames && isotp) } + description.undecodable.count
    if problems > 0 { complain("\(path): problems found: \(problems); `telltale dbc check \(path)` names them") }
    return description
  }
}

/// A file without any message.
struct EmptyDescription: Error, CustomStringConvertible {
  var path: String
  var problem: NetworkDescription.Problem?

  var description: String {
    // A file that is none at all says what it is.
    if let problem, problem.line == 0 { return "\(path): \(problem.reason)" }
    let first = problem.map { " (line \($0.line): \($0.reason))" } ?? ""
    return "\(path): no message in it\(first); give the path of a DBC, KCD or SYM file"
  }
}
