// `--check` of a receiver's SQLite file: every page of it, and nothing is changed.
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
  let verdict: (version: Int32, faults: [String], pages: Int64)
  do throws(SQLiteError) { verdict = try inspect(path) } catch {
    switch error.code {
    case .corrupt, .notADatabase: throw damaged(path, error.message)
    default: throw .database(error.description)
    }
  }
  guard verdict.version <= Schema.version else {
    throw .newerDatabase(path: path, found: verdict.version, known: Schema.version)
  }
  guard verdict.faults == ["ok"] else { throw damaged(path, verdict.faults.joined(separator: "; ")) }
  return "database \(path) is whole, all \(verdict.pages) pages"
}

private func inspect(_ path: String) throws(SQLiteError) -> (version: Int32, faults: [String], pages: Int64) {
  // Able to write, so that its write-ahead log goes when the check is over and belongs to nobody else.
  let connection = try Connection(path: path, mode: .readWrite)
  let check = try connection.prepare("PRAGMA integrity_check(3)")
  var faults: [String] = []
  while try check.step() { faults += check.text(0).split(separator: "\n").map(String.init) }
  let pages = Int64(try connection.pragma("page_count") ?? "") ?? 0
  return (try connection.userVersion, faults, pages)
}

private func damaged(_ path: String, _ fault: String) -> ReceiverError {
  .database(
    "database \(path) is damaged: \(fault); stop the receiver, save what can be read with `sqlite3 \(path) .recover`,"
      + " and set the file aside: a new one is made at the next start")
}
