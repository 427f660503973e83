// A decoder in C, in a shared library that has the function `decode` of rivals/record.h.

import Glibc
import Vocabulary

/// `struct frame` of rivals/record.h.
struct ClassicFrame: BitwiseCopyable {
  var id: UInt32
  var length: UInt8
  var unused: (UInt8, UInt8, UInt8)
  var data: UInt64
}

struct Rival {
  /// Of `ClassicFrame`s and to `Sample`s, which C sees as its own structures.
  typealias Decode = @convention(c) (UnsafeRawPointer?, Int, Int, UnsafeMutableRawPointer?) -> Int
  let decode: Decode

  init(library path: String) throws(BenchmarkError) {
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(library, "decode") else {
      throw BenchmarkError(description: dlerror().map { String(cString: $0) } ?? "\(path): no function decode")
    }
    decode = unsafeBitCast(symbol, to: Decode.self)
  }
}

struct BenchmarkError: Error, CustomStringConvertible {
  var description: String
}
