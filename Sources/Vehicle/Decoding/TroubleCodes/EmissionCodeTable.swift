// Texts of the generic trouble codes P20xx...P26xx, P2Axx, P2Bxx and P34xx: aftertreatment, throttle, sensors, valves.

extension CodeTable {
  /// P20xx...P23xx and what lies beyond P2Fxx.
  static let emission = CodeTable(
    """
    2000*1-2 q NOx trap, bank #
    2002*1-2 q Particulate filter, bank #
    2004*1-2 s Intake manifold runner valve, bank #
    2006*1-2 t Intake manifold runner valve, bank #
    2008*1-2 OLH Intake manifold runner valve, bank #
    200A*1-2 R Intake manifold runner, bank #
    200C*1-2 d Particulate filter, bank #
    200E*1-2 d Catalyst, bank #
    2014*1-2 crlhi Intake manifold runner position sensor, bank #
    201A P Reductant injector, bank 2 unit 1
    2024 crlhi Fuel vapour temperature sensor
    2029 . Fuel-fired heater disabled
    202A OLH Reductant tank heater
    202D . Reductant leaks
    202E P Reductant injector, bank 1 unit 1
    202F P Reductant supply
    2030 R Fuel-fired heater
    2031 clh Exhaust gas temperature sensor, bank 1 sensor 2
    2034 clh Exhaust gas temperature sensor, bank 2 sensor 2
    2037 crlhi Reductant injection air pressure sensor A
    203A crlhi Reductant level sensor
    203F . Reductant level too low
    2042 crlhi Reductant temperature sensor
    2047 OLH Reductant injector, bank 1 unit 1
    204A crlhi Reductant pressure sensor
    204F R Reductant system, bank 1
    2050 OLH Reductant injector, bank 2 unit 1
    2053 OLH Reductant injector, bank 1 unit 2
    2056 OLH Reductant injector, bank 2 unit 2
    2059 OLH Reductant injection air pump
    205A crlhi Reductant tank temperature sensor
    205F R Reductant system, bank 2
    2062 OLH Reductant supply
    2065 crlhi Fuel level sensor B
    206E st Intake manifold tuning valve, bank 2
    2070 st Intake manifold tuning valve, bank 1
    2072 . Throttle blocked by ice
    2073 k Manifold pressure or air flow, and throttle at idle
    2074 k Manifold pressure or air flow, and throttle at higher load
    2075 crlhi Intake manifold tuning valve position sensor, bank 1
    207A crlhi Intake manifold tuning valve position sensor, bank 2
    207F . Reductant of poor quality
    2080*1-2 ri Exhaust gas temperature sensor, bank # sensor 1
    2084*1-2 ri Exhaust gas temperature sensor, bank # sensor 2
    2088 LH Intake camshaft (A) actuator, bank 1
    2090 LH Exhaust camshaft (B) actuator, bank 1
    2092 LH Intake camshaft (A) actuator, bank 2
    2094 LH Exhaust camshaft (B) actuator, bank 2
    2096 . Mixture behind the catalyst too lean, bank 1
    2097 . Mixture behind the catalyst too rich, bank 1
    2098 . Mixture behind the catalyst too lean, bank 2
    2099 . Mixture behind the catalyst too rich, bank 2
    209A crlh Reductant injection air pressure sensor B
    209E k Reductant injection air pressure sensors A and B
    20A0 OPLHst Reductant purge valve
    20B9*A-D OPLH Reductant heater #
    20CB*A-B OPLHst Aftertreatment fuel injector #
    20D7 OPLHst Aftertreatment fuel supply
    20DD crlhi Aftertreatment fuel pressure sensor
    20E6 . Reductant injection air pressure too low
    20E7 . Reductant injection air pressure too high
    20E8 . Reductant pressure too low
    20E9 . Reductant pressure too high
    20EC d NOx catalyst (SCR), bank 1
    20ED d NOx pre-catalyst (SCR), bank 1
    20EE q NOx catalyst (SCR), bank 1
    20EF q NOx pre-catalyst (SCR), bank 1
    20F0 d NOx catalyst (SCR), bank 2
    20F1 d NOx pre-catalyst (SCR), bank 2
    20F2 q NOx catalyst (SCR), bank 2
    20F3 q NOx pre-catalyst (SCR), bank 2
    20F4 . Reductant consumption too high
    20F5 . Reductant consumption too low
    20F6 s Reductant injector, bank 1 unit 1
    20F7 s Reductant injector, bank 2 unit 1
    2100 OPLH Throttle actuator A motor
    2104 . Throttle actuator fault: idle speed forced
    2105 . Throttle actuator fault: engine stopped
    2106 . Throttle actuator fault: power limited
    2107 . Throttle control module: processor fault
    2108 R Throttle control module
    2109 V Throttle or pedal position sensor A
    210A OPLH Throttle actuator B motor
    210E k Throttle or pedal position sensors C and F
    2110 . Throttle actuator fault: engine speed limited
    2111 st Throttle
    2113*B-F V Throttle or pedal position sensor #
    2118 . Throttle actuator: motor current out of range
    2119 . Throttle body not as demanded
    2120*D-F crlhi Throttle or pedal position sensor #
    212A crlhi Throttle or pedal position sensor G
    2135 k Throttle or pedal position sensors A and B
    2136 k Throttle or pedal position sensors A and C
    2137 k Throttle or pedal position sensors B and C
    2138 k Throttle or pedal position sensors D and E
    2139 k Throttle or pedal position sensors D and F
    213A OPLH Exhaust gas recirculation throttle B
    2140 k Throttle or pedal position sensors E and F
    2141 LH Exhaust gas recirculation throttle A
    2143 OLH Exhaust gas recirculation vent
    2146*A-D xvw Supply of injector group #
    2158 cr Vehicle speed sensor B
    215A k Vehicle speed and wheel speeds
    215B k Vehicle speed and output shaft speed
    2160 li Vehicle speed sensor B
    2162 k Vehicle speed sensors A and B
    2163*A-F ^ Throttle or pedal position sensor #
    2169 OLH Exhaust pressure regulator vent solenoid
    216A*E-F xvw Supply of injector group #
    2172 . Throttle: air flow suddenly too high
    2173 . Throttle: air flow too high
    2174 . Throttle: air flow suddenly too low
    2175 . Throttle: air flow too low
    2176 e Throttle idle position
    2177 . Mixture too lean above idle, bank 1
    2178 . Mixture too rich above idle, bank 1
    2179 . Mixture too lean above idle, bank 2
    217A*G-H xvw Supply of injector group #
    2180 . Mixture too rich above idle, bank 2
    2181 R Cooling system
    2182 crlhi Engine coolant temperature sensor 2
    2187 . Mixture too lean at idle, bank 1
    2188 . Mixture too rich at idle, bank 1
    2189 . Mixture too lean at idle, bank 2
    2190 . Mixture too rich at idle, bank 2
    2191 . Mixture too lean at higher load, bank 1
    2192 . Mixture too rich at higher load, bank 1
    2193 . Mixture too lean at higher load, bank 2
    2194 . Mixture too rich at higher load, bank 2
    2195*1-2 12 Oxygen sensor, bank # sensor 1
    2199 k Intake air temperature sensors 1 and 2
    219A*1-2 . Mixture differs between cylinders, bank #
    219C*1-4 . Mixture of cylinder # differs from the others
    2200 crlhi NOx sensor, bank 1
    2205 OLH NOx sensor heater, bank 1
    2208 crlhi NOx sensor heater sense, bank 1
    2213 crlhi NOx sensor, bank 2
    2218 OLH NOx sensor heater, bank 2
    2221 crlhi NOx sensor heater sense, bank 2
    2226 crlh Barometric pressure sensor A
    222A crlhi Barometric pressure sensor B
    222F k Barometric pressure sensors A and B
    2230 i Barometric pressure sensor A
    2231*1-3 . Oxygen sensor signal shorted to its heater, bank 1 sensor #
    2234*1-3 . Oxygen sensor signal shorted to its heater, bank 2 sensor #
    2237*1-2 OLH Oxygen sensor pump current (+), bank # sensor 1
    2243*1-2 xrvw Oxygen sensor reference voltage, bank # sensor 1
    2251*1-2 OLH Oxygen sensor pump current (-), bank # sensor 1
    2257*A-B LH Secondary air control #
    2261 . Turbocharger or supercharger bypass valve: mechanical fault
    2262 . Boost pressure does not build up: mechanical fault
    2263 R Boost system
    2264 crlhi Water in fuel sensor
    2269 . Water in the fuel
    226A C Water in fuel lamp
    2270*1-2 12 Oxygen sensor, bank # sensor 2
    2274*1-2 12 Oxygen sensor, bank # sensor 3
    2278 . Oxygen sensors swapped: bank 1 sensor 3 and bank 2 sensor 3
    2279 . Leak in the air intake
    2280 . Air path restricted or leaking between filter and air flow sensor
    2281 . Air leak between air flow sensor and throttle
    2282 . Air leak between throttle and intake valves
    2283 crlhi Injector control pressure sensor
    2288 . Injector control pressure too high
    2289 . Injector control pressure too high with the engine off
    228C . Fuel pressure regulator 1 at its limit: pressure too low
    228F . Fuel pressure regulator 1: learning at its upper limit
    2290 . Injector control pressure too low
    2291 . Injector control pressure too low while cranking
    2292 . Injector control pressure erratic
    2293 P Fuel pressure regulator 2
    2294 CLH Fuel pressure regulator 2
    2297*1-2 . Oxygen sensor out of range when coasting, bank # sensor 1
    2299 . Brake pedal and accelerator pedal pressed together
    229A . Fuel pressure regulator 2 at its limit: pressure too low
    229C . Fuel pressure regulator 2: learning at its lower limit
    2300*A-L 345 Ignition coil #
    2336*1-12 . Cylinder # knocks too much
    2A00*1-3 r Oxygen sensor, bank 1 sensor #
    2A03*1-3 r Oxygen sensor, bank 2 sensor #
    2A06*1-3 . Oxygen sensor voltage negative, bank 1 sensor #
    2A09 . Oxygen sensor voltage negative, bank 2 sensor 1
    2A10 . Oxygen sensor voltage negative, bank 2 sensor 2
    2A11 . Oxygen sensor voltage negative, bank 2 sensor 3
    2BA7 . NOx emissions too high: reductant tank empty
    2BA8 . NOx emissions too high: reductant dosing interrupted
    2BA9 . NOx emissions too high: reductant of poor quality
    2BAA . NOx emissions too high: reductant consumption too low
    2BAB . NOx emissions too high: exhaust gas recirculation flow wrong
    2BAC . NOx emissions too high: exhaust gas recirculation switched off
    2BAD . NOx emissions too high: cause unknown
    2BAE . NOx emissions too high: monitoring system fault
    3400 f Cylinder deactivation, bank 1
    3401*1-12 OPLH(){} Cylinder # deactivation
    3497 f Cylinder deactivation, bank 2

    """)

  /// P24xx...P26xx.
  static let auxiliary = CodeTable(
    """
    2400 OLH Leak detection pump of the tank vapour system
    2403 xrvwJ Leak detection pump sense of the tank vapour system
    2408 cr Fuel cap sensor
    240A OLH Heater of the tank leak detection pump
    2410 lhi Fuel cap sensor
    2413 R Exhaust gas recirculation system
    2414*1-2 . Oxygen sensor: exhaust sample error, bank # sensor 1
    2416 . Oxygen sensors swapped: bank 1 sensors 2 and 3
    2417 . Oxygen sensors swapped: bank 2 sensors 2 and 3
    2418 OLH Switching valve of the tank vapour system
    2421 st Vent valve of the tank vapour system
    2423*1-2 q Hydrocarbon catalyst, bank #
    2425 OLH Cooling valve of the exhaust gas recirculation
    2428*1-2 . Exhaust gas too hot, bank #
    242A crlhi Exhaust gas temperature sensor, bank 1 sensor 3
    242F . Particulate filter clogged by ash
    2430*1-2 crlhi Secondary air flow or pressure sensor, bank #
    2440*1-2 st Secondary air switching valve, bank #
    2444 S Secondary air pump, bank 1
    2445 . Secondary air pump, bank 1: stuck off
    2446 S Secondary air pump, bank 2
    2447 . Secondary air pump, bank 2: stuck off
    2448*1-2 . Secondary air flow too high, bank #
    244A . Pressure across the particulate filter too low, bank 1
    2450 . Switching valve of the tank vapour system: weak or stuck open
    2451 t Switching valve of the tank vapour system
    2452 crlhi Particulate filter pressure sensor A
    2457 R Exhaust gas recirculation cooler
    2458 . Particulate filter regeneration takes too long
    2459 . Particulate filter regenerates too often
    245A OPLH Bypass of the exhaust gas recirculation cooler
    245E cr Particulate filter pressure sensor B
    2460 lhi Particulate filter pressure sensor B
    2463 . Particulate filter clogged by soot
    2478 . Exhaust gas temperature out of range, bank 1 sensor 1
    2479 . Exhaust gas temperature out of range, bank 1 sensor 2
    247A*3-4 . Exhaust gas temperature out of range, bank 1 sensor #
    247C*1-4 . Exhaust gas temperature out of range, bank 2 sensor #
    2500 LH Generator terminal L (lamp)
    2502 . Charging voltage fault
    2503 . Charging voltage too low
    2504 . Charging voltage too high
    2505 crlhi Power input of the engine control module
    250A crlhi Engine oil level sensor
    250F . Engine oil level too low
    2510 ri Main relay of the engine control, sense circuit
    2512 OLH Crash recorder request
    2515 crlh Air conditioning refrigerant pressure sensor B
    2519 clh Air conditioning request A
    251A xlh Power take-off enable switch
    251D xlh Power take-off engine shutdown
    2522 clh Air conditioning request B
    2525 crlhi Vacuum reservoir pressure sensor
    252A crlhi Engine oil quality sensor
    252F . Engine oil level too high
    2530 clh Ignition switch, position RUN
    2533 clh Ignition switch, position RUN or START
    2536 clh Ignition switch, position ACCESSORY
    2539 crlhi Low-pressure fuel sensor
    253A xrlhi Power take-off sense
    253F . Engine oil worn out
    2544*A-B crlh Torque request #
    254A xrlhi Speed selector 1 of the power take-off
    254F c Bonnet switch
    2552 crlh Throttle or fuel inhibit
    2556 crlh Engine coolant level sensor
    255A xrlhi Speed selector 2 of the power take-off
    2560 . Engine coolant level too low
    2561 . Malfunction lamp requested by the air conditioning
    2562 crlhi Boost control position sensor A
    2567 crlhi Temperature sensor of the ozone catalyst
    256A xrlhi Idle speed selector
    2572 crlhi Deterioration sensor of the ozone catalyst
    2577 q Ozone catalyst
    2578 crlhi Turbocharger speed sensor
    257A OLH Vacuum reservoir
    257D rlh Bonnet switch
    2583 f Front distance sensor of the cruise control
    2584 . Malfunction lamp requested by the fuel additive control
    2585 . Warning lamp requested by the fuel additive control
    2586 crlhi Boost control position sensor B
    2600 OPLH Coolant pump A
    2604 P Intake air heater A
    2605 OPLH Intake air heater B
    2609 R Intake air heater system
    260A OLH Power take-off
    260D C Power take-off lamp
    260F . Tank vapour system: monitoring processor not as expected
    2610 . Engine off timer of the control module not as expected
    2611 OLH Refrigerant distribution valve
    2614 OLH Camshaft position output
    2617 OLH Crankshaft position output
    261A OPLH Coolant pump B
    2620 OLH Throttle position output
    2623 OLH Injector control pressure regulator
    2626*1-2 OLH Oxygen sensor pump current trim, bank # sensor 1
    2632 OLH Fuel pump B
    2635*A-B . Fuel pump # delivers too little
    2637*A-B crlh Torque feedback #
    2645 OTSLH Rocker arm actuator A, bank 1
    264A crlhi Rocker arm actuator A position sensor, bank 1
    2650 OTSLH Rocker arm actuator B, bank 1
    2655 OTSLH Rocker arm actuator A, bank 2
    265A crlhi Rocker arm actuator B position sensor, bank 1
    2660 OTSLH Rocker arm actuator B, bank 2
    2665 OLH Fuel shutoff valve B
    2668 C Fuel mode lamp
    2669 xvw Actuator supply B
    266A crlhi Rocker arm actuator A position sensor, bank 2
    2672 . Injection pump timing offset wrong
    2673 e Timing of the injection pump
    2674 e Fuel calibration of the injection pump
    2675 OLH Air cleaner inlet
    2678 OLH Coolant degassing valve
    267A crlhi Rocker arm actuator B position sensor, bank 2
    2681 OLH Engine coolant bypass valve
    2684 xvw Actuator supply C
    2687 OLH Fuel supply heater

    """)
}
