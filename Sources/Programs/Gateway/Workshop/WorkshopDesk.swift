// The way of a person's word about a component: from the socket to capture, and back once it is committed.
import Diagnostics
import Glibc
import Health
import Pipeline
import Synchronization
import Vocabulary

/// Takes entries in and answers for them. `submit` belongs to the diagnostics thread, `next` to capture, `settle` to the
/// recorder.
final class WorkshopDesk: Sendable {
  typealias Reply = @Sendable (CommandReply) -> Void

  private struct Waiting {
    var command: DiagnosticsCommand
    var text: String
    var reply: Reply
  }

  private struct State {
    var number: UInt64 = 0
    var waiting: [UInt64: Waiting] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())
  private let entries = Ring<WorkshopEntry>(capacity: 16)
  private let technicians: [String]
  private let wake = Mutex<(@Sendable () -> Void)?>(nil)

  /// - Parameter technicians: users, by name or number, whose word counts beside root's and that of the daemon's own user.
  init(technicians: [String]) { self.technicians = technicians }

  /// What to call when an entry waits.
  func onEntry(_ wake: @escaping @Sendable () -> Void) { self.wake.withLock { $0 = wake } }

  static var memoryBytes: Int { 16 * MemoryLayout<WorkshopEntry>.stride }

  /// Checks the command and hands it to capture. The reply comes when the entry is committed.
  func submit(_ command: DiagnosticsCommand, by caller: Caller, reply: @escaping Reply) {
    let draft: Draft
    do throws(Refused) {
      draft = try Draft(command)
    } catch {
      return reply(error.reply)
    }
    guard caller.uid == 0 || caller.uid == geteuid() || caller.isAmong(technicians) else {
      return reply(
        .refused(
          code: "not-authorised", reason: "\(caller.user ?? "uid \(caller.uid)") is no technician",
          mend: "do it as root, or add the user to `technicians` of the configuration"))
    }
    let isTaken = state.withLock { state in
      guard !state.isClosed else { return false }
      state.number += 1
      let never = Timestamp.unknown
      let entry = WorkshopEntry(component: draft.component, kind: draft.kind, time: never, number: state.number)
      guard entries.push(entry) else { return false }
      state.waiting[state.number] = Waiting(command: command, text: draft.text, reply: reply)
      return true
    }
    guard isTaken else {
      return reply(.failed(reason: "the daemon is ending or very busy", mend: "try again in a moment"))
    }
    wake.withLock { $0 }?()
  }

  /// The next entry for capture; never blocks, never allocates.
  func next() -> WorkshopEntry? { entries.pop() }

  /// The entries with these numbers are committed.
  func settle(_ numbers: [UInt64]) {
    for number in numbers {
      guard let done = state.withLock({ $0.waiting.removeValue(forKey: number) }) else { continue }
      done.reply(.done(CommandDocument(done.command, text: done.text)))
    }
  }

  /// Nothing more will be committed.
  func close() {
    let left = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [:] }
      return state.waiting
    }
    for waiting in left.values {
      waiting.reply(.failed(reason: "the daemon is ending", mend: "try again when it runs"))
    }
  }
}

/// Why a command cannot be taken.
private struct Refused: Error {
  var reply: CommandReply

  init(_ error: String, mend: String) { reply = .misunderstood(error: error, mend: mend) }
}

/// A command with its names resolved.
private struct Draft {
  var component: ComponentID
  var kind: WorkshopEntry.Kind
  /// What to say when it is done.
  var text: String

  init(_ command: DiagnosticsCommand) throws(Refused) {
    switch command {
    case .service(let name):
      component = try Draft.component(name)
      kind = .service
      text = "\(component.title): counted as new from now on."
    case .measure(let name, let quantity, let value, let deviation):
      let component = try Draft.component(name)
      let known = MeasurementDescription.of(component)
      guard !known.isEmpty else {
        throw Refused(
          "nothing of \(component.name) can be measured", mend: "tell a replacement instead: telltale service \(component.name)")
      }
      let list = known.map { "\($0.name) (\($0.unit.isEmpty ? "ratio" : $0.unit))" }.joined(separator: ", ")
      let index = quantity.map { name in known.firstIndex { description in description.name == name } } ?? (known.count == 1 ? 0 : nil)
      guard let index else {
        let what = quantity.map { "\(component.name) has no \"\($0)\"" } ?? "\(component.name) has several quantities"
        throw Refused(what, mend: "give one of: \(list)")
      }
      let description = known[index]
      let unit = description.unit.isEmpty ? "" : " " + description.unit
      guard description.range.contains(value) else {
        throw Refused(
          "\(description.name) is \(value)\(unit)",
          mend: "give \(description.range.lowerBound) to \(description.range.upperBound)\(unit): \(description.summary)")
      }
      if let deviation, !(deviation > 0 && deviation.isFinite) {
        throw Refused("\"deviation\" is \(deviation)", mend: "give the standard deviation of the measurement, above 0")
      }
      self.component = component
      kind = .measurement(quantity: UInt8(index), value: value, deviation: deviation ?? .nan)
      text = "\(component.title): \(description.name) \(value)\(unit) taken in."
    default:
      throw Refused("\(command.name) is no word about a component", mend: "use measure or service")
    }
  }

  private static func component(_ name: String) throws(Refused) -> ComponentID {
    if let component = ComponentID(name: name) { return component }
    let nearest = nearestName(to: name, among: ComponentID.allCases.map(\.name)).map { "did you mean \($0)? " } ?? ""
    throw Refused("there is no component \"\(name)\"", mend: nearest + "GET /v1/health lists all")
  }
}
