// The fleet API's JSON: one function for each shape.
import Documents
import FleetContract
import Vocabulary

extension FleetAPI {
  func write(_ vehicle: FleetVehicle, at now: Int64, to json: inout JSONText) {
    let (state, since) = vehicle.liveness(at: now)
    json.beginObject()
    json.member("id", vehicle.name)
    json.member("state", state.rawValue)
    json.member("since", since.map { rfc3339UTC(wallNanoseconds: $0) })
    json.key("online")
    if let isOnline = vehicle.isOnline { json.value(isOnline) } else { json.null() }
    json.member("firstSeen", rfc3339UTC(wallNanoseconds: vehicle.firstSeen))
    json.member("lastSeen", vehicle.lastSeen.map { rfc3339UTC(wallNanoseconds: $0) })
    json.key("epochs")
    json.beginArray()
    for epoch in vehicle.epochs { json.value(epoch) }
    json.endArray()
    json.key("received")
    json.beginObject()
    for lane in Lane.allCases { json.member(lane.name, vehicle.lanes[Int(lane.rawValue)].received) }
    json.endObject()
    json.member("duplicates", vehicle.total(\.duplicates))
    json.member("conflicts", vehicle.total(\.conflicts))
    json.member("malformed", vehicle.total(\.malformed))
    json.member("missing", vehicle.total(\.missing))
    json.member("lost", vehicle.total(\.lost))
    json.endObject()
  }

  /// The ledger of a stream, with where its epoch came from.
  func write(_ stream: StreamLedger, to json: inout JSONText) {
    json.beginObject()
    json.member("epoch", stream.epoch)
    json.member("reason", stream.origin?.reason)
    json.member("predecessor", stream.origin?.predecessor)
    json.member("closed", stream.isClosed)
    json.member("lane", stream.lane.name)
    json.member("first", stream.first)
    json.member("last", stream.last)
    json.member("contiguous", stream.contiguous)
    json.member("received", stream.received)
    json.member("duplicates", stream.duplicates)
    json.member("conflicts", stream.conflicts)
    json.member("malformed", stream.malformed)
    json.member("lost", stream.lost)
    json.member("missing", stream.missing)
    json.member("gaps", stream.gaps)
    json.key("ranges")
    json.beginArray()
    for run in stream.missingRuns { write(run, to: &json) }
    json.endArray()
    json.endObject()
  }

  func write(_ loss: FleetLoss, to json: inout JSONText) {
    json.beginObject()
    json.member("epoch", loss.epoch)
    json.member("lane", loss.lane.name)
    json.key("range")
    write(loss.range, to: &json)
    json.member("reason", loss.reason)
    json.member("time", loss.time)
    json.member("received", rfc3339UTC(wallNanoseconds: loss.received))
    json.endObject()
  }

  /// The members of an event but for its data.
  private func write(_ event: ReceivedEvent, to json: inout JSONText) {
    json.member("number", event.number)
    json.member("id", event.id)
    json.member("type", event.type)
    json.member("subject", event.subject)
    json.member("time", event.time)
    json.member("epoch", event.epoch)
    json.member("lane", event.lane.name)
    json.member("sequence", event.sequence)
    json.member("received", rfc3339UTC(wallNanoseconds: event.received))
  }

  func write(_ conflict: FleetConflict, to json: inout JSONText) {
    json.beginObject()
    write(conflict.event, to: &json)
    json.key("holder")
    if let holder = conflict.holder { json.value(holder) } else { json.null() }
    // A frame is as large as it is, and opened it may have megabytes.
    if case .json(let text) = conflict.event.data {
      json.key("data")
      json.raw(text)
    } else {
      json.key("bytes")
      json.value(Int64(conflict.event.data.size))
    }
    json.endObject()
  }

  private func write(_ range: ClosedRange<Int64>, to json: inout JSONText) {
    json.beginArray()
    json.value(range.lowerBound)
    json.value(range.upperBound)
    json.endArray()
  }

  func write(_ record: FleetRecord, to json: inout JSONText) {
    json.beginObject()
    write(record.event, to: &json)
    json.member("clockQuality", record.clockQuality.name)
    var malformation = record.malformation
    json.key("data")
    switch record.event.data {
    case .json(let text): json.raw(text)
    case .frame where malformation != nil: json.null()
    case .frame(let frame):
      // Nobody may have looked when it came.
      do {
        json.raw(try columnsJSON(decompressTelemetry(frame)))
      } catch {
        json.null()
        malformation = String(describing: error)
      }
    }
    if let malformation { json.member("malformed", malformation) }
    json.endObject()
  }
}
