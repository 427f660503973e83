// Which adapter is simulated: what it claims, what it truly does, and how fast.

/// An ELM327 or one of its copies. All fields may be changed to make others.
public struct AdapterPersonality: Sendable {
  /// What becomes of a digit after a request, which says how many frames to wait for.
  public enum AnswerCount: Sendable {
    case honoured
    /// It waits as long as without.
    case ignored
    /// `?`, as for anything that it does not know.
    case unknown
  }

  /// How often a link that is about to fail does what. Probabilities.
  public struct Troubles: Equatable, Sendable {
    /// Of each byte in either direction.
    public var losesByte = 0.0
    public var corruptsByte = 0.0
    /// Of each command: no prompt after the answer; silence for a while; LV RESET; the link is gone.
    public var missesPrompt = 0.0
    public var hangs = 0.0
    public var resets = 0.0
    public var drops = 0.0

    public init() {}
  }

  /// `genuine`.
  public var name: String
  /// Its answer to `ATZ` and `ATI`, and to `AT@1`.
  public var banner = "ELM327 v1.4b"
  public var description = "OBDII to RS232 Interpreter"
  /// Its answers to `STI` and `STDI`; nil for one that knows no ST commands.
  public var stIdentity: String?
  public var stDevice: String?
  /// Commands that came with later versions of the ELM327 are not known: 10 for 1.0, 14 for 1.4b.
  public var version = 14
  /// At power-on.
  public var baudRate = 38_400
  /// Seconds that a reset takes.
  public var resetTime = 0.6
  /// Seconds that it needs for each command and each request besides.
  public var commandTime = 0.001...0.002
  public var answerCount = AnswerCount.honoured
  /// Whether `ATAT` does anything; it is answered with OK where the version knows it.
  public var hasAdaptiveTiming = true
  /// Probability that a consecutive frame of a long answer is lost.
  public var frameLoss = 0.0
  /// What `ATRV` says whatever the vehicle has, V.
  public var fixedVoltage: Double?
  /// Characters that wait for the serial line while it monitors, before BUFFER FULL.
  public var bufferSize = 256
  public var troubles = Troubles()

  public init(name: String) { self.name = name }

  /// An ELM327 v1.4b as its documentation has it.
  public static let genuine = AdapterPersonality(name: "genuine")

  /// Claims a version that there never was, takes its time, and waits out its timeout always.
  public static let slowClone: AdapterPersonality = {
    var clone = AdapterPersonality(name: "slow-clone")
    clone.banner = "ELM327 v1.5"
    clone.commandTime = 0.030...0.060
    clone.answerCount = .ignored
    clone.hasAdaptiveTiming = false
    return clone
  }()

  /// Claims 2.1, knows what 1.0 knew, loses pieces of long answers and never measures the voltage.
  public static let lyingClone: AdapterPersonality = {
    var clone = AdapterPersonality(name: "lying-clone")
    clone.banner = "ELM327 v2.1"
    clone.version = 10
    clone.commandTime = 0.004...0.010
    clone.answerCount = .unknown
    clone.hasAdaptiveTiming = false
    clone.frameLoss = 0.35
    clone.fixedVoltage = 12.3
    clone.bufferSize = 128
    return clone
  }()

  /// An STN2120: all of an ELM327 v1.4b, ST commands, and a large buffer.
  public static let stn: AdapterPersonality = {
    var adapter = AdapterPersonality(name: "stn")
    adapter.stIdentity = "STN2120 v5.6.19"
    adapter.stDevice = "STN2120 r1.0"
    adapter.description = "OBD Solutions LLC STN2120"
    adapter.baudRate = 115_200
    adapter.resetTime = 0.3
    adapter.commandTime = 0.0003...0.0008
    adapter.bufferSize = 4096
    return adapter
  }()

  /// A genuine adapter whose plug, cable or radio is about to fail.
  public static let dyingLink: AdapterPersonality = {
    var adapter = AdapterPersonality(name: "dying-link")
    adapter.troubles.losesByte = 0.0008
    adapter.troubles.corruptsByte = 0.0008
    adapter.troubles.missesPrompt = 0.01
    adapter.troubles.hangs = 0.004
    adapter.troubles.resets = 0.003
    adapter.troubles.drops = 0.001
    return adapter
  }()

  public static let all = [genuine, slowClone, lyingClone, stn, dyingLink]
}
