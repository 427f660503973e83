// A state folder of a test's own, and records to put into its store.
import Glibc
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

  func open(
    vehicle: String = "van-7", retention: Store.Retention = .init(), signals: [String] = ["Vehicle.Speed"]
  ) throws -> Store {
    var catalogue = SignalCatalogue()
    for path in signals {
      _ = catalogue.add(SignalDescription(path: path, unit: "", range: 0...1, staleAfter: 1))
    }
    return try Store.open(directory: path, vehicle: vehicle, catalogue: catalogue, retention: retention)
  }

  var contents: [UInt8] {
    get throws {
      let descriptor = Glibc.open(file, O_RDONLY)
      guard descriptor >= 0 else { throw Failure(code: errno) }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
      lseek(descriptor, 0, SEEK_SET)
      guard read(descriptor, &bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
      return bytes
    }
  }

  func replaceFile(with bytes: [UInt8]) throws {
    let descriptor = Glibc.open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
  }

  struct Failure: Error { let code: Int32 }
}

let aMoment = Timestamp(
  boot: BootID(high: 1, low: 2), uptime: Instant(nanoseconds: 3), wallNanoseconds: -4, quality: .rtc)

func outgoing(_ lane: Lane, _ text: String = "{}", subject: String? = nil) -> StoreRecord {
  .outgoing(lane: lane, type: "test.happened", subject: subject, time: aMoment, data: Array(text.utf8))
}
