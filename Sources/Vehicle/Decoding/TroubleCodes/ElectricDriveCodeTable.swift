// Texts of the generic trouble codes P0Axx...P0Exx: hybrid and electric drives, their batteries and chargers.

extension CodeTable {
  static let electricDrive = CodeTable(
    """
    0A00 crlhi Coolant temperature sensor of the power electronics
    0A05 OLH Coolant pump A of the power electronics
    0A08 cl DC/DC converter status
    0A0A crlhi High-voltage interlock
    0A0F . Engine did not start
    0A10 h DC/DC converter status
    0A11 OLH DC/DC converter enable
    0A14 OLH Engine mount A
    0A17 crl Motor torque sensor
    0A1A f Generator control module
    0A1B*A-B f Drive motor # control module
    0A1D f Hybrid powertrain control module
    0A1E f Starter generator control module
    0A1F f Battery energy control module
    0A20 hi Motor torque sensor
    0A22 crlhi Generator torque sensor
    0A27 clh Traction battery power-off
    0A2A crlhid Drive motor A temperature sensor
    0A30 crlhid Drive motor B temperature sensor
    0A36 crlhid Generator temperature sensor
    0A3C*A-B d Inverter of drive motor #
    0A3E d Generator inverter
    0A3F*A-B crlhiQ Drive motor # position sensor
    0A4B crlhiQ Generator position sensor
    0A51*A-B crlh Drive motor # current sensor
    0A59 crlh Generator current sensor
    0A5D f[] Drive motor A phase U current
    0A60 f[] Drive motor A phase V current
    0A63 f[] Drive motor A phase W current
    0A66 f[] Drive motor B phase U current
    0A69 f[] Drive motor B phase V current
    0A6C f[] Drive motor B phase W current
    0A6F f[] Generator phase U current
    0A72 f[] Generator phase V current
    0A75 f[] Generator phase W current
    0A78*A-B R Inverter of drive motor #
    0A7A R Generator inverter
    0A7B . Malfunction lamp requested by the battery energy control
    0A7C d Power electronics
    0A7D . Traction battery: state of charge too low
    0A7E d Traction battery
    0A7F . Traction battery worn
    0A80 . Traction battery to be replaced
    0A81 OTSLH Traction battery cooling fan 1
    0A86 crlhi Current sensor of the 14 V power module
    0A8B fu[] Voltage of the 14 V power module
    0A8F R 14 V power module
    0A90*A-B R Drive motor #
    0A92 R Generator of the hybrid drive
    0A93 R Inverter cooling
    0A94 R DC/DC converter A
    0A95 f High-voltage fuse A
    0A96 CTSLH Traction battery cooling fan 2
    0A9B crlhi Traction battery temperature sensor A
    0AA0 fts Positive contactor of the traction battery
    0AA3 fts Negative contactor of the traction battery
    0AA6 . Insulation fault of the high-voltage system
    0AA7 crlhi Insulation sensor of the high-voltage system
    0AAC*A-B crlhi Traction battery air temperature sensor #
    0AB6 OLH Engine mount B
    0AB9 R Hybrid system
    0ABA crlhi Traction battery voltage sense
    0ABF crlhi Traction battery current sensor A
    0AC4 . Malfunction lamp requested by the hybrid powertrain control
    0AC5*B-C crlhi Traction battery temperature sensor #
    0ACF CTSLH Traction battery cooling fan 3
    0AD4 . Traction battery: too little cooling air
    0AD5 OPLH Traction battery air valve A
    0AD9 OPLH Positive contactor of the traction battery
    0ADD OPLH Negative contactor of the traction battery
    0AE1 fts Precharge contactor of the traction battery
    0AE4 CPLH Precharge contactor of the traction battery
    0AE8 crlhi Traction battery temperature sensor D
    0AED*A-B crlhi Temperature sensor # of the drive motor inverter
    0AF7 d 14 V power module
    0AF8 fu[] Traction battery voltage
    0AFC f Sensor module of the traction battery
    0AFD . Traction battery too cold
    0B00 f[] Transmission fluid pump motor, phase U current
    0B03 f[] Transmission fluid pump motor, phase V current
    0B06 f[] Transmission fluid pump motor, phase W current
    0B09 xvw Supply of the transmission fluid pump motor
    0B0C . Electric transmission fluid pump leaks
    0B0D f Control module of the transmission fluid pump motor
    0B0E crlhi Traction battery current sensor B
    0B13 k Traction battery current sensors A and B
    0B3B*A-N crlhi Traction battery voltage sensor #
    0BBD . Traction battery: voltages of the cells differ too much
    0BE5 crlh Drive motor A phase U current sensor
    0BE9 crlh Drive motor A phase V current sensor
    0BED crlh Drive motor A phase W current sensor
    0BF1 crlh Drive motor B phase U current sensor
    0BF5 crlh Drive motor B phase V current sensor
    0BF9 crlh Drive motor B phase W current sensor
    0BFD*A-B k Phase current sensors of drive motor #
    0BFF*A-B f[] Drive motor # current
    0C05*A-B xvw Phases of drive motor #
    0C0B*A-B xvw Inverter supply of drive motor #
    0C11 d Inverter of drive motor A, phase U
    0C12 d Inverter of drive motor A, phase V
    0C13 d Inverter of drive motor A, phase W
    0C14 d Inverter of drive motor B, phase U
    0C15 d Inverter of drive motor B, phase V
    0C16 d Inverter of drive motor B, phase W
    0C17*A-B e Drive motor # position sensor
    0C19*A-B . Drive motor #: torque not as demanded
    0C30 . Traction battery: state of charge too high
    0C32 R Traction battery cooling
    0C73 R Coolant pump A of the power electronics
    0C76 . High-voltage system discharges too slowly
    0C77 . High-voltage system precharges too quickly
    0C78 . High-voltage system precharges too slowly
    0C79 . Inverter of drive motor A: voltage too high
    0D69 rhli Air conditioning compressor motor voltage sensor A
    0D6D [] Air conditioning compressor motor voltage A
    0D6F ] Air conditioning compressor motor current
    0D70 crhli Temperature sensor A of the compressor control module
    0D75 crhli Driver temperature sensor of the compressor control
    0D7A [] Air conditioning compressor motor phase U current
    0D7C [] Air conditioning compressor motor phase V current
    0D7E [] Air conditioning compressor motor phase W current
    0D80 xrlhi Battery charger input
    0D85 . Battery charger: output voltage too high
    0D86*A-C OLH Status lamp # of the charging socket
    0D8F R Cooling of battery charger A
    0D90 . Battery charger: wrong input frequency
    0D91 OLHP Lock of the charging socket
    0D95 OLHP Unlocking of the charging socket
    0D99 crlhi Temperature sensor A of the charging socket
    0D9E crlhi Lock position sensor of the charging socket
    0DA3 crlhi Voltage sensor A of drive motor B inverter
    0DA8*A-B k Traction battery voltage and drive motor # inverter voltage
    0DAA . Insulation fault of the charging system
    0DAB R Cell balancing of the traction battery
    0DAC*A-N fSpP Cell balancing # of the traction battery
    0DE4 d Electric transmission fluid pump motor A
    0DE5 O Charge status indicator B
    0DE6 . Traction battery: cell voltage too low
    0DE7 . Traction battery: cell voltage too high
    0DE8 OTSLH Traction battery coolant valve C
    0DED xlh Pedestrian warning control module
    0DF0 ci Temperature sensor B of the generator inverter
    0DF2 ci Temperature sensor C of the generator inverter
    0DF4*B-C rlh Temperature sensor # of the generator inverter
    0DFA k Phase current sensors of the generator
    0DFB m Generator position
    0DFC e Generator position sensor
    0DFD OLH Coolant valve of the battery charger
    0E00 crlh Generator phase U current sensor
    0E04 crlh Generator phase V current sensor
    0E08 crlh Generator phase W current sensor
    0E0C xvw Phases of the generator
    0E0F xvw Supply A of the generator inverter
    0E12*A-B OLHP Traction battery coolant heater #
    0E1A OLHP& Traction battery coolant pump B
    0E1F & Traction battery coolant pump A
    0E20*A-C & Traction battery coolant valve #
    0E23*G-H crlhi Temperature sensor # of the drive motor inverter
    0E2D . Control module: battery monitoring not as expected
    0E2E f Fuse of battery charger A
    0E2F*B-C f High-voltage fuse #
    0E31*A-B crlhi DC/DC converter voltage sensor #
    0E3B . Traction battery coolant pump too fast
    0E3C . Traction battery coolant pump too slow
    0E3D LH Control pilot indicator
    0E3F*A-B LH Charge status indicator #
    0E43 f Hybrid powertrain control module B
    0E44*E-F crlhi Traction battery voltage sense #
    0E4E . Engine did not crank
    0E4F*A-B I Coolant pump # of the power electronics
    0E51 crlhi DC/DC converter current sensor A
    0E56 . DC/DC converter: input voltage too low
    0E57 . DC/DC converter: input voltage too high
    0E58 crlhi DC/DC converter temperature sensor C
    0E5D I DC/DC converter enable
    0E5E . Control module of battery charger A: processor fault
    0E5F . Charging socket too hot (sensor A)
    0E60 P Charge mode control
    0E61 OLHP Enable of battery charger A
    0E65 OLHP Battery charger
    0E69 P Control pilot indicator
    0E6A fts Precharge contactor of the charging system
    0E6D OPLH Precharge contactor of the charging system
    0E71 . Generator: torque not as demanded
    0E72 . Control pilot signal: frequency too low
    0E73 . Control pilot signal: frequency too high
    0E74 . Insulation fault inside the traction battery
    0E75*A-B OLHPst Coolant bypass valve #
    0E81 crlh Coolant temperature sensor A of the auxiliary cooling
    0E85 . Battery charger B too hot
    0E86 . Battery charger B: input voltage too low
    0E87 . Battery charger B: input voltage too high
    0E88 . Battery charger B: input current too low
    0E89 . Battery charger B: input current too high
    0E8A c Input current sensor of battery charger B
    0E8B c Input voltage sensor of battery charger B
    0E8C crlhi Voltage sensor B of drive motor A inverter
    0E91 crlhi Voltage sensor B of drive motor B inverter
    0E96 crlhi DC/DC converter voltage sensor C
    0E9B*B-C crlhi DC/DC converter current sensor #
    0EA5 Rd DC/DC converter B
    0EA7 R Auxiliary cooling
    0EA8 crhli Air conditioning compressor motor voltage sensor B
    0EAD crlh Air conditioning compressor motor current sensor
    0EB1 chlr Air conditioning compressor phase U current sensor
    0EB5 hlr Air conditioning compressor phase V current sensor
    0EB8 hlr Air conditioning compressor phase W current sensor
    0EBB c Air conditioning compressor phase V current sensor
    0EBC chlr Refrigerant temperature sensor A
    0EC0 c Air conditioning compressor phase W current sensor
    0EC1 chlr Refrigerant temperature sensor B
    0EC5 r Air conditioning compressor motor speed sensor
    0EC6 OLH Power relay of the air conditioning
    0EC9 s Refrigerant distribution valve A
    0ECA k Several traction battery temperature sensors
    0ECB k Several traction battery voltage sensors
    0ECC*E-F fu[] Voltage of traction battery #
    0ED4 f[] Generator phase X current
    0ED7 f[] Generator phase Y current
    0EDA f[] Generator phase Z current
    0EDD*B-F . Traction battery # worn
    0EE2 s Refrigerant distribution valve B
    0EE3 OLH& Refrigerant distribution valve B
    0EE7 crlhi Temperature sensor B of the charging socket
    0EEC R Battery energy control module B

    """)
}
