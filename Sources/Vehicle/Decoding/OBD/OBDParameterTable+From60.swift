// The parameters 60...7F of service 01: `OBDTableReader` says how to read them.

extension OBDParameterTable {
  static let from60 = """
    60 4 Parameters supported, 61 to 80
      supported A:D 1 -
    61 1 Engine torque demanded by the driver
      torque A 1-125 percent
    62 1 Engine torque
      torque A 1-125 percent
    63 2 Reference engine torque
      torque A:B 1 Nm
    64 5 Engine torque at five points
      idle A 1-125 percent Engine torque at idle, point 1
      point2 B 1-125 percent Engine torque at point 2
      point3 C 1-125 percent Engine torque at point 3
      point4 D 1-125 percent Engine torque at point 4
      point5 E 1-125 percent Engine torque at point 5
    65 2 Auxiliary inputs and outputs
      powerTakeOff B.0?0 =offOn Power take-off
      automatic B.1?1 =automaticGear Automatic gearbox
      manual B.2?2 =manualGear Manual gearbox
      glowLamp B.3?3 =offOn Glow plug lamp
      recommendedGear B.4-7?4 1 - Recommended gear
    66 5 Mass air flow sensors
      sensorA B:C?0 1/32 g/s Mass air flow, sensor A
      sensorB D:E?1 1/32 g/s Mass air flow, sensor B
    67 3 Engine coolant temperatures
      sensor1 B?0 1-40 celsius Engine coolant temperature, sensor 1
      sensor2 C?1 1-40 celsius Engine coolant temperature, sensor 2
    68 7 Intake air temperatures
      bank1Sensor1 B?0 1-40 celsius Intake air temperature, bank 1 sensor 1
      bank1Sensor2 C?1 1-40 celsius Intake air temperature, bank 1 sensor 2
      bank1Sensor3 D?2 1-40 celsius Intake air temperature, bank 1 sensor 3
      bank2Sensor1 E?3 1-40 celsius Intake air temperature, bank 2 sensor 1
      bank2Sensor2 F?4 1-40 celsius Intake air temperature, bank 2 sensor 2
      bank2Sensor3 G?5 1-40 celsius Intake air temperature, bank 2 sensor 3
    69 7 Exhaust gas recirculation
      demandA B?0 100/255 percent Exhaust gas recirculation A demanded
      actualA C?1 100/255 percent Exhaust gas recirculation A
      errorA D?2 100/128-100 percent Error of exhaust gas recirculation A
      demandB E?3 100/255 percent Exhaust gas recirculation B demanded
      actualB F?4 100/255 percent Exhaust gas recirculation B
      errorB G?5 100/128-100 percent Error of exhaust gas recirculation B
    6A 5 Intake air flow control of diesel engines
      demandA B?0 100/255 percent Intake air flow A demanded
      positionA C?1 100/255 percent Intake air flow A, relative position
      demandB D?2 100/255 percent Intake air flow B demanded
      positionB E?3 100/255 percent Intake air flow B, relative position
    6B 5 Exhaust gas recirculation temperatures
      sensorA B?0 1-40 celsius Exhaust gas recirculation temperature A, bank 1 sensor 1
      sensorC C?1 1-40 celsius Exhaust gas recirculation temperature C, bank 1 sensor 2
      sensorB D?2 1-40 celsius Exhaust gas recirculation temperature B, bank 2 sensor 1
      sensorD E?3 1-40 celsius Exhaust gas recirculation temperature D, bank 2 sensor 2
      wideA B?4 4-40 celsius Exhaust gas recirculation temperature A, wide range
      wideC C?5 4-40 celsius Exhaust gas recirculation temperature C, wide range
      wideB D?6 4-40 celsius Exhaust gas recirculation temperature B, wide range
      wideD E?7 4-40 celsius Exhaust gas recirculation temperature D, wide range
    6C 5 Throttle actuators
      demandA B?0 100/255 percent Throttle A demanded
      positionA C?1 100/255 percent Throttle A, relative position
      demandB D?2 100/255 percent Throttle B demanded
      positionB E?3 100/255 percent Throttle B, relative position
    6D 11 Fuel pressure control
      demandA B:C?0 10 kPa Fuel rail pressure A demanded
      pressureA D:E?1 10 kPa Fuel rail pressure A
      temperatureA F?2 1-40 celsius Fuel rail temperature A
      demandB G:H?3 10 kPa Fuel rail pressure B demanded
      pressureB I:J?4 10 kPa Fuel rail pressure B
      temperatureB K?5 1-40 celsius Fuel rail temperature B
    6E 9 Injection pressure control
      demandA B:C?0 10 kPa Injection control pressure A demanded
      pressureA D:E?1 10 kPa Injection control pressure A
      demandB F:G?2 10 kPa Injection control pressure B demanded
      pressureB H:I?3 10 kPa Injection control pressure B
    6F 3 Turbocharger inlet pressures
      turboA B?0 1 kPa Compressor inlet pressure of turbocharger A
      turboB C?1 1 kPa Compressor inlet pressure of turbocharger B
      wideA B?2 8 kPa Compressor inlet pressure of turbocharger A, wide range
      wideB C?3 8 kPa Compressor inlet pressure of turbocharger B, wide range
    70 10 Boost pressure control
      demandA B:C?0 1/32 kPa Boost pressure A demanded
      pressureA D:E?1 1/32 kPa Boost pressure A
      demandB F:G?3 1/32 kPa Boost pressure B demanded
      pressureB H:I?4 1/32 kPa Boost pressure B
      controlA J.0-1?2 =boostControl Control of boost pressure A
      controlB J.2-3?5 =boostControl Control of boost pressure B
    71 6 Variable geometry turbochargers
      demandA B?0 100/255 percent Position of turbocharger A demanded
      positionA C?1 100/255 percent Position of turbocharger A
      demandB D?3 100/255 percent Position of turbocharger B demanded
      positionB E?4 100/255 percent Position of turbocharger B
      controlA F.0-1?2 =boostControl Control of turbocharger A
      controlB F.2-3?5 =boostControl Control of turbocharger B
    72 5 Wastegates
      demandA B?0 100/255 percent Wastegate A demanded
      positionA C?1 100/255 percent Wastegate A
      demandB D?2 100/255 percent Wastegate B demanded
      positionB E?3 100/255 percent Wastegate B
    73 5 Exhaust pressures
      bank1 B:C?0 0.01 kPa Exhaust pressure, bank 1
      bank2 D:E?1 0.01 kPa Exhaust pressure, bank 2
    74 5 Turbocharger speeds
      turboA B:C?0 10 rpm Speed of turbocharger A
      turboB D:E?1 10 rpm Speed of turbocharger B
    75 7 Temperatures at turbocharger A
      compressorIn B?0 1-40 celsius Compressor inlet temperature of turbocharger A
      compressorOut C?1 1-40 celsius Compressor outlet temperature of turbocharger A
      turbineIn D:E?2 0.1-40 celsius Turbine inlet temperature of turbocharger A
      turbineOut F:G?3 0.1-40 celsius Turbine outlet temperature of turbocharger A
    76 7 Temperatures at turbocharger B
      compressorIn B?0 1-40 celsius Compressor inlet temperature of turbocharger B
      compressorOut C?1 1-40 celsius Compressor outlet temperature of turbocharger B
      turbineIn D:E?2 0.1-40 celsius Turbine inlet temperature of turbocharger B
      turbineOut F:G?3 0.1-40 celsius Turbine outlet temperature of turbocharger B
    77 5 Charge air cooler temperatures
      bank1Sensor1 B?0 1-40 celsius Charge air cooler temperature, bank 1 sensor 1
      bank1Sensor2 C?1 1-40 celsius Charge air cooler temperature, bank 1 sensor 2
      bank2Sensor1 D?2 1-40 celsius Charge air cooler temperature, bank 2 sensor 1
      bank2Sensor2 E?3 1-40 celsius Charge air cooler temperature, bank 2 sensor 2
    78 9 Exhaust gas temperatures, bank 1
      sensor1 B:C?0 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 1
      sensor2 D:E?1 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 2
      sensor3 F:G?2 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 3
      sensor4 H:I?3 0.1-40 celsius Exhaust gas temperature, bank 1 sensor 4
    79 9 Exhaust gas temperatures, bank 2
      sensor1 B:C?0 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 1
      sensor2 D:E?1 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 2
      sensor3 F:G?2 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 3
      sensor4 H:I?3 0.1-40 celsius Exhaust gas temperature, bank 2 sensor 4
    7A 7 Particulate filter pressures, bank 1
      difference -B:C?0 0.01 kPa Particulate filter pressure difference, bank 1
      inlet D:E?1 0.01 kPa Particulate filter inlet pressure, bank 1
      outlet F:G?2 0.01 kPa Particulate filter outlet pressure, bank 1
    7B 7 Particulate filter pressures, bank 2
      difference -B:C?0 0.01 kPa Particulate filter pressure difference, bank 2
      inlet D:E?1 0.01 kPa Particulate filter inlet pressure, bank 2
      outlet F:G?2 0.01 kPa Particulate filter outlet pressure, bank 2
    7C 9 Particulate filter temperatures
      bank1Inlet B:C?0 0.1-40 celsius Particulate filter inlet temperature, bank 1
      bank1Outlet D:E?1 0.1-40 celsius Particulate filter outlet temperature, bank 1
      bank2Inlet F:G?2 0.1-40 celsius Particulate filter inlet temperature, bank 2
      bank2Outlet H:I?3 0.1-40 celsius Particulate filter outlet temperature, bank 2
    7D 1 Control area for nitrogen oxides
      inside A.0 =noYes Inside the control area
      outside A.1 =noYes Outside the control area
      carveOut A.2 =noYes Inside the maker's carve-out
      deficiency A.3 =noYes Inside the deficiency area
    7E 1 Control area for particulates
      inside A.0 =noYes Inside the control area
      outside A.1 =noYes Outside the control area
      carveOut A.2 =noYes Inside the maker's carve-out
      deficiency A.3 =noYes Inside the deficiency area
    7F 13 Running times of the engine
      total B:E?0 1 s Total running time
      idle F:I?1 1 s Total idling time
      powerTakeOff J:M?2 1 s Total running time with the power take-off on
    """
}
