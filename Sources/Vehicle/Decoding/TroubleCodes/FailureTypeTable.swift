// Texts of the failure types: the third byte of trouble codes as UDS tells them (ISO 15031-6, SAE J2012-DA).

import Vocabulary

enum FailureTypes {
  /// Nil for reserved ones and for 00, which says nothing.
  static func text(_ type: UInt8) -> String? {
    let wanted = hexadecimal(type)
    for line in table.split(separator: "\n") where line.hasPrefix(wanted) { return String(line.dropFirst(3)) }
    return nil
  }

  private static let table = """
    01 electrical fault
    02 signal fault
    03 fault of a frequency or pulse width signal
    04 internal system fault
    05 programming fault
    06 fault found by calculation
    07 mechanical fault
    08 bus signal or message fault
    09 component fault
    11 short circuit to ground
    12 short circuit to battery
    13 open circuit
    14 short circuit to ground or open circuit
    15 short circuit to battery or open circuit
    16 voltage below its limit
    17 voltage above its limit
    18 current below its limit
    19 current above its limit
    1A resistance below its limit
    1B resistance above its limit
    1C voltage out of range
    1D current out of range
    1E resistance out of range
    1F circuit intermittent
    21 signal amplitude too small
    22 signal amplitude too large
    23 signal stuck low
    24 signal stuck high
    25 wrong shape of the signal
    26 signal changes too slowly
    27 signal changes too quickly
    28 offset of the signal out of range
    29 signal invalid
    2A signal stuck within its range
    2B signals cross-coupled
    2F signal erratic
    31 no signal
    32 low time of the signal too short
    33 low time of the signal too long
    34 high time of the signal too short
    35 high time of the signal too long
    36 frequency too low
    37 frequency too high
    38 frequency wrong
    39 too few pulses
    3A too many pulses
    41 checksum fault
    42 memory fault
    43 fault of a special memory
    44 data memory fault
    45 program memory fault
    46 calibration or parameter memory fault
    47 watchdog or safety controller fault
    48 monitoring software fault
    49 internal electronic fault
    4A wrong component installed
    4B too hot
    51 not programmed
    52 not activated
    53 deactivated
    54 calibration missing
    55 not configured
    56 configuration invalid or incompatible
    57 software invalid or incompatible
    61 signal calculation fault
    62 signals disagree
    63 protection time-out of the circuit or component
    64 signal implausible
    65 too few transitions or events
    66 too many transitions or events
    67 signal wrong after an event
    68 event only
    71 actuator stuck
    72 actuator stuck open
    73 actuator stuck closed
    74 actuator slips
    75 emergency position not reached
    76 wrongly mounted
    77 demanded position not reached
    78 misaligned or misadjusted
    79 mechanical linkage fault
    7A fluid leak or seal fault
    7B fluid level too low
    81 invalid serial data received
    82 sequence counter wrong or not updated
    83 protection value of the signal wrong
    84 signal below its allowed range
    85 signal above its allowed range
    86 signal marked invalid
    87 message missing
    88 bus off
    8F bus signal erratic
    91 parameter out of tolerance
    92 performs poorly or works wrongly
    93 does not work
    94 works when it should not
    95 wrongly assembled
    96 internal component fault
    97 operation obstructed or blocked
    98 component or system too hot
    9A unsuitable operating conditions
    """
}
