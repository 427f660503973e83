// What the tests of the guard share: seeded draws, virtual time, and a vehicle that is awake with nothing wrong.
import Vocabulary

@testable import VehicleBus

/// SplitMix64: the same draws on every machine.
struct TransmitDraws: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z &>> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z &>> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z &>> 31
  }

  mutating func chance(_ probability: Double) -> Bool { Double(next() >> 11) * 0x1p-53 < probability }
}

/// Seconds after a boot that was some time ago.
func second(_ seconds: Double) -> Instant { Instant(nanoseconds: 1_000_000_000_000).advanced(seconds: seconds) }

func service(_ bytes: UInt8...) -> Transmission.Content { .service(RequestBytes(bytes) ?? RequestBytes()) }

let engineUnit = RequestAddress.unit(request: CANID(standard: 0x7E0), answer: CANID(standard: 0x7E8))

func ask(
  _ content: Transmission.Content = service(0x01, 0x0C), _ address: RequestAddress = .everybody11, bus: UInt8 = 0,
  as origin: Transmission.Origin = .plan
) -> Transmission {
  Transmission(bus: bus, address: address, content: content, origin: origin)
}

/// One bus that may transmit, and what `change` makes of it.
func policy(_ change: (inout TransmitPolicy.Bus) -> Void = { _ in }) -> TransmitPolicy {
  var bus = TransmitPolicy.Bus()
  bus.mayTransmit = true
  change(&bus)
  return TransmitPolicy([bus])
}

/// A car that drives at 50 km/h with 2000 rpm on a lively bus 0; `change` spoils it.
func driving(at time: Instant, _ change: (inout VehicleSigns) -> Void = { _ in }) -> VehicleSigns {
  var signs = VehicleSigns(time: time)
  signs.engineSpeed = TimedValue(value: 2000, time: time)
  signs.speed = TimedValue(value: 50, time: time)
  signs.buses[0].condition = BusCondition(.errorActive)
  signs.buses[0].lastTraffic = time
  change(&signs)
  return signs
}

extension TransmitGuard {
  /// The verdict as something that can be compared: nil for granted. Not inlined: inlined into a caller that only
  /// compares, Swift 6.3.1's optimiser loses the verdict's ownership and stops with an error.
  @inline(never) mutating func refusal(of transmission: Transmission, at now: Instant) -> Refusal? {
    switch judge(transmission, at: now) {
    case .granted: nil
    case .refused(let refusal): refusal
    }
  }
}
