// What the enumerated values of service 01 mean (SAE J1979-DA), in our own words.

enum OBDStates {
  /// The states of an enumeration, ascending; empty for an unknown one.
  static func named(_ name: OBDTableReader.Words) -> [OBDState] {
    var states: [OBDState] = []
    var isWanted = false
    for line in OBDTableReader.lines(text) {
      if line.first != UInt8(ascii: " ") {
        if isWanted { break }
        isWanted = line.elementsEqual(name)
      } else if isWanted {
        let words = OBDTableReader.words(line, most: 2)
        guard words.count == 2, let raw = UInt32(Substring(words[0])) else { continue }
        states.append(OBDState(raw: raw, name: String(Substring(words[1]))))
      }
    }
    return states
  }

  /// A name at the margin, then its states, each with its raw value.
  private static let text = """
    offOn
      0 off
      1 on
    noYes
      0 no
      1 yes
    ignition
      0 spark
      1 compression
    fuelSystem
      0 off
      1 open loop, conditions for closed loop not met yet
      2 closed loop
      4 open loop by driving conditions
      8 open loop by a fault
      16 closed loop with a faulty oxygen sensor
      32 open loop of bank 2, conditions for closed loop not met yet
      64 open loop of bank 2 by driving conditions
      128 open loop of bank 2 by a fault
    secondaryAir
      1 upstream of the first catalyst
      2 downstream of the first catalyst's inlet
      4 to the atmosphere, or off
      8 pump on for diagnosis
    obdStandard
      1 OBD II of California
      2 OBD of the EPA
      3 OBD and OBD II
      4 OBD I
      5 not meant for OBD
      6 EOBD
      7 EOBD and OBD II
      8 EOBD and OBD
      9 EOBD, OBD and OBD II
      10 JOBD
      11 JOBD and OBD II
      12 JOBD and EOBD
      13 JOBD, EOBD and OBD II
      17 engine manufacturer diagnostics
      18 engine manufacturer diagnostics, enhanced
      19 heavy-duty OBD, partial
      20 heavy-duty OBD
      21 world-wide harmonised OBD
      23 heavy-duty EOBD stage I without NOx control
      24 heavy-duty EOBD stage I with NOx control
      25 heavy-duty EOBD stage II without NOx control
      26 heavy-duty EOBD stage II with NOx control
      28 OBD of Brazil, phase 1
      29 OBD of Brazil, phase 2
      30 OBD of Korea
      31 OBD of India, phase I
      32 OBD of India, phase II
      33 heavy-duty EOBD stage VI
    fuelType
      0 not available
      1 petrol
      2 methanol
      3 ethanol
      4 diesel
      5 liquefied petroleum gas
      6 compressed natural gas
      7 propane
      8 electric
      9 bi-fuel on petrol
      10 bi-fuel on methanol
      11 bi-fuel on ethanol
      12 bi-fuel on liquefied petroleum gas
      13 bi-fuel on compressed natural gas
      14 bi-fuel on propane
      15 bi-fuel on electricity
      16 bi-fuel on electricity and combustion
      17 hybrid on petrol
      18 hybrid on ethanol
      19 hybrid on diesel
      20 hybrid on electricity
      21 hybrid on electricity and combustion
      22 hybrid, recuperating
      23 bi-fuel on diesel
      24 bi-fuel on natural gas
      25 bi-fuel on diesel, second kind
      26 natural gas
      27 diesel and compressed natural gas
      28 diesel and liquefied natural gas
      29 fuel cell
      30 hydrogen engine
      31 kerosene
      32 heavy fuel oil
    emissionRequirement
      14 heavy-duty Euro IV, B1
      15 heavy-duty Euro V, B2
      16 heavy-duty EEV, C
      17 heavy-duty Euro VI
    automaticGear
      0 park or neutral
      1 forward or reverse
    manualGear
      0 neutral or clutch pressed
      1 in gear
    boostControl
      1 open loop
      2 closed loop
      3 faulty
    regenerationKind
      0 passive
      1 active
    adsorber
      0 adsorbing
      1 regenerating
    lampStrategy
      0 does not discriminate
      1 discriminates
      3 not available
    lampMode
      0 off
      1 on demand
      2 short
      3 continuous
      14 error
      15 not available
    inducement
      0 inactive
      1 enabled
      2 active
      3 not supported
    charge
      0 sustaining
      1 depleting
      2 increasing
    """
}
