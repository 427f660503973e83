// The parameters from 80 on of service 01: `OBDTableReader` says how to read them.
//
// Left out, since no two sources agree on their layout: 95...97, AB...B1, B3...BF, C1...D1 and from D4 on.

extension OBDParameterTable {
  static let from80 = """
    80 4 Parameters supported, 81 to A0
      supported A:D 1 -
    81 41 Running times of auxiliary emission control, 1 to 5
      device1Timer1 B:E?0 1 s Device 1, timer 1
      device1Timer2 F:I?0 1 s Device 1, timer 2
      device2Timer1 J:M?1 1 s Device 2, timer 1
      device2Timer2 N:Q?1 1 s Device 2, timer 2
      device3Timer1 R:U?2 1 s Device 3, timer 1
      device3Timer2 V:Y?2 1 s Device 3, timer 2
      device4Timer1 Z:AC?3 1 s Device 4, timer 1
      device4Timer2 AD:AG?3 1 s Device 4, timer 2
      device5Timer1 AH:AK?4 1 s Device 5, timer 1
      device5Timer2 AL:AO?4 1 s Device 5, timer 2
    82 41 Running times of auxiliary emission control, 6 to 10
      device6Timer1 B:E?0 1 s Device 6, timer 1
      device6Timer2 F:I?0 1 s Device 6, timer 2
      device7Timer1 J:M?1 1 s Device 7, timer 1
      device7Timer2 N:Q?1 1 s Device 7, timer 2
      device8Timer1 R:U?2 1 s Device 8, timer 1
      device8Timer2 V:Y?2 1 s Device 8, timer 2
      device9Timer1 Z:AC?3 1 s Device 9, timer 1
      device9Timer2 AD:AG?3 1 s Device 9, timer 2
      device10Timer1 AH:AK?4 1 s Device 10, timer 1
      device10Timer2 AL:AO?4 1 s Device 10, timer 2
    83 9 Nitrogen oxides
      bank1Sensor1 B:C?0!4 1 ppm Nitrogen oxides, bank 1 sensor 1
      bank1Sensor2 D:E?1!5 1 ppm Nitrogen oxides, bank 1 sensor 2
      bank2Sensor1 F:G?2!6 1 ppm Nitrogen oxides, bank 2 sensor 1
      bank2Sensor2 H:I?3!7 1 ppm Nitrogen oxides, bank 2 sensor 2
    84 1 Manifold surface temperature
      temperature A 1-40 celsius
    85 10 Reagent against nitrogen oxides
      consumption B:C?0 0.005 l/h Average reagent consumption
      demand D:E?1 0.005 l/h Average reagent demand
      level F?2 100/255 percent Reagent level
      warningTime G:J?3 1 s Running time with the warning on
    86 5 Particulate sensors
      bank1 B:C?0 1/80 mg/m^3 Particulates, bank 1 sensor 1
      bank2 D:E?1 1/80 mg/m^3 Particulates, bank 2 sensor 1
    87 5 Intake manifold pressures, absolute
      sensorA B:C?0 1/32 kPa Intake manifold pressure A, absolute
      sensorB D:E?1 1/32 kPa Intake manifold pressure B, absolute
    88 13 Inducement of the selective catalytic reduction
      active A.7 =noYes Inducement active
      reagentLow A.0 =noYes Reagent level too low
      reagentWrong A.1 =noYes Wrong reagent
      consumptionOff A.2 =noYes Reagent consumption off the demand
      emissionsHigh A.3 =noYes Nitrogen oxides too high
      causes1 B.0-3 1 - Causes in the present 10,000 km, one bit each
      causes2 B.4-7 1 - Causes in the 10,000 km before, one bit each
      causes3 C.0-3 1 - Causes in the third 10,000 km back, one bit each
      causes4 C.4-7 1 - Causes in the fourth 10,000 km back, one bit each
      distance1 D:E 1 km Distance with inducement in the present 10,000 km
      distance F:G 1 km Distance in the present 10,000 km
      distance2 H:I 1 km Distance with inducement in the 10,000 km before
      distance3 J:K 1 km Distance with inducement in the third 10,000 km back
      distance4 L:M 1 km Distance with inducement in the fourth 10,000 km back
    89 41 Running times of auxiliary emission control, 11 to 15
      device11Timer1 B:E?0 1 s Device 11, timer 1
      device11Timer2 F:I?0 1 s Device 11, timer 2
      device12Timer1 J:M?1 1 s Device 12, timer 1
      device12Timer2 N:Q?1 1 s Device 12, timer 2
      device13Timer1 R:U?2 1 s Device 13, timer 1
      device13Timer2 V:Y?2 1 s Device 13, timer 2
      device14Timer1 Z:AC?3 1 s Device 14, timer 1
      device14Timer2 AD:AG?3 1 s Device 14, timer 2
      device15Timer1 AH:AK?4 1 s Device 15, timer 1
      device15Timer2 AL:AO?4 1 s Device 15, timer 2
    8A 41 Running times of auxiliary emission control, 16 to 20
      device16Timer1 B:E?0 1 s Device 16, timer 1
      device16Timer2 F:I?0 1 s Device 16, timer 2
      device17Timer1 J:M?1 1 s Device 17, timer 1
      device17Timer2 N:Q?1 1 s Device 17, timer 2
      device18Timer1 R:U?2 1 s Device 18, timer 1
      device18Timer2 V:Y?2 1 s Device 18, timer 2
      device19Timer1 Z:AC?3 1 s Device 19, timer 1
      device19Timer2 AD:AG?3 1 s Device 19, timer 2
      device20Timer1 AH:AK?4 1 s Device 20, timer 1
      device20Timer2 AL:AO?4 1 s Device 20, timer 2
    8B 7 Diesel aftertreatment
      regeneration B.0?0 =offOn Particulate filter regeneration
      regenerationKind B.1?1 =regenerationKind Kind of the regeneration
      adsorber B.2?2 =adsorber Nitrogen oxide adsorber
      desulphurisation B.3?3 =offOn Desulphurisation of the adsorber
      trigger C?4 100/255 percent How near the next regeneration is
      averageTime D:E?5 1 min Average time between regenerations
      averageDistance F:G?6 1 km Average distance between regenerations
    8C 17 Oxygen sensors 1 and 2, wide range
      oxygen11 B:C?0 0.001526 percent Oxygen, bank 1 sensor 1
      oxygen12 D:E?1 0.001526 percent Oxygen, bank 1 sensor 2
      oxygen21 F:G?2 0.001526 percent Oxygen, bank 2 sensor 1
      oxygen22 H:I?3 0.001526 percent Oxygen, bank 2 sensor 2
      ratio11 J:K?4 8/65536 ratio Air-fuel equivalence ratio, bank 1 sensor 1
      ratio12 L:M?5 8/65536 ratio Air-fuel equivalence ratio, bank 1 sensor 2
      ratio21 N:O?6 8/65536 ratio Air-fuel equivalence ratio, bank 2 sensor 1
      ratio22 P:Q?7 8/65536 ratio Air-fuel equivalence ratio, bank 2 sensor 2
    8D 1 Throttle position, absolute, sensor G
      position A 100/255 percent
    8E 1 Friction torque of the engine
      torque A 1-125 percent
    8F 7 Particulate sensors of banks 1 and 2
      active1 B.0?0 =noYes Sensor of bank 1 is measuring
      regenerating1 B.1?0 =noYes Sensor of bank 1 is regenerating
      output1 -C:D?1 0.01 percent Normalised output of the sensor of bank 1
      active2 E.0?2 =noYes Sensor of bank 2 is measuring
      regenerating2 E.1?2 =noYes Sensor of bank 2 is regenerating
      output2 -F:G?3 0.01 percent Normalised output of the sensor of bank 2
    90 3 World-wide harmonised OBD of the vehicle
      strategy A.0-1 =lampStrategy Display strategy of the malfunction lamp
      lamp A.2-5 =lampMode Malfunction lamp of the vehicle
      incomplete A.6 =noYes Monitors not complete
      lampTime B:C 1 h Operating hours with the lamp on continuously
    91 5 World-wide harmonised OBD of the control unit
      lamp A.0-3 =lampMode Malfunction lamp of the control unit
      lampTime B:C 1 h Operating hours with the lamp on continuously
      b1Time D:E 1 h Operating hours with a fault of class B1, the highest
    92 2 Fuel system control of diesel engines
      pressure1 B.0?0 =noYes Fuel pressure 1 in closed loop
      quantity1 B.1?1 =noYes Injection quantity 1 in closed loop
      timing1 B.2?2 =noYes Injection timing 1 in closed loop
      idleBalance1 B.3?3 =noYes Idle balance 1 in closed loop
      pressure2 B.4?4 =noYes Fuel pressure 2 in closed loop
      quantity2 B.5?5 =noYes Injection quantity 2 in closed loop
      timing2 B.6?6 =noYes Injection timing 2 in closed loop
      idleBalance2 B.7?7 =noYes Idle balance 2 in closed loop
    93 3 World-wide harmonised OBD, counters of the vehicle
      lampTime B:C?0 1 h Operating hours with the lamp on continuously, ever
    94 12 Warning and inducement for nitrogen oxides
      warning B.0?0 =offOn Warning
      level1 B.1-2?0 =inducement Inducement of level 1
      level2 B.3-4?0 =inducement Inducement of level 2
      level3 B.5-6?0 =inducement Inducement of level 3
      qualityTime C:D?1 1 h Hours with a reagent of wrong quality
      consumptionTime E:F?2 1 h Hours with a wrong reagent consumption
      dosingTime G:H?3 1 h Hours without dosing
      recirculationTime I:J?4 1 h Hours with a faulty exhaust gas recirculation valve
      monitoringTime K:L?5 1 h Hours with faulty monitoring
    98 9 Exhaust gas temperatures, bank 1, sensors 5 to 8
      sensor5 B:C?0 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 5
      sensor6 D:E?1 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 6
      sensor7 F:G?2 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 7
      sensor8 H:I?3 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 8
    99 9 Exhaust gas temperatures, bank 2, sensors 5 to 8
      sensor5 B:C?0 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 5
      sensor6 D:E?1 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 6
      sensor7 F:G?2 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 7
      sensor8 H:I?3 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 8
    9A 6 Traction battery
      voltage C:D?1 1/64 V Voltage of the traction battery
      current -E:F?2 0.1 A Current of the traction battery
      charge B.0?0 =charge Use of the charge
      chargeEnhanced B.1-2?3 =charge Use of the charge, three states
    9B 4 Diesel exhaust fluid
      level D?3 100/255 percent Level of the diesel exhaust fluid
      temperature C?2 1-40 celsius Temperature of the diesel exhaust fluid
      concentration B?1 1/4 percent Concentration of the diesel exhaust fluid
      type A.4-7?0 1 - Kind of the diesel exhaust fluid
    9C 17 Oxygen sensors 3 and 4, wide range
      oxygen13 B:C?0 0.001526 percent Oxygen, bank 1 sensor 3
      oxygen14 D:E?1 0.001526 percent Oxygen, bank 1 sensor 4
      oxygen23 F:G?2 0.001526 percent Oxygen, bank 2 sensor 3
      oxygen24 H:I?3 0.001526 percent Oxygen, bank 2 sensor 4
      ratio13 J:K?4 8/65536 ratio Air-fuel equivalence ratio, bank 1 sensor 3
      ratio14 L:M?5 8/65536 ratio Air-fuel equivalence ratio, bank 1 sensor 4
      ratio23 N:O?6 8/65536 ratio Air-fuel equivalence ratio, bank 2 sensor 3
      ratio24 P:Q?7 8/65536 ratio Air-fuel equivalence ratio, bank 2 sensor 4
    9D 4 Fuel rates
      engine A:B 0.02 g/s Engine fuel rate by mass
      vehicle C:D 0.02 g/s Vehicle fuel rate by mass
    9E 2 Exhaust flow
      flow A:B 0.2 kg/h
    9F 9 Use of two fuel systems
      bank1A B?0 100/255 percent Share of fuel system A, bank 1
      bank1B C?1 100/255 percent Share of fuel system B, bank 1
      bank2A D?2 100/255 percent Share of fuel system A, bank 2
      bank2B E?3 100/255 percent Share of fuel system B, bank 2
      bank3A F?4 100/255 percent Share of fuel system A, bank 3
      bank3B G?5 100/255 percent Share of fuel system B, bank 3
      bank4A H?6 100/255 percent Share of fuel system A, bank 4
      bank4B I?7 100/255 percent Share of fuel system B, bank 4
    A0 4 Parameters supported, A1 to C0
      supported A:D 1 -
    A1 9 Nitrogen oxides, corrected
      bank1Sensor1 B:C?0!4 1 ppm Nitrogen oxides, corrected, bank 1 sensor 1
      bank1Sensor2 D:E?1!5 1 ppm Nitrogen oxides, corrected, bank 1 sensor 2
      bank2Sensor1 F:G?2!6 1 ppm Nitrogen oxides, corrected, bank 2 sensor 1
      bank2Sensor2 H:I?3!7 1 ppm Nitrogen oxides, corrected, bank 2 sensor 2
    A2 2 Cylinder fuel rate, a stroke
      rate A:B 1/32 mg
    A3 9 Evaporative system pressures
      sensorA -B:C?0 1/4 Pa Evaporative system pressure A
      wideA -D:E?1 2 Pa Evaporative system pressure A, wide range
      sensorB -F:G?2 1/4 Pa Evaporative system pressure B
      wideB -H:I?3 2 Pa Evaporative system pressure B, wide range
    A4 4 Gear
      gear B.4-7?0 1 - Gear, 0 for neutral
      ratio C:D?1 0.001 ratio Gear ratio
    A5 4 Dosing of diesel exhaust fluid
      dosing B?0 0.5 percent Dosing demanded
      used C:D?1 0.0005 l Diesel exhaust fluid used in this driving cycle
    A6 4 Odometer
      distance A:D 0.1 km
    A7 9 Nitrogen oxides, sensors 3 and 4
      bank1Sensor3 B:C?0!4 1 ppm Nitrogen oxides, bank 1 sensor 3
      bank1Sensor4 D:E?1!5 1 ppm Nitrogen oxides, bank 1 sensor 4
      bank2Sensor3 F:G?2!6 1 ppm Nitrogen oxides, bank 2 sensor 3
      bank2Sensor4 H:I?3!7 1 ppm Nitrogen oxides, bank 2 sensor 4
    A8 9 Nitrogen oxides, corrected, sensors 3 and 4
      bank1Sensor3 B:C?0!4 1 ppm Nitrogen oxides, corrected, bank 1 sensor 3
      bank1Sensor4 D:E?1!5 1 ppm Nitrogen oxides, corrected, bank 1 sensor 4
      bank2Sensor3 F:G?2!6 1 ppm Nitrogen oxides, corrected, bank 2 sensor 3
      bank2Sensor4 H:I?3!7 1 ppm Nitrogen oxides, corrected, bank 2 sensor 4
    A9 2 Inputs and outputs of motorcycles
      antilockOff B.0?0 =offOn Antilock brakes switched off
    AA 1 Vehicle speed limit
      speed A 1 km/h
    B2 1 State of health of the traction battery
      health A 100/255 percent
    C0 4 Parameters supported, C1 to E0
      supported A:D 1 -
    D2 3 Certified condition of the traction battery
      energy B?0 100/255 percent State of certified energy
      range C?1 100/255 percent State of certified range
    D3 4 Distance with the engine running
      distance A:D 0.1 km
    """
}
