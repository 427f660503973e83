// Is the file what it was when it was written? Asked at each start, before anything is written to it.
import Glibc
import SQLite
import Vocabulary

struct FileCheck {
  private let path: String
  private let bytes: Int
  /// Whether a store that was in use has no byte left. A first start that was cut short leaves no reserve.
  private let wasEmptied: Bool
  /// Whether every page is read and every row's seal is checked: the file is small, its last user was killed or lost its power, or
  /// the settings ask for it.
  let isWhole: Bool

  /// Above this a file that was closed properly is not read from end to end at each start. Bytes.
  private static let small = 64 << 20

  /// Call it before the file is made.
  init(_ path: String, checksEverything: Bool) {
    self.path = path
    var status = stat()
    let isThere = stat(path, &status) == 0
    bytes = isThere ? Int(status.st_size) : 0
    wasEmptied = isThere && bytes == 0 && access(Reserve(besides: path, bytes: 0).path, F_OK) == 0
    // The last to close the file deletes its log.
    let wasClosed = !Connection.hasLog(path)
    isWhole = checksEverything || bytes <= FileCheck.small || !wasClosed
  }

  /// - Throws: `StoreError`, `.damaged` and why.
  func run() throws(StoreError) {
    do throws(SQLiteError) {
      if wasEmptied {
        throw SQLiteError(code: .corrupt, message: "the file is empty, and was not when it was used last", path: path)
      }
      // SQLite itself deletes the log of an empty file.
      guard bytes > 0 else { return }
      // SQLite takes what is shorter than the smallest page for an empty file.
      guard bytes >= 512 else { throw damaged("the file") }
      let connection = try Store.look(at: path)
      if isWhole {
        let verdict = try connection.pragma("quick_check(1)")
        guard verdict == "ok" else { throw SQLiteError(code: .corrupt, message: verdict ?? "no verdict", path: path) }
      }
      guard try connection.userVersion == Schema.version else { return }
      if let problem = try FileCheck.streamProblem(of: connection) {
        throw SQLiteError(code: .corrupt, message: problem, path: path)
      }
      try checkSeals(connection)
    } catch {
      throw StoreError(opening: error)
    }
  }

  /// Of all tables when the check is a whole one, else of those that say how the outbox goes on.
  private func checkSeals(_ connection: Connection) throws(SQLiteError) {
    var epochs: [Int64: Epoch] = [:]
    let select = try connection.prepare("SELECT number, id FROM epoch")
    while try select.step() { epochs[select.int64(0)] = Epoch(select.text(1)) }
    for table in isWhole ? SealedTable.all : [.meta, .epoch, .lane] {
      let isOutbox = table.name == SealedTable.outbox.name
      let rows = try connection.prepare("SELECT \(table.selection) FROM \(table.name)")
      while try rows.step() {
        // A row of the outbox is sealed with its epoch.
        if table.values(in: rows, of: isOutbox ? epochs[rows.int64(0)] : nil) == nil {
          throw damaged("a row of table \(table.name)")
        }
      }
    }
  }

  /// What is missing of the rows that say how the outbox goes on, without which numbers would be given twice; nil when
  /// nothing is.
  static func streamProblem(of connection: Connection) throws(SQLiteError) -> String? {
    let lanes = try connection.prepare(
      """
      SELECT number FROM epoch WHERE (SELECT count(*) FROM lane WHERE lane.epoch = number) <> \(Lane.allCases.count)
      """)
    if try lanes.step() { return "table lane does not have all lanes of epoch \(lanes.int64(0))" }
    let epochs = try connection.prepare(
      """
      SELECT epoch FROM lane WHERE epoch NOT IN (SELECT number FROM epoch)
      UNION ALL SELECT min(epoch) FROM outbox WHERE NOT EXISTS (SELECT 1 FROM epoch) HAVING count(*) > 0
      """)
    return try epochs.step() ? "table epoch does not have epoch \(epochs.int64(0))" : nil
  }

  private func damaged(_ what: String) -> SQLiteError {
    SQLiteError(code: .corrupt, message: "\(what) is not as it was written", path: path)
  }
}
