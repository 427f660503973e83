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
    var listed: Set<String> = []
    for stream in vehicle.streams where listed.insert(stream.epoch).inserted { json.value(stream.epoch) }
    json.endArray()
    json.key("received")
    json.beginObject()
    for lane in Lane.allCases { json.member(lane.name, vehicle.total(lane, \.received)) }
    json.endObject()
    json.member("duplicates", vehicle.total(nil, \.duplicates))
    json.member("conflicts", vehicle.total(nil, \.conflicts))
    json.member("missing", vehicle.total(nil, \.missing))
    json.member("lost", vehicle.total(nil, \.lost))
    json.endObject()
  }

  /// The ledgers of a vehicle's streams, each with where its epoch came from.
  func writeGaps(of vehicle: FleetVehicle, to json: inout JSONText) {
    json.beginArray()
    for stream in vehicle.streams {
      let origin = vehicle.epochs.last { $0.epoch == stream.epoch }
      json.beginObject()
      json.member("epoch", stream.epoch)
      json.member("reason", origin?.reason)
      json.member("predecessor", origin?.predecessor)
      json.member("closed", stream.isClosed)
      json.member("lane", stream.lane.name)
      json.member("first", stream.first)
      json.member("last", stream.last)
      json.member("contiguous", stream.contiguous)
      json.member("received", stream.received)
      json.member("duplicates", stream.duplicates)
      json.member("conflicts", stream.conflicts)
      json.member("missing", stream.missing)
      json.key("ranges")
      json.beginArray()
      for run in stream.missingRuns { write(run, to: &json) }
      json.endArray()
      json.member("lost", stream.lost)
      json.key("losses")
      json.beginArray()
      for loss in stream.losses {
        json.beginObject()
        json.key("range")
        write(loss.range, to: &json)
        json.member("reason", loss.reason)
        json.member("time", loss.time)
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
  }

  private func write(_ range: ClosedRange<Int64>, to json: inout JSONText) {
    json.beginArray()
    json.value(range.lowerBound)
    json.value(range.upperBound)
    json.endArray()
  }

  func write(_ record: FleetRecord, to json: inout JSONText) {
    json.beginObject()
    json.member("number", record.number)
    json.member("id", record.eventID)
    json.member("type", record.type)
    json.member("subject", record.subject)
    json.member("time", record.time)
    json.member("clockQuality", record.clockQuality.name)
    json.member("epoch", record.epoch)
    json.member("lane", record.lane.name)
    json.member("sequence", record.sequence)
    json.member("received", rfc3339UTC(wallNanoseconds: record.received))
    json.key("data")
    switch record.data {
    case .json(let text): json.raw(text)
    case .frame(let frame):
      // Stored as it came: what nobody can open is shown as such.
      if let columns = try? columnsJSON(decompressTelemetry(frame)) { json.raw(columns) } else { json.null() }
    }
    json.endObject()
  }
}
