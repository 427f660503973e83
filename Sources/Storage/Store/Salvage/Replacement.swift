// A damaged file gives its place to one with what could be saved of it, so that a power cut at any moment loses neither.
import Glibc
import SQLite

enum Replacement {
  /// Damaged files that are kept for somebody to look at.
  private static let kept = 3

  /// While it is written, and when it is whole and only waits to take its place.
  private static func unfinished(_ path: String) -> String { path + ".new" }
  private static func finished(_ path: String) -> String { path + ".salvaged" }

  /// Salvages the file at `path` and sets it aside; one line that says what was wrong and what became of it.
  /// - Throws: `StoreError`: the file is another vehicle's, or there is no room for a copy.
  static func make(_ path: String, _ settings: StoreSettings, because error: StoreError) throws(StoreError) -> String {
    let new = unfinished(path)
    remove(new)
    let report = try fill(new, from: path, settings)
    guard rename(new, finished(path)) == 0 else { throw cannotRename(path) }
    guard let aside = try takePlace(path, settings.quota) else { throw cannotRename(path) }
    return "\(error.description); set aside as \(aside.split(separator: "/").last ?? ""); \(report.description)"
  }

  /// Ends a replacement that was cut short, after its salvage was whole.
  static func finish(_ path: String) throws(StoreError) {
    remove(unfinished(path))
    if access(finished(path), F_OK) == 0 { _ = try takePlace(path, .max) }
  }

  /// Renames a log out of the way that is another file's; one line that says so, nil where there is none.
  /// - Throws: `StoreError`: it cannot be renamed.
  static func setForeignLogAside(_ path: String) throws(StoreError) -> String? {
    guard PageFile(path).isLogForeign else { return nil }
    let log = path + "-wal"
    guard rename(log, log + ".foreign") == 0 else { throw cannotRename(log) }
    unlink(path + "-shm")
    sync(folderOf: path)
    let name = log.split(separator: "/").last ?? ""
    return "\(path): the log beside it is another file's; set aside as \(name).foreign; what its own log held, if "
      + "anything, is lost; goes on in a new epoch"
  }

  private static func fill(
    _ new: String, from path: String, _ settings: StoreSettings
  ) throws(StoreError) -> SalvageReport {
    let target = try Store.connect(new)
    try Schema.migrate(target)
    var salvage = try Salvage(of: path, into: target, vehicle: settings.vehicle)
    let time = settings.now()
    do throws(SQLiteError) {
      try target.transaction { () throws(SQLiteError) in
        try Identity.write(vehicle: settings.vehicle, on: target)
        try salvage.copyTables()
        let stream = try salvage.copyOutbox(time)
        let outbox = try OutboxTable(
          target, stream.epoch ?? OutboxEpoch(number: 0, id: .random(), isCurrent: true))
        try outbox.beginEpoch(
          .salvaged, machine: settings.machine, time, above: stream.highest, last: stream.last, lost: salvage.report.json)
        try outbox.flush()
      }
      target.keepsLog = false
      // All of it in the one file, and on the disk.
      try target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    } catch {
      throw StoreError(error)
    }
    return salvage.report
  }

  /// The name under which the damaged file is now; nil when it cannot be renamed.
  private static func takePlace(_ path: String, _ quota: Int) throws(StoreError) -> String? {
    guard let aside = setAside(path), rename(finished(path), path) == 0 else { throw cannotRename(path) }
    sync(folderOf: path)
    forget(path, quota)
    return aside
  }

  private static func cannotRename(_ path: String) -> StoreError {
    StoreError(
      kind: .unwritable, path: path,
      reason: "is damaged and cannot be set aside: \(String(cString: strerror(errno))); move it away by hand")
  }

  /// Renames the file and its log out of the way; the new name, or nil when that is not possible.
  private static func setAside(_ path: String) -> String? {
    let aside = path + ".damaged-\((asides(path).last?.number ?? 0) + 1)"
    guard rename(path, aside) == 0 || errno == ENOENT else { return nil }
    rename(path + "-wal", aside + "-wal")
    unlink(path + "-shm")
    return aside
  }

  /// Deletes the oldest of the files that were set aside: more than a few, or more than the quota together.
  private static func forget(_ path: String, _ quota: Int) {
    var files = asides(path)
    var bytes = files.reduce(0) { $0 + $1.bytes }
    while files.count > kept || files.count > 1 && bytes > quota {
      let oldest = files.removeFirst()
      bytes -= oldest.bytes
      unlink(oldest.path)
      unlink(oldest.path + "-wal")
    }
  }

  /// The files that were set aside, the oldest first.
  private static func asides(_ path: String) -> [(number: Int, path: String, bytes: Int)] {
    var files: [(number: Int, path: String, bytes: Int)] = []
    guard let folder = opendir(folder(of: path)) else { return [] }
    defer { closedir(folder) }
    let prefix = path.split(separator: "/").last.map { $0 + ".damaged-" } ?? ""
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.utf8.count)) else { continue }
      let file = path + ".damaged-\(number)"
      var bytes = 0
      for part in [file, file + "-wal"] {
        var status = stat()
        if stat(part, &status) == 0 { bytes += Int(status.st_size) }
      }
      files.append((number, file, bytes))
    }
    return files.sorted { $0.number < $1.number }
  }

  private static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }

  private static func folder(of path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }

  /// Puts renames on the disk.
  private static func sync(folderOf path: String) {
    let descriptor = open(folder(of: path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
