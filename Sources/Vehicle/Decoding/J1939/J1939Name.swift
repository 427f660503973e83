// The 64-bit NAME with which a control unit claims its address.

/// The NAME of SAE J1939-81 (ISO 11783-5): what a control unit is and who made it, whatever its address is.
public struct J1939Name: Hashable, BitwiseCopyable, Sendable {
  /// As `DiagnosticFact.Content.addressClaimed` has it: the first byte of the message lowest. The lower number wins
  /// when two units want one address.
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The maker's number for this one unit, 0...2097151.
  public var identityNumber: UInt32 { UInt32(bits(from: 0, 21)) }
  /// Who made it, 0...2047, by SAE's list of makers.
  public var manufacturerCode: UInt16 { UInt16(bits(from: 21, 11)) }
  /// Which of several units that share one function, 0...7.
  public var unitInstance: UInt8 { UInt8(bits(from: 32, 3)) }
  /// Which of several such functions in the system, 0...31.
  public var functionInstance: UInt8 { UInt8(bits(from: 35, 5)) }
  /// What it does. Below 128 the same in each industry, above by `industryGroup` and `vehicleSystem`; 255 not said.
  public var function: UInt8 { UInt8(bits(from: 40, 8)) }
  /// The kind of machine or part it belongs to, 0...127, by `industryGroup`; 0 not specific, 127 not said.
  public var vehicleSystem: UInt8 { UInt8(bits(from: 49, 7)) }
  /// Which of several such systems, 0...15.
  public var vehicleSystemInstance: UInt8 { UInt8(bits(from: 56, 4)) }
  /// 0 all, 1 on-highway, 2 agriculture and forestry, 3 construction, 4 marine, 5 industrial and stationary.
  public var industryGroup: UInt8 { UInt8(bits(from: 60, 3)) }
  /// Whether it takes another address when somebody with a lower NAME wants its own.
  public var isArbitraryAddressCapable: Bool { bits(from: 63, 1) == 1 }

  private func bits(from first: UInt64, _ count: UInt64) -> UInt64 {
    rawValue &>> first & (1 &<< count &- 1)
  }
}
