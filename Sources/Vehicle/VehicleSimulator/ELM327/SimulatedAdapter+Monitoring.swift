// Listening to the bus: every frame as a line, as long as the serial side keeps up.
import Vocabulary

extension SimulatedAdapter {
  /// Shows what the bus carries until a character comes.
  /// - Parameter filtered: only what the filters of ST commands let pass.
  mutating func monitor(filtered: Bool, at time: Int64) {
    var time = time
    // Without a protocol it looks for one, which is not silent.
    if connection.isAutomatic && !connection.isOpen {
      guard find(at: &time) else { return answer("UNABLE TO CONNECT", at: time) }
    }
    guard let obdProtocol = connection.obdProtocol else { return refuse(at: time) }
    vehicle.advance(to: Instant(nanoseconds: time))
    let isDisturbed = obdProtocol.isCAN && !setup.isSilentMonitor && obdProtocol.bitRate != vehicle.obdProtocol.bitRate
    if isDisturbed && vehicle.isIgnitionOn {
      counters.transmissions += 1
      return answer("CAN ERROR", at: time + seconds(0.1))
    }
    let next = obdProtocol.isCAN ? vehicle.traffic(after: Instant(nanoseconds: time)) : nil
    activity = .monitoring(next: next, filtered: filtered)
  }

  mutating func showTraffic(_ number: Int64, filtered: Bool, at time: Int64) {
    activity = .monitoring(next: number + 1, filtered: filtered)
    guard let obdProtocol = connection.obdProtocol, let frame = vehicle.trafficFrame(number) else { return }
    var text: [UInt8] = []
    if obdProtocol.bitRate != vehicle.obdProtocol.bitRate {
      // Of a bus at another rate it sees now and then what looks like the begin of a frame.
      guard number % 10 == 0 else { return }
      setup.append((0..<3).map { _ in UInt8(truncatingIfNeeded: random.next()) }[...], to: &text)
      text += Array("<RX ERROR".utf8)
    } else {
      guard setup.monitors(frame.id, as: obdProtocol, filtered: filtered) else { return }
      let message = HeardMessage(time: frame.time, id: frame.id, bytes: (0..<Int(frame.length)).map { frame[$0] })
      for part in setup.lines(of: message) { text += text.isEmpty ? part : newLine + part }
    }
    let backlog = max(0, line.freeAt - time) / SerialLine.nanosecondsPerByte(baudRate)
    guard backlog + Int64(text.count) <= Int64(personality.bufferSize) else {
      counters.overflows += 1
      return answer("BUFFER FULL", at: time)
    }
    counters.monitored += 1
    line.send(text + newLine, ready: time, baudRate: baudRate)
  }
}
