// telltale-receiver: arguments, signals, exit codes. What it does stands in the room `Receiver`.
import ArgumentParser
import ConfigurationFile
import Glibc
import Logging
import Receiver
import Synchronization
import Vocabulary

@main
struct ReceiverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "telltale-receiver",
    abstract: "Takes what Telltale vehicles publish into a database and serves it over HTTP.",
    discussion: """
      Records are acknowledged to the vehicle only after they are committed here, so nothing is lost and nothing is \
      stored twice, whatever fails on the way.

      EXAMPLES
        telltale-receiver --config /etc/telltale/receiver.yaml --check
        telltale-receiver --config /etc/telltale/receiver.yaml
        curl http://127.0.0.1:8080/api/v1/vehicles

      CONFIGURATION
        name: depot                            # says who acknowledged
        broker:
          host: broker.example.org
          port: 8883                           # default 1883
          username: receiver                   # optional
          password_file: /etc/telltale/password
          ca_file: /etc/ssl/certs/ca.pem       # optional; encrypts; also cert_file and key_file
        storage: sqlite:/var/lib/telltale-receiver/receiver.sqlite
        http:
          listen: 127.0.0.1:8080               # or unix:/run/telltale/receiver.sock; port 0 takes a free one
          port_file: /run/telltale/port        # optional
        log:
          format: text                         # or json: one object on each line

      EXIT CODES
        0 done
        1 something is wrong with configuration, database or HTTP address
        2 wrong call
      """,
    version: "telltale-receiver \(telltaleVersion)")

  @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String

  @Flag(name: .long, help: "Check the configuration and every page of the database, then end.")
  var check = false

  @Flag(name: .long, help: "Print the result of --check as one JSON document.")
  var json = false

  func run() throws {
    do {
      let root = try Section.load(path: config)
      let format = try root.logFormat()
      let logger = Logger(label: "telltale-receiver") { _ in ReceiverLog(format) }
      let settings = try ReceiverSettings(configuration: root)
      if check { return say(isRight: true, "configuration is right; " + (try checkPatiently(settings))) }
      try runToTheEnd(try Receiver(settings, logger: logger))
      logger.info("ended, all that arrived is committed")
    } catch let error as any CustomStringConvertible & Error {
      say(isRight: false, error.description)
      throw ExitCode(1)
    }
  }

  /// Checks, and says every two seconds that it goes on.
  private func checkPatiently(_ settings: ReceiverSettings) throws -> String {
    let progress = Task.detached {
      for seconds in 1... {
        try await Task.sleep(for: .seconds(2))
        writeError("telltale-receiver: checking every page of the database, \(2 * seconds) s so far")
      }
    }
    defer { progress.cancel() }
    return try Receiver.check(settings)
  }

  /// Runs the receiver on the concurrency pool while this thread waits for signals.
  private func runToTheEnd(_ receiver: Receiver) throws {
    let outcome = Outcome()
    Task.detached {
      do {
        try await receiver.run()
        outcome.result.withLock { $0 = .success(()) }
      } catch {
        outcome.result.withLock { $0 = .failure(error) }
      }
      AwaitedSignal.sendFinished()
    }
    while true {
      if AwaitedSignal.next() == .end { receiver.stop() }
      if let result = outcome.result.withLock({ $0 }) { return try result.get() }
    }
  }

  private final class Outcome: Sendable {
    let result = Mutex<Result<Void, any Error>?>(nil)
  }

  /// The outcome: as JSON on standard output if asked for, else one line, errors on standard error.
  private func say(isRight: Bool, _ text: String) {
    if json {
      print("{\"ok\":\(isRight),\"message\":\(quoted(text))}")
    } else if isRight {
      print(text)
    } else {
      writeError("telltale-receiver: " + text)
    }
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "\u{0}"..<" ": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  // A wrong call is 2 in all of Telltale's programs; the argument parser's own code for it is 64.
  static func main() {
    AwaitedSignal.block()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      exit(withError: code)
    } catch {
      if exitCode(for: error) == .success { exit(withError: error) }
      writeError(fullMessage(for: error))
      Glibc.exit(2)
    }
  }
}

/// One line on standard error, unbuffered.
private func writeError(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
