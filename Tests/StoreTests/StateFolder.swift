// A state folder of a test's own, and records to put into its store.
import Glibc
import Testing
import Vocabulary

@testable import Store

struct StateFolder: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/telltale-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        unlink(path + "/" + name)
      }
      closedir(folder)
    }
    rmdir(path)
  }

  var file: String { Store.file(in: path) }

  /// - Parameter change: what of the settings is to be other than usual.
  func open(vehicle: String = "van-7", _ change: (inout StoreSettings) -> Void = { _ in }) throws -> Store {
    var settings = StoreSettings(vehicle: vehicle, reserve: 0, now: { aMoment })
    change(&settings)
    return try Store.open(directory: path, settings)
  }

  var contents: [UInt8] { get throws { try contents("") } }

  /// The bytes of the file, or of one beside it.
  func contents(_ suffix: String) throws -> [UInt8] {
    let descriptor = Glibc.open(file + suffix, O_RDONLY)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    lseek(descriptor, 0, SEEK_SET)
    guard read(descriptor, &bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
    return bytes
  }

  func replaceFile(with bytes: [UInt8]) throws { try replace("", with: bytes) }

  /// Gives the file, or one beside it, other bytes.
  func replace(_ suffix: String, with bytes: some Collection<UInt8>) throws {
    let bytes = Array(bytes)
    let descriptor = Glibc.open(file + suffix, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
  }

  struct Failure: Error { let code: Int32 }
}

let aMoment = Timestamp(
  boot: BootID(high: 1, low: 2), uptime: Instant(nanoseconds: 3), wallNanoseconds: -4, quality: .rtc)

extension OutboxReader {
  /// The epoch that new rows go to.
  func current() throws -> OutboxEpoch { try #require(try epochs().last) }

  func rows(_ lane: Lane, after sequence: Int64, limit: Int) throws -> [OutboxRow] {
    try rows(lane, of: current(), after: sequence, limit: limit)
  }

  func depth(_ lane: Lane) throws -> OutboxDepth { try depth(lane, of: current()) }
}

func outgoing(_ lane: Lane, _ text: String = "{}", subject: String? = nil) -> StoreRecord {
  .outgoing(lane: lane, type: "test.happened", subject: subject, time: aMoment, data: Array(text.utf8))
}
