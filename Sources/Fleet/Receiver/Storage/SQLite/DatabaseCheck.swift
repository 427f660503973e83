// `--check` of a receiver's SQLite file: whose it is and every page of it, and nothing is changed.
import Glibc
import SQLite

/// Says of a database that nothing is wrong with it, in one line. A file that is not there is not made.
/// - Throws: `ReceiverError` with what is wrong and the mend.
func checkDatabase(at path: String) throws(ReceiverError) -> String {
  guard access(path, F_OK) == 0 else {
    let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
    guard access(folder, W_OK | X_OK) == 0 else {
      throw .database(
        "database \(path) is not there and cannot be made in \(folder): \(String(cString: strerror(errno))); make the"
          + " folder, or let the user that runs this write to it")
    }
    return "database \(path) is not there yet, it is made at the start"
  }
  guard access(path, W_OK) == 0 else {
    throw .database("database \(path) cannot be written; let the user that runs this write to the file and its folder")
  }
  let verdict: (faults: [String], pages: Int64)
  do throws(SQLiteError) { verdict = try inspect(path) } catch {
    guard error.isDamage else { throw .database(error.description) }
    verdict = ([error.message], 0)
  }
  // Whose it is comes first: of a file that is not the receiver's it does not matter whether it is whole.
  let content: DatabaseContent
  do throws(SQLiteError) { content = try DatabaseContent(of: path) } catch {
    throw error.isDamage ? damaged(path, error.message) : .database(error.description)
  }
  try content.admit(path)
  guard verdict.faults == ["ok"] else { throw damaged(path, verdict.faults.joined(separator: "; ")) }
  if content == .empty { return "database \(path) is empty, its tables are made at the start" }
  return "database \(path) is whole, all \(verdict.pages) pages"
}

private func inspect(_ path: String) throws(SQLiteError) -> (faults: [String], pages: Int64) {
  let connection = try Connection(changingNothingOf: path)
  let check = try connection.prepare("PRAGMA integrity_check(3)")
  var faults: [String] = []
  while try check.step() { faults += check.text(0).split(separator: "\n").map(String.init) }
  return (faults, Int64(try connection.pragma("page_count") ?? "") ?? 0)
}

private func damaged(_ path: String, _ fault: String) -> ReceiverError {
  .database("database \(path) is damaged: \(fault); \(SQLiteError.mendOfDamage(at: path))")
}

extension SQLiteError {
  /// Whether the file's content cannot be read as a database.
  var isDamage: Bool {
    switch code {
    case .corrupt, .notADatabase: true
    default: false
    }
  }

  /// One line for somebody who runs a receiver. What is damaged does not heal: it says what to do now.
  var receiversLine: String {
    guard isDamage else { return description }
    return "database \(path) is damaged: \(message); --check lists what is wrong; " + SQLiteError.mendOfDamage(at: path)
  }

  fileprivate static func mendOfDamage(at path: String) -> String {
    "stop the receiver, save what can be read with `sqlite3 \(path) .recover`, and set the file aside: a new one is"
      + " made at the next start"
  }
}
