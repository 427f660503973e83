// `telltale store`: what a technician does with the database of a vehicle, with or without its daemon.
import ArgumentParser
import Documents
import Glibc
import Store
import Vocabulary

struct StoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Check, write out or compact the database of a state folder.",
    discussion: """
      The daemon keeps all it must not lose in one SQLite file, telltale.sqlite in its state folder. `check` and `export` \
      change nothing and may run while a daemon uses it; `vacuum` may not.
      """,
    subcommands: [StoreCheckCommand.self, StoreExportCommand.self, StoreVacuumCommand.self])
}

/// Where the database is.
struct StateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The state folder, or the database file itself.", valueName: "path"))
  var state = "/var/lib/telltale"

  var file: String {
    var status = stat()
    guard stat(state, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return state }
    return Store.file(in: state)
  }

  /// - Throws: `ValidationError` where there is no file.
  func existing() throws -> String {
    guard access(file, R_OK) == 0 else {
      throw ValidationError("\(file): \(String(cString: strerror(errno))); give --state the folder of a daemon's `state:`")
    }
    return file
  }
}

struct StoreCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read a database from end to end and say whether all of it is as it was written.",
    discussion: """
      Pages, checksums of rows, checkpoints and sequences. Exit code 0: all is well, 1: something is not, 2: no database \
      there. A daemon that starts on a damaged file saves what is readable by itself and says what that was.

      Examples:
        telltale store check
        telltale store check --state /tmp/state --json
      """)

  @OptionGroup var options: StateOptions
  @Flag(help: "Print one JSON document and nothing else.") var json = false

  func run() throws {
    let found = try StoreInspection(path: try options.existing())
    if json { try put(document(found)) } else { try put(text(found)) }
    if !found.problems.isEmpty { throw ExitCode(1) }
  }

  private func text(_ found: StoreInspection) -> String {
    var lines = [
      "\(found.path): schema \(found.schema), vehicle \(found.vehicle ?? "none yet"), \(found.bytes) bytes, "
        + "\(found.checkpoints) checkpoints"
    ]
    let widest = found.tables.map(\.name.utf8.count).max() ?? 0
    for table in found.tables {
      let name = table.name + String(repeating: " ", count: widest - table.name.utf8.count)
      lines.append("  \(name)  \(table.rows) rows" + (table.damaged > 0 ? ", \(table.damaged) damaged" : ""))
    }
    for stream in found.streams where stream.last > 0 {
      let lane = Lane(rawValue: UInt8(clamping: stream.lane))?.name ?? "lane \(stream.lane)"
      let absent = stream.absent > 0 ? ", \(stream.absent) between them do not: acknowledged, or lost" : ""
      lines.append(
        "  epoch \(stream.epoch.prefix(8)) \(lane): \(stream.last) given, \(stream.waiting) wait for a receiver\(absent)")
    }
    lines += found.problems.map { "problem: " + $0 }
    lines.append(found.problems.isEmpty ? "all is well" : "\(found.problems.count) problems")
    return lines.joined(separator: "\n") + "\n"
  }

  private func document(_ found: StoreInspection) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("path", found.path)
    json.member("schema", Int64(found.schema))
    json.member("vehicle", found.vehicle)
    json.member("bytes", Int64(found.bytes))
    json.member("checkpoints", Int64(found.checkpoints))
    json.key("tables")
    json.beginArray()
    for table in found.tables {
      json.beginObject()
      json.member("name", table.name)
      json.member("rows", Int64(table.rows))
      json.member("damaged", Int64(table.damaged))
      json.endObject()
    }
    json.endArray()
    json.key("streams")
    json.beginArray()
    for stream in found.streams {
      json.beginObject()
      json.member("epoch", stream.epoch)
      json.member("lane", Lane(rawValue: UInt8(clamping: stream.lane))?.name)
      json.member("last", stream.last)
      json.member("waiting", Int64(stream.waiting))
      json.member("absent", stream.absent)
      json.endObject()
    }
    json.endArray()
    json.key("problems")
    json.beginArray()
    for problem in found.problems { json.value(problem) }
    json.endArray()
    json.endObject()
    return json.bytes + [UInt8(ascii: "\n")]
  }
}

struct StoreExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write rows of a database as JSON, one object on each line.",
    discussion: """
      What can be written out: alerts, events, health, trips, counters, and outbox, which is what waits for a receiver. \
      Damaged rows are left out and counted; then the exit code is 1.

      Examples:
        telltale store export trips
        telltale store export outbox --state /tmp/state > waiting.jsonl
      """)

  @Argument(
    help: "alerts, events, health, trips, counters or outbox.",
    transform: { word in
      guard let what = StoreExport(rawValue: word) else {
        throw ValidationError(
          "\"\(word)\" cannot be written out: " + StoreExport.allCases.map(\.rawValue).joined(separator: ", ") + " can")
      }
      return what
    })
  var what: StoreExport
  @OptionGroup var options: StateOptions
  @Flag(help: "Lines of JSON are what it prints in any case.") var json = false

  func run() throws {
    let damaged = try what.run(path: try options.existing()) { row in try put(row + [UInt8(ascii: "\n")]) }
    guard damaged > 0 else { return }
    complain("\(damaged) rows are damaged and left out; `telltale store check` tells more")
    throw ExitCode(1)
  }
}

struct StoreVacuumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vacuum",
    abstract: "Write a database anew without its free pages.",
    discussion: """
      Only while no daemon uses it, and with as much free room on the disk as the file takes. The daemon needs no such \
      care: free pages are used again. A file that is damaged or of another version is refused and stays as it is.

      Example:
        systemctl stop telltaled; telltale store vacuum; systemctl start telltaled
      """)

  @OptionGroup var options: StateOptions
  @Flag(help: "Print one JSON document and nothing else.") var json = false

  func run() throws {
    let path = try options.existing()
    let (before, after) = try Store.vacuum(path: path)
    guard json else { return try put("\(path): \(before) bytes before, \(after) after\n") }
    var document = JSONText()
    document.beginObject()
    document.member("path", path)
    document.member("before", Int64(before))
    document.member("after", Int64(after))
    document.endObject()
    try put(document.bytes + [UInt8(ascii: "\n")])
  }
}
