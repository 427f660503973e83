// Why an evaluation could not be done, and what to do about it.

import Glibc
import Vocabulary

/// What stops an evaluation; lines that are merely bad are counted and named instead.
public enum SeriesError: Error, Equatable, CustomStringConvertible {
  /// The operating system refused; `code` is its errno.
  case unreadable(path: String, code: Int32)
  /// Not a line, or no row below the header.
  case empty(file: String)
  case noColumn(file: String, column: String, columns: [String])
  case twoColumns(file: String, column: String)
  /// A column that is to count or measure holds something else throughout; `text` is the first of it.
  case noNumbers(file: String, column: String, line: Int, text: String)
  case threshold(String)
  /// Nobody says how long a unit lives.
  case noPrior(ends: Int)
  /// Fewer cells than an early prognosis takes.
  case fewCells(Int)
  /// No unit lived to its end under observation; the reasons, one per unit.
  case noEnds([String])
  /// A stored fade curve, or a list of lives, that is none; `reason` says where it is wrong.
  case malformed(file: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let code):
      "\(path): cannot be read (\(String(cString: strerror(code)))); give the path of a readable file"
    case .empty(let file): "\(file): no row of data in it; give a CSV file with a header and a row per measurement"
    case .noColumn(let file, let column, let columns):
      "\(file), line 1: there is no column \"\(column)\""
        + (nearestName(to: column, among: columns).map { " (did you mean \"\($0)\"?)" } ?? "") + "; "
        + "the columns are \(columns.map { "\"\($0)\"" }.joined(separator: ", "))"
    case .twoColumns(let file, let column):
      "\(file), line 1: two columns are called \"\(column)\"; rename the one that is not meant"
    case .noNumbers(let file, let column, let line, let text):
      "\(file), line \(line): column \"\(column)\" holds \(text.isEmpty ? "nothing" : "\"\(text)\"") where a number "
        + "belongs, and no row has one; name a column of numbers"
    case .threshold(let text):
      "threshold \"\(text)\": wanted a value of the indicator such as 1.4, or a share of the first value such as 80%"
    case .noPrior(let ends):
      "nothing says how long a unit lives: \(ends) unit\(ends == 1 ? "" : "s") with a known end leave"
        + "\(ends == 1 ? "s" : "") none to learn from; give more units, --life or a --curve that was stored here"
    case .fewCells(let count):
      "\(count) cell\(count == 1 ? "" : "s"): each is foretold from at least three others; give four or more"
    case .noEnds(let reasons):
      "no unit lived to its end under observation (\(reasons.prefix(3).joined(separator: "; "))"
        + "\(reasons.count > 3 ? "; ..." : "")); check --threshold and --value"
    case .malformed(let file, let reason): "\(file): \(reason)"
    }
  }
}
