// Texts of the generic trouble codes U0xxx and U3xxx: buses, missing control units, their power.

import Vocabulary

extension CodeTable {
  static let network = CodeTable(
    """
    0001 fR670~<>= High-speed CAN
    0010 fR670~<>= Medium-speed CAN
    0019 fR670~<>= Low-speed CAN
    0028*A-E fR670~<>= Vehicle communication bus #
    0073*A-G . Communication bus # of the control modules is off
    0300 . Software of the control modules does not match
    0400 . Invalid data received
    3000 f Control module
    3001 . Control module was not shut down properly
    3002 . Vehicle identification number wrong or missing
    3003 f Battery voltage
    3004 f Accessory power relay
    3005 f Retained accessory power
    3006*A-B f Power input # of the control module
    3008*A-B f Ground # of the control module
    300A f Ignition switch
    300B f Ignition input, positions ACCESSORY, ON and START
    300C f Ignition input, positions OFF, ON and START
    300D f Ignition input, positions ON and START
    300E f Ignition input, position ON
    300F f Ignition input, position ACCESSORY
    3010 f Ignition input, position START

    """)
}

/// Control modules that others miss on the network: the codes for "no communication with it", "its software does not
/// match" and "its data is invalid", a dash where there is none, and what it is.
enum NetworkModules {
  /// The text of a code of U01xx...U05xx, or nil.
  static func text(_ number: UInt16) -> String? {
    let wanted = hexadecimal(UInt8(truncatingIfNeeded: number &>> 8)) + hexadecimal(UInt8(truncatingIfNeeded: number))
    for line in table.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 3)
      guard parts.count == 4 else { continue }
      if parts[0] == wanted { return "No communication with the " + parts[3] }
      if parts[1] == wanted { return "Software does not match that of the " + parts[3] }
      if parts[2] == wanted { return "Invalid data from the " + parts[3] }
    }
    return nil
  }

  private static let table = """
    0100 0301 0401 engine control module A
    0101 0302 0402 transmission control module
    0102 0303 0403 transfer case control module
    0103 0304 0404 gear shift control module A
    0104 0305 0405 cruise control module
    0105 0306 0406 injector control module
    0106 0307 0407 glow plug control module
    0107 0308 0408 throttle control module
    0108 0309 0409 alternative fuel control module
    0109 0310 0410 fuel pump control module
    0110 0311 0411 drive motor control module A
    0111 0312 0412 battery energy control module A
    0112 0313 0413 battery energy control module B
    0113 - 0441 unit with emission-critical data
    0114 0314 0414 four-wheel drive clutch control module
    0115 - 0442 engine control module B
    0116 - 0456 coolant temperature control module
    0117 - 0465 power take-off control module
    0118 - 0467 fuel additive control module
    0119 - 0468 fuel cell control module
    0120 - 0469 starter generator control module
    0121 0315 0415 anti-lock brake control module
    0122 0316 0416 vehicle dynamics control module
    0123 - 0513 yaw rate sensor
    0124 - 0536 lateral acceleration sensor
    0125 - 0432 multi-axis acceleration sensor
    0126 0328 0428 steering angle sensor
    0127 0330 0430 tyre pressure monitor
    0128 0317 0417 parking brake control module
    0129 0318 0418 brake control module
    0130 0319 0419 steering effort control module
    0131 0320 0420 power steering control module
    0132 0321 0421 ride level control module
    0133 - 0434 active roll control module
    0134 - 0435 rear power steering control module
    0135 - 0436 front differential control module
    0136 - 0437 rear differential control module
    0137 - 0438 trailer brake control module
    0138 - 0439 all-terrain control module
    0139 - - suspension control module B
    0140 0322 0422 body control module
    0141 0331 0431 body control module A
    0142 - 0443 body control module B
    0143 - 0444 body control module C
    0144 - 0445 body control module D
    0145 - 0446 body control module E
    0146 - 0447 gateway A
    0147 - 0448 gateway B
    0148 - 0449 gateway C
    0149 - 044A gateway D
    0150 - 0451 gateway E
    0151 - 0452 restraints control module
    0152 - 0453 left side restraints control module
    0153 - 0454 right side restraints control module
    0154 - 0455 occupant classification module
    0155 0323 0423 instrument cluster
    0156 - 0457 information centre A
    0157 - 0458 information centre B
    0158 - 0459 head-up display
    0159 - 045A parking assist control module A
    0160 - 0461 audible alert control module
    0161 - 0462 compass
    0162 - 0463 navigation display
    0163 - 0464 navigation control module
    0164 0324 0424 climate control module
    0165 - 0466 rear climate control module
    0166 0325 0425 auxiliary heater control module
    0167 0326 0426 immobilizer control module
    0168 0327 0427 security control module
    0169 - 046A sunroof control module
    0170 - 0471 restraints sensor A
    0171 - 0472 restraints sensor B
    0172 - 0473 restraints sensor C
    0173 - 0474 restraints sensor D
    0174 - 0475 restraints sensor E
    0175 - 0476 restraints sensor F
    0176 - 0477 restraints sensor G
    0177 - 0478 restraints sensor H
    0178 - 0479 restraints sensor I
    0179 - 047A restraints sensor J
    017A - 047B restraints sensor K
    017B - 047C restraints sensor L
    017C - 047D restraints sensor M
    017D - 047E restraints sensor N
    0180 - 0481 automatic lighting control module
    0181 - 0482 headlamp levelling control module
    0182 - 0483 front lighting control module
    0183 - 0484 rear lighting control module A
    0184 - 0485 radio
    0185 - 0486 antenna control module
    0186 - 0487 audio amplifier
    0187 - 0488 disc player A
    0188 - 0489 disc player B
    0189 - - disc player C
    0190 - 0491 disc player D
    0191 - 0492 television
    0192 - 0493 personal computer
    0193 - 0494 digital audio control module A
    0194 - 0495 digital audio control module B
    0195 - 0496 subscription entertainment receiver
    0196 - 0497 rear entertainment control module A
    0197 - 0498 telephone control module
    0198 - 0499 telematics control module
    0199 - 049A door control module A
    0200 - 0501 door control module B
    0201 - 0502 door control module C
    0202 - 0503 door control module D
    0203 - 0504 door control module E
    0204 - 0505 door control module F
    0205 - 0506 door control module G
    0206 - 0507 folding top control module
    0207 - 0508 movable roof control module
    0208 - 0509 seat control module A
    0209 - 050A seat control module B
    0210 - 0511 seat control module C
    0211 - 0512 seat control module D
    0212 0329 0429 steering column control module
    0213 - 0514 mirror control module A
    0214 - 0515 remote function actuation
    0215 - 0516 door switch A
    0216 - 0517 door switch B
    0217 - 0518 door switch C
    0218 - 0519 door switch D
    0219 - 051A door switch E
    0220 - 0521 door switch F
    0221 - 0522 door switch G
    0222 - 0523 door window motor A
    0223 - 0524 door window motor B
    0224 - 0525 door window motor C
    0225 - 0526 door window motor D
    0226 - 0527 door window motor E
    0227 - 0528 door window motor F
    0228 - 0529 door window motor G
    0229 - 052A heated steering wheel
    0230 - 0531 rear gate control module
    0231 - 0532 rain sensor
    0232 - 0533 left side obstacle detection
    0233 - 0534 right side obstacle detection
    0234 - 0535 convenience recall module
    0235 - 0433 front distance sensor of the cruise control
    0236 - 0537 steering column lock
    0237 - 0538 digital audio control module C
    0238 - 0539 digital audio control module D
    0239 - 053A entrapment control module A
    0240 - 0541 entrapment control module B
    0241 - 0542 headlamp control module A
    0242 - 0543 headlamp control module B
    0243 - 0544 parking assist control module B
    0244 - 0545 running board control module A
    0245 - 0546 front entertainment control module
    0246 - 0547 seat control module E
    0247 - 0548 seat control module F
    0248 - 0549 remote accessory module
    0249 - 054A rear entertainment control module B
    0250 - 0551 impact classification module
    0251 - 0552 running board control module B
    0252 - 0553 rear lighting control module B
    0291 - 0592 gear shift control module B
    0292 - 0593 drive motor control module B
    0293 - 0594 hybrid powertrain control module
    0294 - 0595 powertrain monitoring module
    0295 - 0596 AC/AC converter control module
    0296 - 0597 AC/DC converter control module A
    0297 - 0598 AC/DC converter control module B
    0298 - 0599 DC/DC converter control module A
    0299 - 059A DC/DC converter control module B
    """
}
