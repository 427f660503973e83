// Texts of the generic trouble codes P00xx...P06xx: engine, ignition, emissions, speed, control modules.

extension CodeTable {
  /// Air, fuel, ignition and misfire: P00xx...P03xx.
  static let engine = CodeTable(
    """
    0001 OPLH Fuel volume regulator
    0005 OLH Fuel shutoff valve A
    0008*1-2 R Engine position system, bank #
    000A j Intake camshaft (A), bank 1
    000B j Exhaust camshaft (B), bank 1
    000C j Intake camshaft (A), bank 2
    000D j Exhaust camshaft (B), bank 2
    000E m Fuel volume regulator
    000F . Relief valve of the fuel system opened by overpressure
    0010 CAD Intake camshaft (A) position, bank 1
    0013 CAD Exhaust camshaft (B) position, bank 1
    0016*A-B k Crankshaft and camshaft positions, bank 1 sensor #
    0018*A-B k Crankshaft and camshaft positions, bank 2 sensor #
    001A*1-2 OLH Camshaft A profile, bank #
    0020 CAD Intake camshaft (A) position, bank 2
    0023 CAD Exhaust camshaft (B) position, bank 2
    0026 P Intake valve control solenoid, bank 1
    0027 P Exhaust valve control solenoid, bank 1
    0028 P Intake valve control solenoid, bank 2
    0029 P Exhaust valve control solenoid, bank 2
    002A*1-2 OLH Camshaft B profile, bank #
    0030 CLH Oxygen sensor heater, bank 1 sensor 1
    0033 CLH Turbocharger or supercharger bypass valve
    0036 CLH Oxygen sensor heater, bank 1 sensor 2
    0039 P Turbocharger or supercharger bypass valve
    003A*A-B m Boost control # position
    003C*1-2 TS Camshaft A profile, bank #
    0040 . Oxygen sensors before the catalysts swapped between the banks
    0041 . Oxygen sensors behind the catalysts swapped between the banks
    0042 CLH Oxygen sensor heater, bank 1 sensor 3
    0045 OPLH Boost control A
    0049 . Turbocharger or supercharger turbine turns too fast
    004A OPLH Boost control B
    004E*A-B I Boost control #
    0050 CLH Oxygen sensor heater, bank 2 sensor 1
    0053*1-3 . Oxygen sensor heater resistance out of range, bank 1 sensor #
    0056 CLH Oxygen sensor heater, bank 2 sensor 2
    0059*1-3 . Oxygen sensor heater resistance out of range, bank 2 sensor #
    005A*1-2 TS Camshaft B profile, bank #
    005E vw Supply of boost control B
    0062 CLH Oxygen sensor heater, bank 2 sensor 3
    0065 PLH Air assisted injector
    0068 k Manifold pressure or air flow, and throttle position
    0069 k Manifold pressure and barometric pressure
    006A k Manifold pressure and air flow, bank 1
    006B k Manifold pressure and exhaust pressure
    006C k Manifold pressure and turbocharger inlet pressure
    006D k Barometric pressure and turbocharger inlet pressure
    006E vw Supply of boost control A
    0070 crlhi Ambient air temperature sensor
    0075 CLH Intake valve control solenoid, bank 1
    0078 CLH Exhaust valve control solenoid, bank 1
    007A crlhi Charge air cooler temperature sensor, bank 1
    007F k Charge air cooler temperatures of banks 1 and 2
    0081 CLH Intake valve control solenoid, bank 2
    0084 CLH Exhaust valve control solenoid, bank 2
    0087 . Fuel rail pressure too low
    0088 . Fuel rail pressure too high
    0089 P Fuel pressure regulator 1
    008A . Pressure in the low-pressure fuel system too low
    008B . Pressure in the low-pressure fuel system too high
    008C OLH Fuel cooler pump
    008F k Coolant temperature and fuel temperature
    0090 CLH Fuel pressure regulator 1
    0093 . Large leak in the fuel system
    0094 . Small leak in the fuel system
    0095 crlhi Intake air temperature sensor 2, bank 1
    009A k Intake air temperature and ambient temperature
    009B OLHTS Fuel pressure relief valve
    00A0 crlhi Charge air cooler temperature sensor, bank 2
    00A5 crlhi Intake air temperature sensor 2, bank 2
    00AA crlhi Intake air temperature sensor 1, bank 2
    00AF*A-B R Boost control module #
    00B1 crlhi Radiator coolant temperature sensor
    00B6 k Radiator and engine coolant temperatures
    00B7 . Engine coolant flow too low
    00B8 k Manifold pressure and air flow, bank 2
    00B9 . Low-pressure fuel system: pressure too low in the cold
    00BA . Power limited because of low fuel pressure
    00BB . Power limited because of insufficient injector flow
    00BC . Air flow sensor A: air flow too low
    00BD . Air flow sensor A: air flow too high
    00BE . Air flow sensor B: air flow too low
    00BF . Air flow sensor B: air flow too high
    0100 crlhi Air flow sensor A
    0105 crlhi Manifold pressure or barometric pressure sensor
    010A crlhi Air flow sensor B
    010F k Air flow sensors A and B
    0110 crlhi Intake air temperature sensor 1, bank 1
    0115 crlhi Engine coolant temperature sensor 1
    011A k Engine coolant temperature sensors 1 and 2
    011B k Coolant temperature and intake air temperature
    011C*1-2 k Charge air and intake air temperatures, bank #
    0120 crlhi Throttle or pedal position sensor A
    0125 . Coolant too cold for closed-loop fuel control
    0126 . Coolant too cold for stable operation
    0127 . Intake air too hot
    0128 . Coolant stays colder than the thermostat should keep it
    0129 . Barometric pressure too low
    012A crlhi Charger inlet pressure sensor (behind the throttle)
    0130 clhjn Oxygen sensor, bank 1 sensor 1
    0135 c Oxygen sensor heater, bank 1 sensor 1
    0136 clhjn Oxygen sensor, bank 1 sensor 2
    013A ag Oxygen sensor, bank 1 sensor 2
    013C ag Oxygen sensor, bank 2 sensor 2
    013E yY Oxygen sensor, bank 1 sensor 2
    0141 c Oxygen sensor heater, bank 1 sensor 2
    0142 clhjn Oxygen sensor, bank 1 sensor 3
    0147 c Oxygen sensor heater, bank 1 sensor 3
    0148 . Fuel delivery error
    0149 . Fuel timing error
    014A yY Oxygen sensor, bank 2 sensor 2
    014C ag Oxygen sensor, bank 1 sensor 1
    014E ag Oxygen sensor, bank 2 sensor 1
    0150 clhjn Oxygen sensor, bank 2 sensor 1
    0155 c Oxygen sensor heater, bank 2 sensor 1
    0156 clhjn Oxygen sensor, bank 2 sensor 2
    015A yY Oxygen sensor, bank 1 sensor 1
    015C yY Oxygen sensor, bank 2 sensor 1
    0161 c Oxygen sensor heater, bank 2 sensor 2
    0162 clhjn Oxygen sensor, bank 2 sensor 3
    0167 c Oxygen sensor heater, bank 2 sensor 3
    0168 . Fuel too hot
    0169 . Fuel of the wrong composition
    0170 . Fuel trim fault, bank 1
    0171 . Mixture too lean, bank 1
    0172 . Mixture too rich, bank 1
    0173 . Fuel trim fault, bank 2
    0174 . Mixture too lean, bank 2
    0175 . Mixture too rich, bank 2
    0176 crlh Fuel composition sensor
    0180 crlhi Fuel temperature sensor A
    0185 crlhi Fuel temperature sensor B
    018A crlhi Fuel pressure sensor B
    0190 crlhi Fuel rail pressure sensor A
    0195 crlhi Engine oil temperature sensor
    0200 C Injectors
    0201*1-12 C Cylinder # injector
    020A*1-6 . Injection timing of cylinder # wrong
    0213*1-2 C Cold start injector #
    0215 C Engine shutoff solenoid
    0216 C Injection timing control
    0217 . Engine too hot
    0218 . Transmission too hot
    0219 . Engine turns too fast
    021A*7-12 . Injection timing of cylinder # wrong
    0220 crlhi Throttle or pedal position sensor B
    0225 crlhi Throttle or pedal position sensor C
    022A*A-B OLH Charge air cooler bypass #
    0230 C Fuel pump, primary circuit
    0231 vwJ Fuel pump, secondary circuit
    0234 . Turbocharger or supercharger A: boost too high
    0235*A-B crlh Boost pressure sensor #
    023A OLH Coolant pump of the charge air cooler
    023D*A-B k Manifold pressure and boost pressure sensor #
    023F x Fuel pump, secondary circuit
    0243*A-B CPLH Wastegate solenoid #
    024A PK Charge air cooler bypass A
    024C crlh Charge air cooler bypass position sensor A
    0251*A-B CPLHI Fuel metering # of the injection pump
    025A OPLH Fuel pump module
    0261*1-12 LHb Cylinder # injector
    0297 . Vehicle too fast
    0298 . Engine oil too hot
    0299 . Turbocharger or supercharger A: boost too low
    029A*1-12 MNFG Cylinder # injector
    02CA . Turbocharger or supercharger B: boost too high
    02CB . Turbocharger or supercharger B: boost too low
    02CC*1-10 XZ Cylinder # injector
    02E0 OPLHst Diesel intake air flow valve
    02E6 crlhi Diesel intake air flow valve position sensor
    02EB . Diesel intake air flow valve: motor current out of range
    02EC . Diesel intake air flow valve: air flow too high
    02ED . Diesel intake air flow valve: air flow too low
    02EE*1-12 P Cylinder # injector
    02FA . Diesel intake air flow valve: end stop not as expected
    0300 . Misfire in several or changing cylinders
    0301*1-12 . Misfire in cylinder #
    0313 . Misfire with low fuel level
    0314 . Misfire in one cylinder, not told which
    0315 e Tolerances of the crankshaft wheel
    0316 . Misfire within 1000 revolutions after the start
    0317 . Hardware to detect rough roads missing
    0318*A-B c Rough road sensor #
    0320 crni Engine speed input of the ignition
    0324 . Knock control fault
    0325 crlhi Knock sensor 1, bank 1
    032A crlhi Knock sensor 3, bank 1
    0330 crlhi Knock sensor 2, bank 2
    0335 crlhi Crankshaft position sensor A
    033A crlhi Knock sensor 4, bank 2
    0340*1-2 crlhi Camshaft position sensor A, bank #
    0350 C Ignition coils
    0351*A-L C Ignition coil #
    0363 . Misfire: fuel to the cylinder cut off
    0365 crlhi Camshaft position sensor B, bank 1
    0370*A-B cUWin High-resolution timing signal #
    037D clh Glow plug sense
    0380 C Glow plug or heater circuit A
    0381 C Glow plug lamp
    0382 C Glow plug or heater circuit B
    0383 LH Glow plug control module
    0385 crlhi Crankshaft position sensor B
    0390 crlhi Camshaft position sensor B, bank 2

    """)

  /// Emission control, speed and idle, control modules and their outputs: P04xx...P06xx.
  static let engineControl = CodeTable(
    """
    0400 . Exhaust gas recirculation: flow fault
    0401 . Exhaust gas recirculation: flow too low
    0402 . Exhaust gas recirculation: flow too high
    0403 CP Exhaust gas recirculation A
    0405*A-B lh Exhaust gas recirculation sensor #
    0409 c Exhaust gas recirculation sensor A
    040A crlhi Recirculated exhaust gas temperature sensor A
    040F k Recirculated exhaust gas temperature sensors A and B
    0410 . Secondary air system fault
    0411 . Secondary air flow incorrect
    0412*A-B CxB Secondary air switching valve #
    0418*A-B C Secondary air control #
    041A crlhi Recirculated exhaust gas temperature sensor B
    0420 q Catalyst, bank 1
    0421 q Warm-up catalyst, bank 1
    0422 q Main catalyst, bank 1
    0423 q Heated catalyst, bank 1
    0424 . Heated catalyst too cold, bank 1
    0425 crlh Catalyst temperature sensor, bank 1 sensor 1
    0429 C Catalyst heater, bank 1
    042A crlh Catalyst temperature sensor, bank 1 sensor 2
    042E st Exhaust gas recirculation valve A
    0430 q Catalyst, bank 2
    0431 q Warm-up catalyst, bank 2
    0432 q Main catalyst, bank 2
    0433 q Heated catalyst, bank 2
    0434 . Heated catalyst too cold, bank 2
    0435 crlh Catalyst temperature sensor, bank 2 sensor 1
    0439 C Catalyst heater, bank 2
    043A crlh Catalyst temperature sensor, bank 2 sensor 2
    043E . Leak detection of the tank vapour system: flow too low
    043F . Leak detection of the tank vapour system: flow too high
    0440 . Tank vapour system fault
    0441 . Tank vapour system: purge flow incorrect
    0442 . Small leak in the tank vapour system
    0443 CxB Purge valve of the tank vapour system
    0446 CxB Vent control of the tank vapour system
    0449 C Vent valve of the tank vapour system
    044A crlhi Exhaust gas recirculation sensor C
    044F H Secondary air switching valve A
    0450 crlhi Pressure sensor of the tank vapour system
    0455 . Large leak in the tank vapour system
    0456 . Very small leak in the tank vapour system
    0457 . Leak in the tank vapour system: fuel cap loose or missing
    0458 LH Purge valve of the tank vapour system
    045A CPLHst Exhaust gas recirculation valve B
    0460 crlhi Fuel level sensor A
    0465 crlhi Purge flow sensor of the tank vapour system
    046A*1-2 k Catalyst temperature sensors 1 and 2, bank #
    046C*A-B ri Exhaust gas recirculation sensor #
    0470 crlhi Exhaust pressure sensor A
    0475 CPLHI Exhaust pressure control valve A
    047A crlhi Exhaust pressure sensor B
    047F s Exhaust pressure control valve A
    0480*1-3 C Cooling fan #
    0483 r Cooling fan feedback
    0484 . Cooling fan current too high
    0485 . Cooling fan supply or ground fault
    0486 c Exhaust gas recirculation sensor B
    0487 OP Exhaust gas recirculation throttle A
    0489 LH Exhaust gas recirculation A
    048A t Exhaust pressure control valve A
    048B crlhi Exhaust pressure control valve A position sensor
    0491*1-2 . Secondary air flow too low, bank #
    0493 . Cooling fan overspeed
    0494 . Cooling fan slower than expected
    0495 . Cooling fan faster than expected
    0496 . Tank vapour system: purge flow too high
    0497 . Tank vapour system: purge flow too low
    0498 LH Vent valve of the tank vapour system
    049A . Exhaust gas recirculation B: flow fault
    049B . Exhaust gas recirculation B: flow too low
    049C . Exhaust gas recirculation B: flow too high
    049D*A-B m Exhaust gas recirculation valve # position
    049F CPLHIst Exhaust pressure control valve B
    04A6 crlhi Exhaust pressure control valve B position sensor
    0500 crli Vehicle speed sensor A
    0504 k Brake switches A and B
    0505 f Idle speed control
    0506 . Idle speed lower than expected
    0507 . Idle speed higher than expected
    0508 LH Idle air control
    050A . Cold start: idle air control not as expected
    050B . Cold start: ignition timing not as expected
    050C . Cold start: coolant temperature not as expected
    050D . Cold start: rough idle
    050E . Cold start: exhaust gas too cool
    050F . Brake booster: too little vacuum
    0510 c Closed throttle switch
    0511 C Idle air control
    0512 c Starter request
    0513 . Wrong immobilizer key
    0514 r Battery temperature sensor
    0515 clh Battery temperature sensor
    0518 IP Idle air control
    051A crlhi Crankcase pressure sensor
    051F . Crankcase ventilation filter clogged
    0520 crlh Engine oil pressure sensor
    0524 . Engine oil pressure too low
    0525 P Cruise control servo
    0526 crni Fan speed sensor
    052A*1-2 AD Cold start: camshaft A position, bank #
    052E P Crankcase ventilation valve
    0530 crlh Air conditioning refrigerant pressure sensor A
    0534 . Air conditioning has lost refrigerant
    0535 crlhi Air conditioning evaporator temperature sensor
    053A OLH Crankcase ventilation heater
    0540 CLHO Intake air heater A
    0544 clh Exhaust gas temperature sensor, bank 1 sensor 1
    0547 clh Exhaust gas temperature sensor, bank 2 sensor 1
    054A*1-2 AD Cold start: camshaft B position, bank #
    0550 crlhi Power steering pressure sensor
    0555 crlhi Brake booster pressure sensor
    0560 . System voltage fault
    0561 . System voltage unstable
    0562 . System voltage too low
    0563 . System voltage too high
    0564 c Cruise control multi-function input A
    0565 f Cruise control ON signal
    0566 f Cruise control OFF signal
    0567 f Cruise control RESUME signal
    0568 f Cruise control SET signal
    0569 f Cruise control COAST signal
    056A f Cruise control signal for more distance
    056B f Cruise control signal for less distance
    0570 f Cruise control ACCELERATE signal
    0571 clh Brake switch A
    0574 . Cruise control: vehicle too fast
    0575 clh Cruise control input
    0578 Krlh Cruise control multi-function input A
    0582 OLH Cruise control vacuum
    0585 k Cruise control multi-function inputs A and B
    0586 OLH Cruise control vent
    0589 c Cruise control multi-function input B
    0590 Krlh Cruise control multi-function input B
    0594 OLH Cruise control servo
    0597 OLH Thermostat heater
    0600 f Serial link between control modules
    0601 . Control module: wrong checksum of the memory
    0602 . Control module: programming error
    0603 . Control module: keep-alive memory error
    0604 . Control module: RAM error
    0605 . Control module: ROM error
    0606 . Control module: processor fault
    0607 R Control module
    0608*A-B f Vehicle speed output # of the control module
    060A . Control module: monitoring processor not as expected
    060B . Control module: analog-to-digital conversion not as expected
    060C . Control module: main processor not as expected
    060D . Control module: pedal position calculation not as expected
    060E . Control module: throttle position calculation not as expected
    060F . Control module: coolant temperature calculation not as expected
    0610 . Control module: wrong vehicle options
    0611 R Injector control module
    0612 C Relay of the injector control module
    0613 . Transmission control module: processor fault
    0614 . Engine and transmission control modules do not match
    0615 CLH Starter relay
    0618 . Alternative fuel control module: keep-alive memory error
    0619 . Alternative fuel control module: RAM or ROM error
    061A . Control module: torque not as expected
    061B . Control module: torque calculation not as expected
    061C . Control module: engine speed calculation not as expected
    061D . Control module: air mass calculation not as expected
    061E . Control module: brake signal not as expected
    061F . Control module: throttle controller not as expected
    0620 C Generator
    0621 C Generator terminal L (lamp)
    0622 C Generator terminal F (field)
    0623 C Generator lamp
    0624 C Fuel cap lamp
    0625 vw Generator terminal F (field)
    0627 OLH Fuel pump A
    062A P Fuel pump A
    062B . Control module: injector control not as expected
    062C . Control module: vehicle speed calculation not as expected
    062D*1-2 R Injector driver, bank #
    062F . Control module: EEPROM error
    0630 . Engine control module: VIN missing or wrong
    0631 . Transmission control module: VIN missing or wrong
    0632 . Engine control module: odometer not programmed
    0633 . Engine control module: immobilizer key not programmed
    0634 . Control module too hot inside
    0635 CLH Power steering
    0638*1-2 P Throttle actuator, bank #
    063A crlh Generator voltage sense
    063E . Automatic configuration: throttle input missing
    063F . Automatic configuration: coolant temperature input missing
    0640 C Intake air heater
    0641 xvw Sensor reference voltage A
    0644 . Serial link to the driver's display
    0645 CLH Relay of the air conditioning clutch
    0648 C Immobilizer lamp
    0649 C Cruise control lamp
    064A R Fuel pump control module
    064B R Control module of the power take-off
    064C R Glow plug control module
    064D*1-2 R Oxygen sensor processor, bank #
    064F . Control module: unauthorized software or calibration
    0650 C Malfunction lamp
    0651 xvw Sensor reference voltage B
    0654 C Engine speed output
    0655 C Engine temperature lamp
    0656 C Fuel level output
    0657 xvw Actuator supply A
    065A R Charging system
    065B P Generator
    065C . Generator: mechanical fault
    0660*1-2 OLH Intake manifold tuning valve, bank #
    0666 crlh Temperature sensor in the control module
    066A*1-3 LH Cylinder # glow plug
    0670 O Glow plug control module
    0671*1-12 O Cylinder # glow plug
    067A*4-6 LH Cylinder # glow plug
    0683 cr Link from the glow plug control module
    0685 OLH Main relay of the engine control
    0688 xvw Main relay of the engine control, sense circuit
    068A . Main relay of the engine control opens too early
    068B . Main relay of the engine control opens too late
    068C*7-8 LH Cylinder # glow plug
    0691*1-3 LH Cooling fan #
    0697 xvw Sensor reference voltage C
    069A*9-10 LH Cylinder # glow plug
    06A0 CLH Air conditioning compressor
    06A3 xvw Sensor reference voltage D
    06A6*A-D . Sensor reference voltage # out of range
    06AA . Control module too hot inside (sensor B)
    06AF . Torque management stopped the engine
    06B0*A-B xvw Sensor supply #
    06B6*1-2 R Knock sensor processor #
    06B8 . Control module: non-volatile memory error
    06B9*1-12 P Cylinder # glow plug
    06C5*1-12 . Cylinder # glow plug of the wrong kind
    06D1 . Control module: ignition coil control not as expected

    """)
}
