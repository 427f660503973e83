// The whole house on this machine for a test: a broker on a free port, the receiver and the daemon as processes.
import Foundation
import SQLite
import TestSupport
import Testing

/// Where the test bundle was built: the programs stand beside it.
private let products: URL = {
  // The runner names its bundle in its arguments; its folder holds the executables too.
  for argument in CommandLine.arguments {
    if let range = argument.range(of: ".xctest") {
      return URL(fileURLWithPath: String(argument[..<range.upperBound])).deletingLastPathComponent()
    }
  }
  return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
}()

let mosquittoPath: String? = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].first {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// The recordings and DBC files of real vehicles, where this machine has them.
let corpus = ProcessInfo.processInfo.environment["TELLTALE_CORPUS"].map { URL(fileURLWithPath: $0) }

struct RigError: Error, CustomStringConvertible { var description: String }

/// What a program printed and how it ended.
struct Outcome {
  var status: Int32
  var output: String
  var errors: String

  func json<Value: Decodable>(_: Value.Type) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(output.utf8))
  }
}

final class Rig {
  let folder: URL
  private var processes: [String: ChildProcess] = [:]
  private(set) var port: UInt16 = 0

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tt-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    // Programs end before their folder goes.
    processes = [:]
    try? FileManager.default.removeItem(at: folder)
  }

  var socket: String { folder.path + "/t.sock" }
  var state: String { folder.path + "/state/telltale.sqlite" }
  var received: String { folder.path + "/receiver.sqlite" }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let url = folder.appendingPathComponent(name)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }

  /// A configuration of the daemon in this folder, with the broker if one was chosen.
  @discardableResult
  func configure(_ more: String = "", adapters: String = "[obd2, simulated-petrol]") throws -> String {
    try write(
      "telltale.yaml",
      """
      vehicle: {id: rig-car}
      adapters: \(adapters)
      adapters_path: \(packFolder)
      state: state
      socket: t.sock
      \(port > 0 ? "mqtt: {host: 127.0.0.1, port: \(port)}" : "")
      \(more)
      """)
  }

  // MARK: Programs

  static func program(_ name: String) -> URL { products.appendingPathComponent(name) }

  /// Runs a program to its end.
  func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    let output = folder.path + "/out-\(UUID().uuidString)"
    let errors = folder.path + "/err-\(UUID().uuidString)"
    let status = try ChildProcess(
      Rig.program(name).path, arguments, output: output, errors: errors, environment: environment
    ).wait()
    return Outcome(
      status: status, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// Starts a program that stays, its output in `NAME.log`.
  func start(_ label: String, _ executable: URL, _ arguments: [String]) throws {
    processes[label] = try ChildProcess(
      executable.path, arguments, output: folder.appendingPathComponent(label + ".log").path)
  }

  func log(_ label: String) -> String {
    (try? String(contentsOf: folder.appendingPathComponent(label + ".log"), encoding: .utf8)) ?? ""
  }

  func stop(_ label: String, signal: Int32 = SIGTERM) throws -> Int32 {
    guard let process = processes.removeValue(forKey: label) else { return -1 }
    process.signal(signal)
    return try process.wait()
  }

  func signal(_ label: String, _ signal: Int32) { processes[label]?.signal(signal) }

  func isRunning(_ label: String) -> Bool { processes[label]?.isRunning ?? false }

  func startBroker() throws {
    guard let path = mosquittoPath else { throw RigError(description: "no mosquitto") }
    if port == 0 { port = try freePort() }
    try write("mosquitto.conf", "listener \(port) 127.0.0.1\nallow_anonymous true\npersistence false\n")
    try start("mosquitto", URL(fileURLWithPath: path), ["-c", folder.path + "/mosquitto.conf"])
    try wait(for: "the broker") { isListening(port) }
  }

  func startReceiver() throws {
    try write(
      "receiver.yaml",
      """
      broker: {host: 127.0.0.1, port: \(port)}
      storage: sqlite:\(received)
      http: {listen: "127.0.0.1:0", port_file: \(folder.path)/http.port}
      """)
    try start("receiver", products.appendingPathComponent("telltale-receiver"), ["--config", folder.path + "/receiver.yaml"])
    try wait(for: "the receiver") { FileManager.default.fileExists(atPath: folder.path + "/http.port") }
  }

  func startDaemon(_ arguments: [String]) throws {
    try start(
      "telltaled", products.appendingPathComponent("telltaled"), ["--config", folder.path + "/telltale.yaml"] + arguments)
    try wait(for: "the daemon's socket") {
      guard isRunning("telltaled") else { throw RigError(description: "telltaled ended: " + log("telltaled")) }
      return FileManager.default.fileExists(atPath: socket)
    }
  }

  /// A simulated drive as a recording.
  func simulate(_ vehicle: String = "petrol", days: Int, seed: Int = 4, faults: [String] = []) throws -> String {
    let path = folder.path + "/sim.log"
    let outcome = try run(
      "telltale",
      ["simulate", "--vehicle", vehicle, "--days", "\(days)", "--seed", "\(seed)", "--out", path]
        + faults.flatMap { ["--fault", $0] })
    guard outcome.status == 0 else { throw RigError(description: outcome.errors) }
    return path
  }

  // MARK: Looking

  func status() throws -> Status {
    try run("telltale", ["status", "--json", "--socket", socket]).json(Status.self)
  }

  struct Status: Decodable {
    struct Frames: Decodable { var received: Int; var malformed: Int; var dropped: Int }
    struct Sync: Decodable {
      struct Queued: Decodable { var alerts: Int; var events: Int; var telemetry: Int }
      var connected: Bool
      var queued: Queued
      var acknowledged: Int
    }
    var frames: Frames
    var sync: Sync
    var trips: Int
    var distanceKm: Double
    var warnings: [String]

    var waiting: Int { sync.queued.alerts + sync.queued.events + sync.queued.telemetry }
  }

  func count(_ path: String, _ sql: String) throws -> Int {
    guard FileManager.default.fileExists(atPath: path) else { return 0 }
    let connection = try Connection(path: path, mode: .readWrite)
    let statement = try connection.prepare(sql)
    return try statement.step() ? Int(statement.int64(0)) : 0
  }

  func execute(_ path: String, _ sql: String) throws { try Connection(path: path, mode: .readWrite).execute(sql) }

  /// Looks until `condition` holds. Every look is a process or a query, so that nothing spins and nothing sleeps blindly.
  func wait(for what: String, seconds: Double = 60, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
      guard ContinuousClock.now < deadline else {
        throw RigError(description: "waited \(seconds) s for \(what)\n" + log("telltaled") + log("receiver"))
      }
      var descriptor = pollfd(fd: -1, events: 0, revents: 0)
      poll(&descriptor, 0, 10)
    }
  }
}
