// Suspect parameters of the engine: fuel, air, oil, coolant, turbocharger, exhaust gas recirculation, ignition.

extension J1939Names {
  static let engine = NumberedTexts(
    lines: """
      18 Fuel pressure, extended range
      19 Engine oil pressure, extended range
      20 Engine coolant pressure, extended range
      21 Engine control unit temperature
      22 Crankcase blow-by pressure, extended range
      27 EGR valve position
      28 Accelerator pedal 3 position
      29 Accelerator pedal 2 position
      30 Crankcase blow-by pressure
      51 Throttle valve position
      52 Intercooler temperature
      72 Blower bypass valve position
      82 Air start pressure
      91 Accelerator pedal 1 position
      92 Engine load at present speed
      93 Engine net brake torque
      94 Fuel delivery pressure
      95 Fuel filter differential pressure
      97 Water in fuel
      98 Engine oil level
      99 Engine oil filter differential pressure
      100 Engine oil pressure
      101 Crankcase pressure
      102 Boost pressure (intake manifold 1)
      103 Turbocharger 1 speed
      104 Turbocharger lubrication oil pressure
      105 Intake manifold 1 temperature
      106 Intake air pressure
      107 Air filter differential pressure
      108 Barometric pressure
      109 Engine coolant pressure
      110 Engine coolant temperature
      111 Engine coolant level
      112 Coolant filter differential pressure
      113 Engine governor droop
      129 Injector metering rail 2 pressure, alternate
      131 Exhaust back pressure
      132 Intake air mass flow
      133 Average fuel rate
      135 Fuel delivery pressure, absolute
      153 Crankcase pressure, extended range
      156 Injector timing rail 1 pressure
      157 Fuel rail pressure
      159 Gaseous fuel supply pressure
      164 Injection control pressure
      166 Engine rated power
      172 Intake air temperature
      173 Exhaust gas temperature
      174 Fuel temperature
      175 Engine oil temperature
      176 Turbocharger oil temperature
      183 Engine fuel rate
      188 Engine speed at idle
      189 Engine rated speed
      190 Engine speed
      228 Speed sensor calibration
      235 Engine idle hours
      247 Engine hours
      250 Fuel used, total
      355 Engine oil life
      411 EGR differential pressure
      412 EGR temperature
      445 Cylinder head temperature, bank 2
      446 Cylinder head temperature, bank 1
      512 Torque demanded by the driver
      513 Actual engine torque
      514 Nominal friction torque
      515 Desired engine operating speed
      518 Requested engine torque or torque limit
      539 Engine torque at idle
      544 Engine reference torque
      558 Accelerator pedal 1 idle switch
      559 Accelerator pedal kickdown switch
      590 Idle shutdown timer state
      591 Idle shutdown timer function
      592 Idle shutdown timer override
      593 Engine shut down by the idle timer
      594 Idle shutdown driver alert
      606 Engine overspeed enable
      607 Progressive shift disable
      626 Starting aid 1 (glow or ether)
      632 Fuel shutoff valve 1
      633 Fuel actuator 1
      634 Throttle bypass valve
      635 Timing actuator 1
      636 Engine position sensor (crankshaft or camshaft)
      637 Engine timing sensor
      638 Fuel rack actuator
      640 External engine protection input
      641 Variable geometry turbocharger actuator 1
      642 Variable geometry turbocharger actuator 2
      643 External fuel command input
      644 External speed command input
      645 Tachometer signal output
      646 Turbocharger 1 wastegate drive
      647 Fan clutch 1 drive
      648 Exhaust pressure sensor
      649 Exhaust pressure regulator
      651-674 Injector, cylinder #
      675 Glow plug lamp
      676 Glow plug relay
      677 Starter relay
      679 Injection control pressure regulator
      680 Variable swirl valves
      721 Prestroke sensor
      722 Prestroke actuator
      723 Engine speed sensor 2
      724 Oxygen sensor
      725 Ignition control mode signal
      726 Ignition timing signal
      727 Secondary turbocharger intake pressure
      728 Oil cooler coolant outlet temperature
      729 Intake air heater 1
      730 Intake air heater 2
      731 Knock sensor 1
      732 Gas metering valve
      733 Fuel rack position sensor
      831 Fuel feed rate sensor
      832 Fuel return rate sensor
      833 Fuel rack position sensor, alternate
      834 Fuel rack actuator, alternate
      835 Oil level indicator output
      898 Requested engine speed or speed limit
      899 Engine torque mode
      931 Fuel supply pump
      966 Engine test mode switch
      967 Idle decrement switch
      968 Idle increment switch
      969 Remote accelerator enable switch
      970 Auxiliary engine shutdown switch
      971 Engine derate switch
      972 Accelerator interlock switch
      974 Remote accelerator position
      975 Fan speed, estimated
      977 Fan drive state
      980 PTO governor enable switch
      981 PTO governor accelerate switch
      982 PTO governor resume switch
      983 PTO governor coast switch
      984 PTO governor set switch
      986 Fan speed requested
      1071 Fan drive output
      1072 Engine compression brake output 1
      1073 Engine compression brake output 2
      1074 Exhaust brake output
      1075 Electric fuel lift pump
      1076 Injection pump fuel control valve
      1077 Injection pump controller
      1078 Injection pump speed or position sensor
      1082 Coolant load increase
      1107 Engine protection timer state
      1108 Engine protection timer override
      1109 Engine protection about to shut down
      1110 Engine protection has shut the engine down
      1111 Engine protection configuration
      1112 Engine compression brake output 3
      1117 Desired exhaust oxygen, rated
      1118 Desired exhaust oxygen
      1119 Actual exhaust oxygen
      1127-1130 Turbocharger # boost pressure
      1131 Intake manifold 2 temperature
      1132 Intake manifold 3 temperature
      1133 Intake manifold 4 temperature
      1134 Charge air cooler thermostat
      1135 Engine oil temperature 2
      1136 Engine control unit temperature, alternate
      1137-1156 Exhaust port temperature, cylinder #
      1157-1167 Main bearing # temperature
      1168 Turbocharger lubrication oil pressure 2
      1169 Turbocharger 2 speed
      1170 Turbocharger 3 speed
      1171 Turbocharger 4 speed
      1172-1175 Turbocharger # compressor intake temperature
      1176-1179 Turbocharger # compressor intake pressure
      1180-1183 Turbocharger # turbine intake temperature
      1184-1187 Turbocharger # turbine outlet temperature
      1188-1191 Wastegate actuator # position
      1192 Wastegate actuator control pressure
      1203 Auxiliary coolant pressure
      1208 Oil pressure before the filter
      1209 Exhaust pressure 1
      1210 Fuel rack position
      1212 Auxiliary coolant temperature
      1237 Engine shutdown override switch
      1239 Fuel leak 1
      1240 Fuel leak 2
      1241 Gas mass flow, fuel system 1
      1244 Fuel actuator 2
      1245 Timing actuator 2
      1247 Engine power
      1265 Oil burn valve
      1266 Oil replacement valve
      1268-1291 Ignition coil, cylinder #
      1292 Ignition control module 1
      1293 Ignition control module 2
      1294-1317 Spark plug, cylinder #
      1318 Exhaust temperatures differ between banks
      1319 Boost pressures differ between banks
      1322 Misfire, several cylinders
      1323-1346 Misfire, cylinder #
      1347 High pressure fuel pump 1
      1348 High pressure fuel pump 2
      1349 Fuel rail 2 pressure
      1352-1375 Knock level, cylinder #
      1377 Engine synchronization switch
      1378 Oil change interval
      1380 Oil level, remote reservoir
      1381 Fuel supply pump intake pressure
      1382 Fuel suction filter differential pressure
      1383 Engine shut down hot
      1384 Engine shut down by the network
      1390 Gas valve 1 intake pressure
      1391 Gas valve 1 differential pressure
      1392 Air to fuel differential pressure
      1393-1412 Ignition secondary voltage, cylinder #
      1413-1432 Ignition timing, cylinder #
      1436 Actual ignition timing
      1440 Fuel flow rate 1
      1441 Fuel flow rate 2
      1442 Gas valve 1 position
      1443 Gas valve 2 position
      1485 Engine control unit main relay
      1568 Torque curve selection
      1569 Engine torque derated by engine protection
      1600 Engine fuel rate, high resolution
      1632 Torque limit feature
      1636 Intake manifold 1 temperature, high resolution
      1637 Engine coolant temperature, high resolution
      1639 Fan speed
      1656 Automatic start enable switch
      1657 Injector needle lift sensor 1
      1658 Injector needle lift sensor 2
      1659 Engine thermostat
      1664 Automatic engine start failed
      1665 Turbocharger oil level switch
      1675 Starter mode
      1692 Desired intake manifold pressure
      1693 Wastegate valve position
      1695 Fuel correction by the oxygen sensor
      1696 Oxygen sensor closed loop
      1802 Intake manifold 5 temperature
      1803 Intake manifold 6 temperature
      1804 Starting aid 2
      1834 Average fuel rate, total
      2430 Coolant level, main radiator
      2431 High pressure oil rail leak
      2432 Engine torque demand
      2433 Exhaust manifold temperature, bank 2
      2434 Exhaust manifold temperature, bank 1
      2623 Accelerator pedal 1, channel 2
      2624 Accelerator pedal 1, channel 3
      2625 Accelerator pedal 2, channel 2
      2626 Accelerator pedal 2, channel 3
      2629 Turbocharger 1 compressor outlet temperature
      2630 Charge air cooler outlet temperature
      2631 Charge air cooler outlet pressure
      2632 Charge air cooler bypass
      2633 Turbocharger vane position
      2659 EGR mass flow
      2771 Compressor bypass actuator 1
      2772 Compressor blow-off actuator 1
      2773 Fuel supply flow rate
      2774 Fuel return flow rate
      2775 Fuel supply temperature
      2776 Fuel return temperature
      2789 Turbocharger 1 turbine intake temperature, calculated
      2790 Turbocharger 1 turbine outlet temperature, calculated
      2791 EGR valve control
      2792 Turbocharger vane air shutoff valve
      2795 Turbocharger vane actuator position
      2797 Injector group 1
      2798 Injector group 2
      2799-2801=2 Turbocharger # compressor outlet temperature
      2807 Fuel shutoff valve 2
      2809 Air filter 2 differential pressure
      2813 Air shutoff command
      2948 Intake valve actuation oil pressure
      2949 Intake valve actuation oil pressure control valve
      2950-2969 Intake valve actuator, cylinder #
      2970 Accelerator pedal 2 idle switch
      2971 Accelerator pedal 3 idle switch
      2978 Parasitic losses, estimated
      2981 Secondary coolant circuit pressure
      2982 Secondary coolant circuit temperature
      2986 Intake valve actuation oil temperature
      2988 Coolant diverter valve
      3048 Ignition cycles
      3052 Misfire monitor
      3055 Fuel system monitor
      3058 EGR system monitor
      3059 Crankcase ventilation monitor
      3060 Cooling system monitor
      3340 Charge air cooler 1 intake pressure
      3341 Charge air cooler 2 intake pressure
      3342 Coolant pump differential pressure
      3357 Available engine torque
      3358 EGR intake pressure
      3464 Throttle actuator 1
      3465 Throttle actuator 2
      3466 Gas valve 2 intake pressure
      3468 Fuel temperature 2
      3469 Gas valve 2 outlet pressure
      3470 Compressor bypass actuator 1 command
      3543 Engine operating state
      3549 Oil pressure after the filter
      3562 Intake manifold 2 pressure
      3563 Intake manifold 1 pressure, absolute
      3585 Emergency engine shutdown switch
      3607 Emergency engine shutdown
      3659-3666 Injector actuator 2, cylinder #
      3667 Air shutoff state
      3668 Charge air cooler coolant level
      3672 EGR cooler bypass position
      3673 Throttle valve 2 position
      3675 Compressor bypass actuator 1 position
      3676 Aftercooler coolant level
      3749 Engine overcooled
      3821 EGR valve 2 control
      3822 EGR valve 2 position
      4076 Engine coolant temperature 2
      4192 Fuel filter water level
      4193 Coolant pump outlet temperature
      4201 Engine speed sensor 1
      4202 Engine speed sensor 3
      4203-4205 Engine speed sensor #, timing pattern
      4226 Compressor intake differential pressure
      4227 Crankcase breather oil separator
      4228 Turbocharger vane actuator temperature
      4236 Short-term fuel trim, bank 1
      4237 Long-term fuel trim, bank 1
      4238 Short-term fuel trim, bank 2
      4239 Long-term fuel trim, bank 2
      4244 Engine run relay
      4257-4260=3 Injector group #
      4267-4286 Exhaust valve actuator, cylinder #
      4287 Exhaust valve actuation oil pressure
      4750 EGR cooler intake temperature
      4751 EGR cooler intake pressure
      4752 EGR cooler efficiency
      4797-4808=9 Injector actuator 2, cylinder #
      4811 Piston cooling oil pressure
      4813 Oil thermostat bypass valve
      4814 Coolant pump command
      4815 Fan thermal switch
      4817 Intake manifold 1 absolute pressure, alternate
      5019 EGR outlet pressure
      5020 EGR mixer intake temperature
      5252 EGR 2 differential pressure
      5255 EGR 2 temperature
      5257 EGR 2 mass flow
      5262 EGR 2 valve position
      5264 EGR 2 valve control
      5272 Unexpected engine shutdown
      5283 Charge air cooler intake temperature
      5285 Charge air cooler efficiency
      5312 Commanded intake manifold pressure
      5313 Commanded fuel rail pressure
      5314 Commanded injection control pressure
      5321 Boost pressure monitor
      5324-5343 Glow plug, cylinder #
      5357 Injected quantity wrong, several cylinders
      5358-5365 Injected quantity, cylinder #
      5386 Wastegate actuator 1 command
      5387 Wastegate actuator 2 command
      5393 EGR cooler bypass actuator
      5395 Idle fuel quantity
      5396 Crankcase ventilation hose off
      5401 Turbine bypass actuator
      5417 Fuel suction filter intake pressure
      5418 Fuel actuator 1, unit
      5419 Throttle actuator 1, unit
      5420 Compressor bypass actuator 1, unit
      5421 Wastegate actuator 1, unit
      5422 Intake manifold 2 pressure, absolute
      5441 Injection timing wrong, several cylinders
      5442 Injection pressure wrong, several cylinders
      5444 Crankcase breather separator speed
      5457 Turbocharger vane control mode
      5484 Fan clutch 2 drive
      5502 Unburned fuel
      5541 Turbocharger 1 turbine outlet pressure
      5543 Exhaust brake actuator
      5571 Fuel rail pressure relief valve
      5578 Fuel delivery pressure, absolute, alternate
      5579 Fuel delivery pressure after the filter
      5584 Fuel filter degradation
      5585 Fuel rail pressure while cranking
      5587 Intake manifold temperatures inconsistent
      5625 Exhaust pressure regulator position
      5631 Throttle valve differential pressure
      5685 Barometric pressure, absolute
      5708 Engine coolant pressure 2
      5738 Fuel water drain valve
      5749 Exhaust pressure 2
      5765 EGR actuator 1 temperature
      5785 Gas valve 1 temperature
      5788 Wastegate actuator 1 temperature
      5790 Exhaust pressure actuator temperature
      5829 EGR valve 1 position error
      5833 Fuel mass flow
      5837 Fuel type
      5838 EGR valve malfunction
      5867 Methane content of the gas
      5925 Engine oil temperature 3
      5926 Charge air cooler differential pressure
      5927 Coolant pump
      5975 High pressure fuel pump 3
      5976 High pressure fuel pump 4
      5977 Injection pump 2 speed or position sensor
      """)
}
