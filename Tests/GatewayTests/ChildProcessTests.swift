// The tests' own way to start programs: nothing is inherited, and a wait has an end.
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct ChildProcessTests {
  private let output = NSTemporaryDirectory() + "tt-child-\(UUID().uuidString)"

  @Test func noDescriptorIsInherited() throws {
    defer { unlink(output) }
    let open = try (0..<40).map { _ in try #require(FileHandle(forReadingAtPath: "/dev/null")) }
    let child = try ChildProcess("/bin/sh", ["-c", "ls /proc/$$/fd; exit 3"], output: output)
    #expect(try child.wait(seconds: 30) == 3)
    let listed = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
    #expect(Set(listed).isSubset(of: [0, 1, 2, 10]) && listed.count >= 3, "\(listed)")
    withExtendedLifetime(open) {}
  }

  @Test func aProgramThatDoesNotEndIsEnded() throws {
    defer { unlink(output) }
    let child = try ChildProcess("/bin/sh", ["-c", "exec sleep 1000"], output: output)
    #expect(throws: ChildProcess.Failure.self) { try child.wait(seconds: 0) }
    #expect(try child.wait(seconds: 30) == SIGKILL)
  }
}
