// Acknowledgements on their way to the broker.
import FleetContract
import MQTT
import Vocabulary

/// Acknowledgements that wait for room in the broker connection, in order. Bounded: what is dropped, vehicles ask for
/// again by publishing again.
struct AcknowledgementQueue {
  /// They must not stop the reading: what makes room for them, the broker's word on those before, comes the same way as
  /// the messages do.
  static let capacity = 16_384

  private var waiting: [(topic: String, payload: [UInt8])] = []

  var isEmpty: Bool { waiting.isEmpty }

  /// False when there is no room.
  mutating func add(_ message: AcknowledgementMessage, for vehicle: VehicleID) -> Bool {
    guard waiting.count < AcknowledgementQueue.capacity else { return false }
    waiting.append((Topic(vehicle, .acknowledgement).description, message.encoded))
    return true
  }

  /// Hands over what the connection takes now; how many those are.
  mutating func send(to client: Client) -> Int {
    var sent = 0
    while sent < waiting.count && client.room > 0 {
      do throws(MQTTError) {
        try client.publish(waiting[sent].topic, waiting[sent].payload)
      } catch { break }
      sent += 1
    }
    waiting.removeFirst(sent)
    return sent
  }

  mutating func removeAll() { waiting.removeAll() }
}

extension AcknowledgementMessage {
  /// The words on an outbox's ranges: as many messages as the contract's limit of ranges asks for.
  static func messages(
    receiver: String, epoch: String, ranges: [Lane: [ClosedRange<Int64>]], renews: Bool
  ) -> [AcknowledgementMessage] {
    let empty = AcknowledgementMessage(receiver: receiver, epoch: epoch, ranges: [:], renewsEpoch: renews)
    var messages = [empty]
    var count = 0
    for lane in Lane.allCases {
      for range in ranges[lane] ?? [] {
        if count == AcknowledgementMessage.rangeLimit {
          messages.append(empty)
          count = 0
        }
        messages[messages.count - 1].ranges[lane, default: []].append(range)
        count += 1
      }
    }
    return messages
  }
}
