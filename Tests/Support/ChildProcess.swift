// A program that a test runs. Foundation's Process learns of an end by a socket that every process inherits which another
// test happens to start at that moment, and may wait for ever; here the kernel is asked, and no wait is without an end.
public import Glibc

/// A program as a child of the tests: killed with the last reference.
///
/// No descriptor but 0, 1 and 2 is handed down, whatever other tests have open.
public final class ChildProcess {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  public let identifier: pid_t
  private var status: Int32?

  /// Starts the program at `path`.
  /// - Parameters:
  ///   - output: The file that standard output is appended to.
  ///   - errors: The same for standard error; together with the output when nil.
  ///   - environment: Variables beside those of the tests.
  public init(
    _ path: String, _ arguments: [String], output: String, errors: String? = nil, environment: [String: String] = [:]
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    if let errors {
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    // Closing what is not open is no error.
    for descriptor in 3..<(ChildProcess.highestDescriptor + 64) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }

    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = ChildProcess.inherited(without: environment).map { strdup($0) }
    variables += environment.map { strdup($0.key + "=" + $0.value) } + [nil]
    defer { for word in words + variables { free(word) } }
    var identifier: pid_t = 0
    let error = posix_spawn(&identifier, path, &actions, nil, &words, &variables)
    guard error == 0 else { throw Failure(description: "\(path) does not start: " + String(cString: strerror(error))) }
    self.identifier = identifier
  }

  deinit {
    guard isRunning else { return }
    kill(identifier, SIGKILL)
    var status: Int32 = 0
    waitpid(identifier, &status, 0)
  }

  private static var highestDescriptor: Int32 {
    guard let folder = opendir("/proc/self/fd") else { return 1024 }
    defer { closedir(folder) }
    var highest: Int32 = 2
    while let entry = readdir(folder) {
      let number = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
      }
      highest = max(highest, number)
    }
    return highest
  }

  private static func inherited(without replaced: [String: String]) -> [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      let text = String(cString: variable)
      if replaced[String(text.prefix { $0 != "=" })] == nil { variables.append(text) }
      next += 1
    }
    return variables
  }

  public var isRunning: Bool {
    guard status == nil else { return false }
    var ended: Int32 = 0
    guard waitpid(identifier, &ended, WNOHANG) == identifier else { return true }
    status = ended
    return false
  }

  public func signal(_ number: Int32) {
    if isRunning { kill(identifier, number) }
  }

  /// Waits for the end.
  /// - Returns: The exit status, or the number of the signal that ended it.
  /// - Throws: `Failure` after `seconds`; the program is killed then.
  public func wait(seconds: Int = 300) throws -> Int32 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let deadline = now.tv_sec + seconds
    while isRunning {
      clock_gettime(CLOCK_MONOTONIC, &now)
      if now.tv_sec >= deadline {
        kill(identifier, SIGKILL)
        throw Failure(description: "process \(identifier) did not end within \(seconds) s")
      }
      poll(nil, 0, 2)
    }
    let status = status ?? 0
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : status & 0x7F
  }
}
