// What the configuration lets this machine send, bus by bus. Its default is nothing at all.
public import Vocabulary

/// The owner's word on transmitting. A pack can never widen it.
public struct TransmitPolicy: Hashable, Sendable {
  /// Two identifiers that the owner knows to belong to a diagnostic unit.
  public struct Pair: Hashable, BitwiseCopyable, Sendable {
    public var request: CANID
    public var answer: CANID

    public init(request: CANID, answer: CANID) {
      self.request = request
      self.answer = answer
    }
  }

  /// What may be sent on one bus.
  public struct Bus: Hashable, Sendable {
    /// Off unless the configuration says otherwise for this source.
    public var mayTransmit = false
    /// Requests per second on the bus, 0.1...50; what lies outside counts as the nearer end, NaN as 0.1.
    public var requestsPerSecond = 10.0
    /// Requests per second that reach one unit, those to everybody included; 0.1...50 likewise.
    public var requestsPerSecondOfUnit = 5.0
    /// Requests in a row after a rest, 1...10.
    public var burst = 5
    public var burstOfUnit = 3
    /// Units on identifiers other than 7E0...7E7 and 18DAxxF1: anything else on a bus could be a command to a brake.
    public var pairs: [Pair] = []

    public init() {}

    /// The bus's budget within its limits.
    var budget: TokenBucket.Budget { TokenBucket.Budget(rate: requestsPerSecond, burst: burst) }
    var unitBudget: TokenBucket.Budget { TokenBucket.Budget(rate: requestsPerSecondOfUnit, burst: burstOfUnit) }
  }

  /// As many buses as `VehicleSigns` tells of.
  public static let buses = 8

  /// By the bus's number; what is not in here, and what lies beyond the eighth, is listen-only.
  public var buses: [Bus]
  /// The longest pause between two probes of a bus that is silent of itself while the vehicle is parked, s; 0 or less:
  /// never probe. The first pause is 10 s, each further one twice the one before.
  public var longestProbePause = 900.0

  public init(_ buses: [Bus] = []) { self.buses = buses }

  public subscript(bus: UInt8) -> Bus {
    Int(bus) < min(buses.count, TransmitPolicy.buses) ? buses[Int(bus)] : Bus()
  }
}
