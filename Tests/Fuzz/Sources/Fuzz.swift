// `fuzz TARGET [libFuzzer's arguments]`: feeds one reader of foreign files with bytes that nobody meant to write.
//
// Besides a crash, an input fails when the reader takes more memory than the limits that Tests/Fuzz/run gives to
// libFuzzer, or when one of the checks in the targets traps.
import CFuzzer
import Glibc

@main
enum Fuzz {
  static func main() {
    guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
      print("usage: fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) [libFuzzer's arguments]")
      exit(2)
    }
    FuzzTarget.chosen = target
    // libFuzzer shall not take the target's name for a folder of inputs: the program's name takes its place.
    CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    exit(LLVMFuzzerRunDriver(&count, &arguments, fuzzOne))
  }
}

/// Called by libFuzzer for each input, on the main thread.
private func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
