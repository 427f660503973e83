// Events as they arrive, for tests that need no vehicle.
import FleetContract
import Testing
import Vocabulary

@testable import Receiver

let someEpoch = "0123456789abcdef0123456789abcdef"
let laterEpoch = "fedcba9876543210fedcba9876543210"

/// A record of `van-7`, or with `from` a tombstone for the sequences `from ... sequence`.
func arrival(
  _ sequence: Int64, from first: Int64? = nil, lane: Lane = .events, epoch: String = someEpoch,
  vehicle: String = vehicleName, id: String? = nil, type: String = "trip.ended", data: String = "{}"
) throws -> Batch.Arrival {
  var event = CloudEvent(
    vehicle: try #require(VehicleID(vehicle)), epoch: epoch, lane: lane, sequence: sequence, firstSequence: first,
    type: first == nil ? type : "data.dropped", subject: nil,
    time: Timestamp(boot: BootID(high: 0, low: 1), uptime: .zero, wallNanoseconds: 0, quality: .none),
    data: Array(data.utf8))
  if let id { event.id = id }
  return Batch.Arrival(event: event, received: 1_000_000_000)
}

func batch(_ arrivals: [Batch.Arrival]) -> Batch {
  var batch = Batch()
  batch.arrivals = arrivals
  return batch
}

func stream(_ lane: Lane = .events, epoch: String = someEpoch) throws -> StreamKey {
  StreamKey(outbox: OutboxKey(vehicle: try #require(VehicleID(vehicleName)), epoch: epoch), lane: lane)
}

/// A repeatable source of numbers.
struct Dice {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  /// 0..<`bound`.
  mutating func roll(_ bound: Int64) -> Int64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int64((state >> 33) % UInt64(bound))
  }
}
