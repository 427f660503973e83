// One person's wish to clear trouble codes, from the requests that it takes to one answer.
import Diagnostics
import VehicleBus

/// Gathers the outcomes of all requests of one clearing. Belongs to the control thread.
final class Clearing {
  private let command: DiagnosticsCommand
  private let reply: @Sendable (CommandReply) -> Void
  private var open = 1
  private var cleared = 0
  private var declined: [UInt8] = []
  private var refusal: Refusal?
  private var failure: Int32?

  init(_ command: DiagnosticsCommand, reply: @escaping @Sendable (CommandReply) -> Void) {
    self.command = command
    self.reply = reply
  }

  /// One more request is on its way.
  func begin() { open += 1 }

  func end(_ outcome: PollOutcome) {
    switch outcome {
    case .answers(let answers):
      for answer in answers {
        switch answer.bytes.first {
        case 0x7F where answer.bytes.count >= 3: declined.append(answer.bytes[2])
        // SAE J1939-21: the control byte of an acknowledgement, 0 for a positive one.
        case 0x44, 0x00: cleared += 1
        default: declined.append(answer.bytes.first ?? 0)
        }
      }
    case .refused(let reason): refusal = reason
    case .failed(let code): failure = code
    }
    close()
  }

  /// No more requests will begin.
  func close() {
    open -= 1
    guard open == 0 else { return }
    if cleared > 0 {
      let rest = declined.isEmpty ? "" : " \(declined.count) declined."
      let units = cleared == 1 ? "1 control unit has" : "\(cleared) control units have"
      let text = units + " cleared trouble codes, freeze frames and readiness." + rest
      return reply(.done(CommandDocument(command, text: text)))
    }
    if let refusal {
      return reply(.refused(code: refusal.code, reason: refusal.reason, mend: refusal.mend))
    }
    if let code = declined.first {
      let text = String(code, radix: 16, uppercase: true)
      return reply(
        .failed(
          reason: "the control units declined (\(text))", mend: "switch the ignition on, the engine off, and try again"))
    }
    let why = failure.map { "the request could not be sent (errno \($0))" } ?? "no control unit answered"
    reply(.failed(reason: why, mend: "switch the ignition on, and look at `telltale polling` and `telltale sources`"))
  }
}
