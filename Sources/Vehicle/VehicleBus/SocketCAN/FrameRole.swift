// Tells traffic that somebody asked for from traffic that a vehicle makes by itself.

/// What an identifier says about why its frame was sent (ISO 15765-4; addresses of SAE J1939 for testers).
enum FrameRole {
  /// Nobody asked for it.
  case traffic
  /// A tester's request, or its flow control.
  case request
  /// A control unit's answer to a tester.
  case answer
  /// Diagnostic addressing between others.
  case diagnostic

  /// - Parameter word: an identifier with its flags, as in `CANID.rawValue`.
  @inline(__always) init(_ word: UInt32) {
    if word & 0x8000_0000 == 0 {
      let id = word & 0x7FF
      if id & 0x7F0 == 0x7E0 {
        self = id & 8 == 0 ? .request : .answer
      } else {
        self = id == 0x7DF ? .request : .traffic
      }
    } else if word & 0x1FFE_0000 == 0x18DA_0000 {
      let isPhysical = word & 0x1_0000 == 0
      let target = word &>> 8 & 0xFF
      if isPhysical && FrameRole.isTester(target) {
        self = .answer
      } else if FrameRole.isTester(word & 0xFF) || !isPhysical && target == 0x33 {
        self = .request
      } else {
        self = .diagnostic
      }
    } else {
      self = .traffic
    }
  }

  /// What a frame that this machine sent says: on a virtual bus the vehicle itself may be simulated here, so only what
  /// requests look like counts as a tester's. Beside those of ISO 15765-4 these are requests and the transport protocols
  /// of SAE J1939, which the daemon's own sockets send.
  @inline(__always) init(ownFrame word: UInt32) {
    let format = word &>> 16 & 0xFF
    let isJ1939 = word & 0x8000_0000 != 0 && (format == 0xEA || format == 0xEB || format == 0xEC || format == 0xC7 || format == 0xC8)
    self = isJ1939 ? .request : FrameRole(word)
  }

  /// F1 is the external test equipment of ISO 15765-4, F9 and FA are SAE J1939's off-board service tools.
  @inline(__always) private static func isTester(_ address: UInt32) -> Bool {
    address == 0xF1 || address == 0xF9 || address == 0xFA
  }
}
