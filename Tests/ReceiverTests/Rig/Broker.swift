// A real mosquitto for a test: its own port, its own folder, gone with the last reference.
import Glibc
import TestSupport
import Testing

/// A broker on the loopback interface.
final class Broker {
  static let executable = "/usr/sbin/mosquitto"
  static let isInstalled = access(executable, X_OK) == 0

  let port: UInt16
  let folder: Folder
  private var process: ChildProcess?
  private let configuration: String

  /// - Parameter extra: further lines of mosquitto.conf; anonymous clients are allowed unless it says otherwise.
  init(extra: String = "allow_anonymous true") throws {
    folder = try Folder()
    port = try freePort()
    configuration = folder.path + "/mosquitto.conf"
    try write("listener \(port) 127.0.0.1\npersistence false\nset_tcp_nodelay true\n\(extra)\n", to: configuration)
    try start()
  }

  /// Starts it on its port, and returns when it takes connections.
  func start() throws {
    process = try ChildProcess(Broker.executable, ["-c", configuration], output: folder.path + "/log")
    let deadline = Deadline(seconds: 10)
    while !isListening(port) {
      try #require(!deadline.isOver, "mosquitto does not listen")
      poll(nil, 0, 5)
    }
  }

  /// Ends it as a power cut would.
  func kill() { process = nil }
}

/// A temporary folder, removed with what it holds.
final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/telltale-fleet-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    guard let folder = opendir(path) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { unlink(path + "/" + name) }
    }
    closedir(folder)
    rmdir(path)
  }
}

/// A point in time that a test does not wait beyond.
struct Deadline {
  private let end: Int64
  init(seconds: Int64) { end = Deadline.now() + seconds * 1_000_000_000 }
  var isOver: Bool { Deadline.now() >= end }

  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

func write(_ text: String, to path: String) throws {
  let file = try #require(fopen(path, "w"))
  fputs(text, file)
  try #require(fclose(file) == 0)
}

private func loopback(_ port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  address.sin_port = port.bigEndian
  return address
}

/// A loopback port that was free a moment ago.
func freePort() throws -> UInt16 {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(socket) }
  var address = loopback(0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      _ = bind(socket, $0, length)
      _ = getsockname(socket, $0, &length)
    }
  }
  return try #require(address.sin_port == 0 ? nil : UInt16(bigEndian: address.sin_port))
}

/// Connects to a loopback port; a descriptor, or nil when nobody listens.
func connect(to port: UInt16) -> Int32? {
  let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = loopback(port)
  let result = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  if result == 0 { return socket }
  close(socket)
  return nil
}

private func isListening(_ port: UInt16) -> Bool {
  guard let socket = connect(to: port) else { return false }
  close(socket)
  return true
}
