// Files that say who this client is. Who was refused looks whether they have changed.
import Glibc

/// Which version of some files there is, as far as the file system tells.
struct FileStamps: Equatable, Sendable {
  private struct Stamp: Equatable {
    var inode: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
  }

  private let stamps: [Stamp?]

  init(of paths: [String]) {
    stamps = paths.map { path in
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      return Stamp(
        inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
        nanoseconds: status.st_mtim.tv_nsec)
    }
  }
}

extension BrokerOptions {
  /// Every file whose change may turn a refusal into a welcome.
  var credentialFiles: [String] {
    [passwordFile, tls?.caFile, tls?.certificateFile, tls?.keyFile].compactMap(\.self)
  }

  /// The password as it is now: files are read at each attempt, so that a new password needs no restart.
  func currentPassword() throws(MQTTError) -> String? {
    guard let passwordFile else { return password }
    func wrong(_ reason: String) -> MQTTError {
      .invalidOption(name: "password file", reason: "cannot use '\(passwordFile)': " + reason)
    }
    let file = open(passwordFile, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw wrong(systemText(errno) + "; check the path and who may read it") }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { throw wrong(systemText(errno)) }
    let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard !line.isEmpty else { throw wrong("its first line is empty; write the password there") }
    guard let text = String(validating: line, as: UTF8.self) else { throw wrong("its first line is no UTF-8") }
    return text
  }
}
