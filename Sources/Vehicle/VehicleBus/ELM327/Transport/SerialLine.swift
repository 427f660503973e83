// One descriptor to an adapter: opened, spoken through, and closed for certain.
import CLinux
import Glibc

/// A way for bytes in both directions, or none. Nothing here blocks.
struct SerialLine: ~Copyable {
  private(set) var descriptor: Int32 = -1
  /// On its way to the other side: nothing can be read or written yet.
  private(set) var isConnecting = false
  private(set) var address: ELMAddress
  /// The file that was opened.
  private(set) var path: String?
  private let folder: String
  private var buffer = [UInt8](repeating: 0, count: SerialLine.mostAtOnce)

  /// Bytes of one read.
  static let mostAtOnce = 2048

  /// - Parameter folder: where the links are that udev makes.
  init(_ address: ELMAddress, folder: String) {
    self.address = address
    self.folder = folder
  }

  deinit { if descriptor >= 0 { telltale_port_close(descriptor) } }

  /// Whether bytes can pass.
  var isOpen: Bool { descriptor >= 0 && !isConnecting }

  /// Opens a serial port, or begins to connect; an open line is closed before.
  mutating func open() throws(ELMPortError) {
    close()
    switch address {
    case .path(let path): try openPort(path)
    case .link(let name): try openPort(folder + "/" + name)
    case .anyLink(let prefix): try openFirst(prefix)
    case .bluetooth(let address, let channel): try begin(telltale_rfcomm_connect(address, channel))
    case .tcp(let host, let port): try begin(telltale_tcp_connect(host, port))
    }
  }

  mutating func close() {
    if descriptor >= 0 { telltale_port_close(descriptor) }
    descriptor = -1
    isConnecting = false
    path = nil
  }

  /// Looks whether the connection has come about.
  mutating func finishConnecting() throws(ELMPortError) {
    let result = telltale_port_connected(descriptor)
    if result == -EINPROGRESS { return }
    guard result == 0 else { throw error(-result) }
    isConnecting = false
  }

  /// Sets the baud rate once everything has left, and throws away what has come until then.
  /// - Parameter atOnce: throws away what has not left, too.
  /// - Returns: false when something is still to leave.
  mutating func setBaudRate(_ baud: UInt32, atOnce: Bool) throws(ELMPortError) -> Bool {
    let result = telltale_tty_set_baud(descriptor, baud, atOnce ? 1 : 0)
    if result == -EAGAIN { return false }
    // A rate that the driver does not make is one at which nothing will answer.
    guard result == 0 || result == -EINVAL else { throw error(-result) }
    return true
  }

  /// What waits, at most `mostAtOnce` bytes; empty when nothing does.
  mutating func read() throws(ELMPortError) -> [UInt8] {
    let count = telltale_port_read(descriptor, &buffer, buffer.count)
    if count == -Int(EAGAIN) { return [] }
    guard count > 0 else { throw error(count == 0 ? ELMPortError.goneCode : Int32(-count)) }
    return Array(buffer[..<count])
  }

  /// - Returns: how many bytes from the beginning have been taken, 0 when there is no room now.
  mutating func write(_ bytes: some Collection<UInt8>) throws(ELMPortError) -> Int {
    let bytes = Array(bytes)
    let count = telltale_port_write(descriptor, bytes, bytes.count)
    if count == -Int(EAGAIN) { return 0 }
    guard count >= 0 else { throw error(Int32(-count)) }
    return count
  }

  private func error(_ code: Int32) -> ELMPortError { ELMPortError(code: code, address: address, path: path) }

  // MARK: Opening

  private mutating func openPort(_ path: String) throws(ELMPortError) {
    let result = telltale_tty_open(path)
    guard result >= 0 else { throw ELMPortError(code: -result, address: address, path: path) }
    descriptor = result
    self.path = path
  }

  /// The first by name that opens. When none does, one that is there says why.
  private mutating func openFirst(_ prefix: String) throws(ELMPortError) {
    var reason = ELMPortError(code: ENOENT, address: address)
    for name in names(in: folder) where name.hasPrefix(prefix) {
      do throws(ELMPortError) {
        return try openPort(folder + "/" + name)
      } catch {
        if reason.isAbsent { reason = error }
      }
    }
    throw reason
  }

  private mutating func begin(_ result: Int32) throws(ELMPortError) {
    guard result >= 0 else { throw error(-result) }
    descriptor = result
    isConnecting = true
  }
}

/// What lies in a folder, sorted; nothing when it cannot be read.
private func names(in folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
  }
  return names.sorted()
}
