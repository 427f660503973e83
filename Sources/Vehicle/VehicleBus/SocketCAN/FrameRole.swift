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

  /// Whether a frame is a request, or transport, of SAE J1939 from `address`, the one that the daemon asks from. The
  /// kernel's own replies to whoever writes there do not say that this machine sent them.
  @inline(__always) static func isOwnRequest(_ word: UInt32, from address: UInt8) -> Bool {
    guard word & 0x8000_00FF == 0x8000_0000 | UInt32(address) else { return false }
    let format = word &>> 16 & 0xFF
    return format == 0xEA || format == 0xEB || format == 0xEC || format == 0xC7 || format == 0xC8 || format == 0xE8
  }

  /// F1 is the external test equipment of ISO 15765-4, F9 and FA are SAE J1939's off-board service tools.
  @inline(__always) private static func isTester(_ address: UInt32) -> Bool {
    address == 0xF1 || address == 0xF9 || address == 0xFA
  }
}
