// Suspect parameters of the rest of the vehicle: transmission, brakes, axles, electrics, networks, cab.

extension J1939Names {
  static let vehicle = NumberedTexts(
    lines: """
      31 Transmission range position
      32 Transmission splitter position
      33 Clutch cylinder position
      36 Clutch plates
      37 Transmission air pressure
      38 Fuel level 2
      39 Tyre pressure check interval
      46 Air supply pressure
      53 Synchronizer clutch value
      54 Synchronizer brake value
      59 Shift finger gear position
      60 Shift finger rail position
      64 Transmission 2 oil temperature
      69 Two-speed axle switch
      70 Parking brake switch
      73 Auxiliary pump pressure
      74 Road speed limit
      75 Steering axle temperature
      76 Lift axle air pressure
      77 Forward rear axle temperature
      78 Rearmost axle temperature
      79 Road surface temperature
      80 Washer fluid level
      84 Vehicle speed by the wheels
      86 Cruise control set speed
      87 Cruise control high limit
      88 Cruise control low limit
      90 Power take-off oil temperature
      96 Fuel level 1
      114 Battery current
      115 Alternator current
      116 Brake application pressure
      117 Brake primary pressure
      118 Brake secondary pressure
      119 Retarder oil pressure
      120 Retarder oil temperature
      122 Engine retarder torque
      123 Clutch pressure
      124 Transmission oil level
      126 Transmission filter differential pressure
      127 Transmission oil pressure
      136 Auxiliary vacuum
      137 Auxiliary pressure, gauge
      138 Auxiliary pressure, absolute
      145 Tyre pressure, drive channel
      146 Tyre pressure, steering channel
      152 Control unit resets
      158 Battery voltage at the key switch
      160 Transmission intermediate shaft speed
      161 Transmission input shaft speed
      162 Transmission range requested
      163 Transmission range
      165 Compass bearing
      167 Charging voltage
      168 Battery voltage
      169 Cargo temperature
      170 Cab temperature
      171 Ambient temperature
      177 Transmission oil temperature
      178 Front axle weight
      179 Rear axle weight
      180 Trailer weight
      181 Cargo weight
      182 Fuel used, trip
      184 Fuel economy now
      185 Fuel economy, average
      186 Power take-off speed
      187 Power take-off set speed
      191 Transmission output shaft speed
      233 Unit number
      234 Software identification
      237 Vehicle identification number
      241 Tyre pressure
      242 Tyre temperature
      244 Trip distance
      245 Total distance
      246 Vehicle hours
      248 Power take-off hours
      251 Time of day
      252 Date
      354 Relative humidity
      380 Articulation angle
      417 Gross combination weight
      430 Starter solenoid voltage
      441 Auxiliary temperature 1
      442 Auxiliary temperature 2
      443 Auxiliary pressure 2, gauge
      444 Battery voltage 2
      516 Vehicle speed over ground
      517 Vehicle speed by navigation
      520 Actual retarder torque
      521 Brake pedal position
      522 Clutch slip
      523 Current gear
      524 Selected gear
      525 Requested gear
      526 Actual gear ratio
      527 Cruise control state
      556 Retarder reference torque
      560 Driveline engaged
      561 Traction control acts on the engine
      562 Traction control acts on the brakes
      563 ABS active
      564 Differential lock, centre
      567 Differential lock, front axle 1
      569 Differential lock, rear axle 1
      571 Retarder switch, brake assist
      572 Retarder switch, shift assist
      573 Torque converter lockup engaged
      574 Shift in process
      575 ABS off-road switch
      576 Traction control off-road switch
      577 Hill holder switch
      578 Drive axle temperature
      580 Altitude
      581 Transmission gear ratio
      582 Axle weight
      584 Latitude
      585 Longitude
      586 Make
      587 Model
      588 Serial number
      589 Alternator speed
      595 Cruise control active
      596 Cruise control enable switch
      597 Brake switch
      598 Clutch switch
      599 Cruise control set switch
      600 Cruise control coast switch
      601 Cruise control resume switch
      602 Cruise control accelerate switch
      603 Brake pedal switch 2
      604 Transmission neutral switch
      605 Refrigerant high pressure switch
      608 J1587 data link
      609 Control unit 2
      610 Power connect device
      611-615 Maker's diagnostic code #
      616 Auxiliary analogue input 1
      617 Parking brake on actuator
      618 Parking brake off actuator
      619 Parking brake actuator
      620 5 V supply
      622 J1922 data link
      623 Red stop lamp
      624 Amber warning lamp
      625 Maker's network 1
      627 Power supply
      628 Program memory
      629 Control unit 1
      630 Calibration memory
      631 Calibration module
      639 J1939 network 1
      678 8 V supply
      681 Gear shift inhibit request
      682 Converter lockup disable request
      695 Engine override control mode
      697-700 Auxiliary PWM output #
      701-716 Auxiliary input or output #
      717 Autoshift high gear actuator
      718 Autoshift low gear actuator
      719 Autoshift neutral actuator
      720 Autoshift common return
      734-739 Transmission clutch C# solenoid
      740 Torque converter lockup actuator
      741 Transmission forward solenoid
      742 Transmission low signal solenoid
      743 Retarder enable solenoid
      744 Retarder modulation solenoid
      745 Retarder response solenoid
      746 Differential lock solenoid 1
      747 Engine and transmission do not match
      748 Transmission output retarder
      749 Neutral start output
      750 Turbine speed sensor
      751 Primary shift selector
      752 Secondary shift selector
      753 Transmission special inputs
      754-759 Transmission clutch C# pressure
      760 Lockup clutch pressure
      767 Transmission reverse switch
      768 Transmission high range actuator
      769 Transmission low range actuator
      770 Splitter direct actuator
      771 Splitter indirect actuator
      772 Shift finger rail actuator 1
      773 Shift finger gear actuator 1
      774 Upshift request switch
      775 Downshift request switch
      776 Torque converter interrupt actuator
      777 Torque converter lockup drive
      778 High range sense switch
      779 Low range sense switch
      780 Shift finger neutral indicator
      781 Shift finger engagement indicator
      782 Shift finger centre rail indicator
      783 Shift finger rail actuator 2
      784 Shift finger gear actuator 2
      785 Transmission hydraulic system
      786 Transmission defuel actuator
      787 Transmission inertia brake actuator
      788 Transmission clutch actuator
      789 Wheel sensor, axle 1 left
      790 Wheel sensor, axle 1 right
      791 Wheel sensor, axle 2 left
      792 Wheel sensor, axle 2 right
      793 Wheel sensor, axle 3 left
      794 Wheel sensor, axle 3 right
      795 ABS valve, axle 1 left
      796 ABS valve, axle 1 right
      797 ABS valve, axle 2 left
      798 ABS valve, axle 2 right
      799 ABS valve, axle 3 left
      800 ABS valve, axle 3 right
      801 Retarder control relay
      802 ABS relay, diagonal 1
      803 ABS relay, diagonal 2
      804 ABS mode switch
      805 Traction control mode switch
      806 Traction control valve 1
      807 Traction control valve 2
      810 Speed signal input
      811 Warning lamp bulb
      812 Traction control lamp bulb
      816 Drive axle relay valve modulator
      817 Drive axle relay valve sensor
      829 Left fuel level sensor
      830 Right fuel level sensor
      836 Tachometer output
      837 Speedometer output
      841 Satellite navigation receiver
      854-869 Heater circuit #
      870 Heater regeneration system
      871 Refrigerant charge
      874 Refrigerant flow solenoid
      875 Refrigerant low pressure switch
      876 Compressor clutch circuit
      877 Evaporator thermostat
      878 Marker lamp circuit
      879 Left turn lamp circuit
      880 Stop lamp circuit
      881 Right turn lamp circuit
      882 Tail lamp circuit
      883 Auxiliary lamp circuit
      886 Headway antenna, front
      900 Retarder torque mode
      904 Front axle speed
      905 Relative speed, front axle left
      906 Relative speed, front axle right
      907 Relative speed, rear axle 1 left
      908 Relative speed, rear axle 1 right
      914 Distance to service
      917 Total distance, high resolution
      918 Trip distance, high resolution
      923 PWM output
      924-926 Auxiliary output #
      932 ABS hold valve, axle 1 left
      933 ABS hold valve, axle 1 right
      934 ABS hold valve, axle 2 left
      935 ABS hold valve, axle 2 right
      936 ABS hold valve, axle 3 left
      937 ABS hold valve, axle 3 right
      938 ABS dump valve, axle 1 left
      939 ABS dump valve, axle 1 right
      940 ABS dump valve, axle 2 left
      941 ABS dump valve, axle 2 right
      942 ABS dump valve, axle 3 left
      943 ABS dump valve, axle 3 right
      944 Driver's airbag igniter
      945 Passenger's airbag igniter
      946 Left belt tensioner igniter
      947 Right belt tensioner igniter
      948 Restraint system lamp
      956 Rollover sensor
      973 Engine retarder selection
      976 PTO governor state
      978 Remote PTO speed switch
      979 Remote PTO preset speed switch
      985 Air conditioning fan switch
      987 Protect lamp
      1042 Tractor to trailer interface
      1043 Internal sensor supply
      1044 Hydraulic pump motor
      1045 Brake light switch 1
      1046 Brake light switch 2
      1047 Electronic brake pressure, axle 1
      1048 Back-up brake pressure, axle 1
      1049 Brake pressure sensor, axle 1
      1050 Electronic brake pressure, axle 2
      1051 Back-up brake pressure, axle 2
      1052 Brake pressure sensor, axle 2
      1056 Electronic brake pressure, trailer
      1057 Back-up brake pressure, trailer
      1058 Brake pressure sensor, trailer
      1059 Axle load sensor
      1060 Lining wear sensor, axle 1 left
      1061 Lining wear sensor, axle 1 right
      1062 Lining wear sensor, axle 2 left
      1063 Lining wear sensor, axle 2 right
      1064 Lining wear sensor, axle 3 left
      1065 Lining wear sensor, axle 3 right
      1066 Brake signal transmitter
      1067 Brake signal sensor 1
      1068 Brake signal sensor 2
      1069 Tyre size supervision
      1070 Vehicle deceleration control
      1079 Sensor supply 1, 5 V
      1080 Sensor supply 2, 5 V
      1081 Wait to start lamp
      1083 Auxiliary channel 1
      1084 Auxiliary channel 2
      1085 Intended retarder torque
      1086 Parking brake or trailer air pressure
      1087 Service brake air pressure, circuit 1
      1088 Service brake air pressure, circuit 2
      1089 Auxiliary equipment air pressure
      1090 Air suspension supply pressure
      1091 Brake pressure, front axle left
      1092 Brake pressure, front axle right
      1093 Brake pressure, rear axle 1 left
      1094 Brake pressure, rear axle 1 right
      1099 Brake lining, front axle left
      1100 Brake lining, front axle right
      1101 Brake lining, rear axle 1 left
      1102 Brake lining, rear axle 1 right
      1103 Brake lining, rear axle 2 left
      1104 Brake lining, rear axle 2 right
      1121 Electronic brake system switch
      1122-1123 Alternator bearing # temperature
      1124-1126 Alternator winding # temperature
      1204 Electrical load
      1213 Malfunction indicator lamp
      1231 J1939 network 2
      1232 ISO 9141 data link
      1233 J1850 data link
      1235 J1939 network 3
      1238 Traction control override switch
      1243 ABS fully operational
      1267 Accessories relay, idle shutdown
      1321 Starter lockout relay
      1351 Air compressor
      1376 Battery voltage, battery 2
      1437 Road speed limit state
      1438 ABS warning lamp
      1439 Brake system red lamp
      1481 Who controls the brakes
      1482 Who controls the transmission
      1483 Who controls the engine
      1542 Control unit supply voltage 2
      1543 Control unit supply voltage 3
      1547 Evaporator temperature
      1550 Fan 2 speed, estimated
      1551 Air conditioning compressor
      1586 Speed of the vehicle ahead
      1587 Distance to the vehicle ahead
      1590 Adaptive cruise control mode
      1592 Wheel speed, front left
      1593 Wheel speed, front right
      1594 Wheel speed, rear left
      1595 Wheel speed, rear right
      1623 Tachograph output shaft speed
      1624 Tachograph vehicle speed
      1633 Cruise control pause switch
      1638 Hydraulic oil temperature
      1668-1674=4 J1939 network #
      1697 Tyre sensor electrical fault
      1698 Tyre state
      1705 Forward camera
      1709 Transmission control relay
      1713 Hydraulic oil filter switch
      1743 Lift axle 1 position
      1762 Hydraulic pressure
      1792 Trailer ABS warning
      1795 Alternator current, high range
      1800-1801 Battery # temperature
      1807 Steering wheel angle
      1808 Yaw rate
      1809 Lateral acceleration
      1810 Longitudinal acceleration
      1814 Stability control fully operational
      1836 Trailer ABS state
      1845 Transmission torque limit
      1856 Seat belt switch
      1857 Winch oil pressure switch
      2000-2255=0 Control unit at address #
      2348 High beam
      2350 Low beam
      2580 Hydraulic brake pressure, circuit 1
      2581 Hydraulic brake pressure, circuit 2
      2586 Tyre leakage rate
      2602 Hydraulic oil level
      2622 Hill holder
      2634 Power relay
      2640 Cab door unlock
      2641 Horn
      2643 Battery monitor load 1
      2646-2647=4 Auxiliary output #
      2648 Maintenance lamp
      2649 Low air pressure
      2650 Fan override indicator
      2836 Battery voltage, switched
      2900 Transmission allows cranking
      2931 Brake fluid level switch
      2983 Clutch life remaining
      3026 Transmission oil level measurement
      3030 Torque converter ratio
      3353-3356 Alternator # state
      3359 Transmission oil filter switch
      3509-3514 Sensor supply #
      3533 Transmission oil level switch
      3541 Brake light relay
      3557 Parking brake red warning
      3582 Mains supply
      3597-3599 Control unit power output #
      3645 Transfer case state
      3680 Transmission master valve
      3683 Steering wheel angle, alternate
      3785 Brake stroke, tractor axle 1 left
      3786 Brake stroke, tractor axle 1 right
      3823 Torque converter oil outlet temperature
      3839 Brake temperature warning
      3840-3935=17 Auxiliary input or output #
      4055 Retarder enable switch
      4177 Transmission oil life remaining
      4178 Transmission service indicator
      4256 Cranking voltage
      4990 Battery charger 1 state
      4992 Battery charger 1 voltage
      4993 Battery charger 1 current
      5016-5017=4 Control unit power output #
      5052 Clutch or converter input speed
      5080 Malfunction lamp command
      5082 Oil pressure lamp command
      5083 Coolant temperature lamp command
      5084 Coolant level lamp command
      5097 Engine brake lamp
      5098 Compression brake lamp
      5099 Oil pressure lamp
      5100 Coolant temperature lamp
      5101 Coolant level lamp
      5104 Battery voltage lamp
      5106 Air pressure lamp
      5109-5124=3 Control unit #
      5125-5136=7 Sensor supply #
      5275 Parking brake fully applied
      5344 Transmission warning
      5345 Transmission overheated
      5464 Traction battery charge
      5536 Hydraulic oil temperature, high resolution
      5572 Electrical inverter or converter
      5575 Hood tilt switch
      5588 Maker's network 2
      5606 Adaptive cruise control readiness
      5611-5612 Shift cylinder # position sensor
      5622 Splitter engagement
      5623 Range engagement
      5656 Retarder coolant outlet temperature
      5676 Emergency brake assist state
      5677 Collision warning level
      5872 Hybrid system warning
      5873 Hybrid system overheated
      5889 Hybrid system fault
      5890 Hybrid system temperature
      5891-5899 Transmission pressure switch #
      5900-5907 Transmission pressure solenoid #
      5908-5911 Transmission shift solenoid #
      5912 Transmission control unit temperature
      5913 Transmission oil temperature 2
      5917 Traction battery discharge power available
      5918 Traction battery charge power available
      5919 Traction battery voltage
      5920 Traction battery current
      5921 Traction battery state of charge
      5922 Traction battery highest cell voltage
      5923 Traction battery lowest cell voltage
      5938 Transmission oil cooler outlet temperature
      5981 Starter battery state of charge
      5982 Starter battery capacity
      5983 Starter battery health
      """)
}
