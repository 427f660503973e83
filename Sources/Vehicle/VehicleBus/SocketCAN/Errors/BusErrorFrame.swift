// What a CAN controller reports about its bus: error frames as linux/can/error.h lays them out.
public import Vocabulary

/// One error frame. Any identifier and any eight bytes make one: what they say that is not defined is `other`.
public struct BusErrorFrame: Hashable, BitwiseCopyable, Sendable {
  /// The class bits: the identifier without its flags.
  public let classes: UInt32
  /// The eight data bytes, the first lowest.
  public let data: UInt64

  /// - Parameters:
  ///   - id: an identifier whose `isErrorFrame` is true; its other bits are the classes.
  ///   - data: eight bytes, the first lowest, as in `CANPayload`'s first word.
  public init(id: CANID, data: UInt64) {
    classes = id.rawValue & 0x1FFF_FFFF
    self.data = data
  }

  private func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: data &>> (index &* 8)) }

  // Classes.
  private static let transmitTimeout: UInt32 = 0x001
  private static let arbitrationLost: UInt32 = 0x002
  private static let controller: UInt32 = 0x004
  private static let protocolViolation: UInt32 = 0x008
  private static let transceiver: UInt32 = 0x010
  private static let noAcknowledgement: UInt32 = 0x020
  private static let busOff: UInt32 = 0x040
  private static let busError: UInt32 = 0x080
  private static let restarted: UInt32 = 0x100
  private static let counters: UInt32 = 0x200

  private func isClass(_ bit: UInt32) -> Bool { classes & bit != 0 }

  // What the bytes say, 0 where the class that they belong to is not set.
  private var controllerStatus: UInt8 { isClass(BusErrorFrame.controller) ? byte(1) : 0 }
  private var violation: UInt8 { isClass(BusErrorFrame.protocolViolation) ? byte(2) : 0 }

  /// The bit of the stream in which arbitration was lost, 1...255; nil when it was not, or nobody knows where.
  public var arbitrationBit: UInt8? { isClass(BusErrorFrame.arbitrationLost) && byte(0) != 0 ? byte(0) : nil }

  /// The controller's error counters, sending and receiving, 0...255; nil where the frame carries none.
  public var errorCounters: (transmit: UInt8, receive: UInt8)? {
    isClass(BusErrorFrame.counters) ? (byte(6), byte(7)) : nil
  }

  /// The state into which this frame says that the controller came; nil when it says nothing about that.
  public var state: BusState? {
    if isClass(BusErrorFrame.busOff) { return .busOff }
    if isClass(BusErrorFrame.restarted) { return .errorActive }
    let status = controllerStatus
    if status & 0x30 != 0 { return .errorPassive }
    if status & 0x0C != 0 { return .errorWarning }
    return status & 0x40 != 0 ? .errorActive : nil
  }

  public func contains(_ kind: BusErrorKind) -> Bool { kindBits &>> UInt32(kind.rawValue) & 1 != 0 }

  /// Bit `BusErrorKind.rawValue` for each kind; never 0.
  var kindBits: UInt32 {
    var bits: UInt32 = 0
    func set(_ kind: BusErrorKind, if isSo: Bool) { if isSo { bits |= 1 &<< UInt32(kind.rawValue) } }
    set(.transmitTimeout, if: isClass(BusErrorFrame.transmitTimeout))
    set(.arbitrationLost, if: isClass(BusErrorFrame.arbitrationLost))
    let status = controllerStatus
    set(.receiveOverflow, if: status & 0x01 != 0)
    set(.transmitOverflow, if: status & 0x02 != 0)
    set(.warning, if: status & 0x0C != 0)
    set(.passive, if: status & 0x30 != 0)
    set(.active, if: status & 0x40 != 0)
    set(.bit, if: violation & 0x19 != 0)
    set(.form, if: violation & 0x02 != 0)
    set(.stuff, if: violation & 0x04 != 0)
    set(.overload, if: violation & 0x20 != 0)
    set(.otherProtocol, if: isClass(BusErrorFrame.protocolViolation) && violation & 0x3F == 0)
    set(.transceiver, if: isClass(BusErrorFrame.transceiver))
    set(.noAcknowledgement, if: isClass(BusErrorFrame.noAcknowledgement))
    set(.busOff, if: isClass(BusErrorFrame.busOff))
    set(.busError, if: isClass(BusErrorFrame.busError))
    set(.restarted, if: isClass(BusErrorFrame.restarted))
    set(.other, if: bits == 0)
    return bits
  }
}

extension BusErrorFrame {
  /// One clear line for people: `no acknowledgement, stuff error in the data; error counters: sending 128, receiving 0`
  public var text: String {
    var parts: [String] = []
    if contains(.busOff) { parts.append("bus-off: the controller has left the bus") }
    if contains(.restarted) { parts.append("the controller was started again") }
    if contains(.transmitTimeout) { parts.append("the driver gave up on sending a frame") }
    if contains(.arbitrationLost) {
      parts.append("arbitration lost" + (arbitrationBit.map { " in bit \($0)" } ?? ""))
    }
    if contains(.receiveOverflow) { parts.append("the controller's receive buffer overflowed") }
    if contains(.transmitOverflow) { parts.append("the controller's transmit buffer overflowed") }
    let status = controllerStatus
    if contains(.passive) { parts.append("error-passive" + side(receiving: status & 0x10, sending: status & 0x20)) }
    if contains(.warning) { parts.append("error-warning" + side(receiving: status & 0x04, sending: status & 0x08)) }
    if contains(.active) { parts.append("error-active again") }
    if contains(.noAcknowledgement) { parts.append("no acknowledgement") }
    if isClass(BusErrorFrame.protocolViolation) { parts.append(violationText) }
    if contains(.transceiver) { parts.append("transceiver" + transceiverText) }
    if parts.isEmpty { parts.append(contains(.busError) ? "bus error" : "error of an unknown kind") }
    let counters = errorCounters.map { "; error counters: sending \($0.transmit), receiving \($0.receive)" } ?? ""
    return parts.joined(separator: ", ") + counters
  }

  private func side(receiving: UInt8, sending: UInt8) -> String {
    receiving != 0 ? (sending != 0 ? " (receiving and sending)" : " (receiving)") : " (sending)"
  }

  private var violationText: String {
    var kinds: [String] = []
    if violation & 0x08 != 0 { kinds.append("dominant bit") }
    if violation & 0x10 != 0 { kinds.append("recessive bit") }
    if kinds.isEmpty && violation & 0x01 != 0 { kinds.append("bit") }
    if violation & 0x02 != 0 { kinds.append("form") }
    if violation & 0x04 != 0 { kinds.append("stuff") }
    if violation & 0x20 != 0 { kinds.append("overload") }
    let kind = kinds.isEmpty ? "protocol" : kinds.joined(separator: " and ")
    return kind + " error" + placeText + (violation & 0x80 != 0 ? " while sending" : "")
  }

  /// Where in a frame; the codes are those that the SJA1000 gives its segments.
  private var placeText: String {
    switch byte(3) {
    case 0x03: " at the start of frame"
    case 0x02, 0x06, 0x07, 0x0E, 0x0F: " in the identifier"
    case 0x04, 0x05, 0x0C: " in the control bits of the identifier"
    case 0x09, 0x0D: " in the reserved bits"
    case 0x0B: " in the data length"
    case 0x0A: " in the data"
    case 0x08: " in the checksum"
    case 0x18: " at the checksum's delimiter"
    case 0x19: " in the acknowledgement slot"
    case 0x1B: " at the acknowledgement's delimiter"
    case 0x1A: " in the end of frame"
    case 0x12: " in the intermission"
    default: ""
    }
  }

  private var transceiverText: String {
    let high = BusErrorFrame.wireText(byte(4) & 0x0F)
    // The low wire's codes are the high wire's, one digit further; 8 means the other wire.
    let low = byte(4) >> 4 == 8 ? "is shorted to CAN-H" : BusErrorFrame.wireText(byte(4) >> 4)
    let faults = [high.map { "CAN-H " + $0 }, low.map { "CAN-L " + $0 }].compactMap { $0 }
    return faults.isEmpty ? " fault" : ": " + faults.joined(separator: " and ")
  }

  private static func wireText(_ code: UInt8) -> String? {
    switch code {
    case 4: "is broken"
    case 5: "is shorted to the battery"
    case 6: "is shorted to the supply"
    case 7: "is shorted to ground"
    default: nil
    }
  }
}
