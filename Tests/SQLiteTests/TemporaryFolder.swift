// A folder of a test's own, gone when the test ends.
import Glibc

struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    var template = Array("/tmp/telltale-sqlite-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in ["t.db", "t.db-wal", "t.db-shm", "t.db-journal"] { unlink(path + "/" + name) }
    rmdir(path)
  }

  struct Failure: Error { let code: Int32 }
}
