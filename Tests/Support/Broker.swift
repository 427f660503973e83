// A real mosquitto for a test: its own port, its own folder, gone with the last reference.
import Glibc

/// A broker on the loopback interface.
public final class Broker {
  public static let executable = "/usr/sbin/mosquitto"
  public static let isInstalled = access(executable, X_OK) == 0

  public let port: UInt16
  public let folder: Folder
  private var process: ChildProcess?
  private let configuration: String

  /// - Parameters:
  ///   - lines: what follows the listener in mosquitto.conf.
  ///   - folder: where its configuration and log go; one of its own unless given.
  public init(_ lines: String = "allow_anonymous true", in folder: Folder? = nil) throws {
    self.folder = try folder ?? Folder()
    port = try freePort()
    // Without `user` it would give up the right to read the folder's keys.
    configuration = try self.folder.write(
      "user root\npersistence false\nset_tcp_nodelay true\nlistener \(port) 127.0.0.1\n\(lines)\n", to: "mosquitto.conf")
    try start()
  }

  /// Starts it on its port, and returns when it takes connections.
  public func start() throws {
    let process = try ChildProcess(
      Broker.executable, ["-c", configuration, "-v"], output: folder.path + "/mosquitto.log")
    let deadline = Deadline()
    while !isListening(port) {
      guard !deadline.isOver, process.isRunning else {
        throw ChildProcess.Failure(description: "mosquitto does not listen; see \(folder.path)/mosquitto.log")
      }
      poll(nil, 0, 5)
    }
    self.process = process
  }

  /// Ends it as a power cut would.
  public func kill() { process = nil }
}
