// The parameters 00...5F of service 01: `OBDTableReader` says how to read them.
//
// Which sensor PIDs 14...1B, 24...2B and 34...3B mean depends on the car: by PID 13 sensors 1...4 of bank 1, then those
// of bank 2; by PID 1D the first two sensors of banks 1, 2, 3 and 4.

enum OBDParameterTable {
  /// In ascending order of their parameters.
  static let texts = [upTo5F, from60, from80]

  /// The text that holds a parameter if any does.
  static func text(of pid: UInt8) -> String { pid < 0x60 ? upTo5F : pid < 0x80 ? from60 : from80 }

  private static let upTo5F = """
    00 4 Parameters supported, 01 to 20
      supported A:D 1 -
    01 4 Monitors since trouble codes were cleared
      lamp A.7 =offOn Malfunction lamp
      codeCount A.0-6 1 - Confirmed trouble codes
      ignition B.3 =ignition Kind of the monitors
      misfireSupported B.0 =noYes Misfire monitor supported
      fuelSystemSupported B.1 =noYes Fuel system monitor supported
      componentsSupported B.2 =noYes Component monitor supported
      misfireIncomplete B.4 =noYes Misfire monitor not complete
      fuelSystemIncomplete B.5 =noYes Fuel system monitor not complete
      componentsIncomplete B.6 =noYes Component monitor not complete
      supported C 1 - Other monitors supported, one bit each
      incomplete D 1 - Other monitors not complete, one bit each
    02 2 Trouble code of the freeze frame
      code A:B 1 -
    03 2 Fuel system status
      system1 A =fuelSystem Status of fuel system 1
      system2 B =fuelSystem Status of fuel system 2
    04 1 Calculated engine load
      load A 100/255 percent
    05 1 Engine coolant temperature
      temperature A 1-40 celsius
    06 1|2 Short-term fuel trim, bank 1
      bank1 A 100/128-100 percent
      bank3 B 100/128-100 percent Short-term fuel trim, bank 3
    07 1|2 Long-term fuel trim, bank 1
      bank1 A 100/128-100 percent
      bank3 B 100/128-100 percent Long-term fuel trim, bank 3
    08 1|2 Short-term fuel trim, bank 2
      bank2 A 100/128-100 percent
      bank4 B 100/128-100 percent Short-term fuel trim, bank 4
    09 1|2 Long-term fuel trim, bank 2
      bank2 A 100/128-100 percent
      bank4 B 100/128-100 percent Long-term fuel trim, bank 4
    0A 1 Fuel pressure above atmosphere
      pressure A 3 kPa
    0B 1 Intake manifold pressure, absolute
      pressure A 1 kPa
    0C 2 Engine speed
      speed A:B 1/4 rpm
    0D 1 Vehicle speed
      speed A 1 km/h
    0E 1 Ignition advance of cylinder 1
      advance A 1/2-64 degrees
    0F 1 Intake air temperature
      temperature A 1-40 celsius
    10 2 Mass air flow
      flow A:B 1/100 g/s
    11 1 Throttle position, absolute
      position A 100/255 percent
    12 1 Secondary air demanded
      status A =secondaryAir
    13 1 Oxygen sensors present in two banks
      bank1 A.0-3 1 - Sensors 1 to 4 of bank 1, one bit each
      bank2 A.4-7 1 - Sensors 1 to 4 of bank 2, one bit each
    14 2 Oxygen sensor 1
      voltage A 1/200 V Voltage of oxygen sensor 1
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 1
    15 2 Oxygen sensor 2
      voltage A 1/200 V Voltage of oxygen sensor 2
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 2
    16 2 Oxygen sensor 3
      voltage A 1/200 V Voltage of oxygen sensor 3
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 3
    17 2 Oxygen sensor 4
      voltage A 1/200 V Voltage of oxygen sensor 4
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 4
    18 2 Oxygen sensor 5
      voltage A 1/200 V Voltage of oxygen sensor 5
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 5
    19 2 Oxygen sensor 6
      voltage A 1/200 V Voltage of oxygen sensor 6
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 6
    1A 2 Oxygen sensor 7
      voltage A 1/200 V Voltage of oxygen sensor 7
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 7
    1B 2 Oxygen sensor 8
      voltage A 1/200 V Voltage of oxygen sensor 8
      trim B* 100/128-100 percent Short-term fuel trim by oxygen sensor 8
    1C 1 OBD standard that the vehicle meets
      standard A =obdStandard
    1D 1 Oxygen sensors present in four banks
      bank1 A.0-1 1 - Sensors 1 and 2 of bank 1, one bit each
      bank2 A.2-3 1 - Sensors 1 and 2 of bank 2, one bit each
      bank3 A.4-5 1 - Sensors 1 and 2 of bank 3, one bit each
      bank4 A.6-7 1 - Sensors 1 and 2 of bank 4, one bit each
    1E 1 Auxiliary inputs
      powerTakeOff A.0 =offOn Power take-off
    1F 2 Time since engine start
      time A:B 1 s
    20 4 Parameters supported, 21 to 40
      supported A:D 1 -
    21 2 Distance driven with the malfunction lamp on
      distance A:B 1 km
    22 2 Fuel rail pressure above manifold pressure
      pressure A:B 0.079 kPa
    23 2 Fuel rail pressure above atmosphere
      pressure A:B 10 kPa
    24 4 Oxygen sensor 1, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 1
      voltage C:D 8/65536 V Voltage of oxygen sensor 1
    25 4 Oxygen sensor 2, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 2
      voltage C:D 8/65536 V Voltage of oxygen sensor 2
    26 4 Oxygen sensor 3, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 3
      voltage C:D 8/65536 V Voltage of oxygen sensor 3
    27 4 Oxygen sensor 4, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 4
      voltage C:D 8/65536 V Voltage of oxygen sensor 4
    28 4 Oxygen sensor 5, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 5
      voltage C:D 8/65536 V Voltage of oxygen sensor 5
    29 4 Oxygen sensor 6, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 6
      voltage C:D 8/65536 V Voltage of oxygen sensor 6
    2A 4 Oxygen sensor 7, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 7
      voltage C:D 8/65536 V Voltage of oxygen sensor 7
    2B 4 Oxygen sensor 8, wide range, by voltage
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 8
      voltage C:D 8/65536 V Voltage of oxygen sensor 8
    2C 1 Exhaust gas recirculation demanded
      demand A 100/255 percent
    2D 1 Exhaust gas recirculation error
      error A 100/128-100 percent
    2E 1 Evaporative purge demanded
      demand A 100/255 percent
    2F 1 Fuel level
      level A 100/255 percent
    30 1 Warm-ups since trouble codes were cleared
      count A 1 -
    31 2 Distance driven since trouble codes were cleared
      distance A:B 1 km
    32 2 Evaporative system pressure
      pressure -A:B 1/4 Pa
    33 1 Barometric pressure, absolute
      pressure A 1 kPa
    34 4 Oxygen sensor 1, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 1
      current C:D 1/256-128 mA Current of oxygen sensor 1
    35 4 Oxygen sensor 2, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 2
      current C:D 1/256-128 mA Current of oxygen sensor 2
    36 4 Oxygen sensor 3, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 3
      current C:D 1/256-128 mA Current of oxygen sensor 3
    37 4 Oxygen sensor 4, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 4
      current C:D 1/256-128 mA Current of oxygen sensor 4
    38 4 Oxygen sensor 5, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 5
      current C:D 1/256-128 mA Current of oxygen sensor 5
    39 4 Oxygen sensor 6, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 6
      current C:D 1/256-128 mA Current of oxygen sensor 6
    3A 4 Oxygen sensor 7, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 7
      current C:D 1/256-128 mA Current of oxygen sensor 7
    3B 4 Oxygen sensor 8, wide range, by current
      ratio A:B 2/65536 ratio Air-fuel equivalence ratio at oxygen sensor 8
      current C:D 1/256-128 mA Current of oxygen sensor 8
    3C 2 Catalyst temperature, bank 1 sensor 1
      temperature A:B 0.1-40 celsius
    3D 2 Catalyst temperature, bank 2 sensor 1
      temperature A:B 0.1-40 celsius
    3E 2 Catalyst temperature, bank 1 sensor 2
      temperature A:B 0.1-40 celsius
    3F 2 Catalyst temperature, bank 2 sensor 2
      temperature A:B 0.1-40 celsius
    40 4 Parameters supported, 41 to 60
      supported A:D 1 -
    41 4 Monitors in this driving cycle
      ignition B.3 =ignition Kind of the monitors
      misfireEnabled B.0 =noYes Misfire monitor enabled
      fuelSystemEnabled B.1 =noYes Fuel system monitor enabled
      componentsEnabled B.2 =noYes Component monitor enabled
      misfireIncomplete B.4 =noYes Misfire monitor not complete
      fuelSystemIncomplete B.5 =noYes Fuel system monitor not complete
      componentsIncomplete B.6 =noYes Component monitor not complete
      enabled C 1 - Other monitors enabled, one bit each
      incomplete D 1 - Other monitors not complete, one bit each
    42 2 Supply voltage at the control unit
      voltage A:B 1/1000 V
    43 2 Absolute load
      load A:B 100/255 percent
    44 2 Air-fuel equivalence ratio demanded
      ratio A:B 2/65536 ratio
    45 1 Throttle position, relative
      position A 100/255 percent
    46 1 Ambient air temperature
      temperature A 1-40 celsius
    47 1 Throttle position, absolute, sensor B
      position A 100/255 percent
    48 1 Throttle position, absolute, sensor C
      position A 100/255 percent
    49 1 Accelerator pedal position, sensor D
      position A 100/255 percent
    4A 1 Accelerator pedal position, sensor E
      position A 100/255 percent
    4B 1 Accelerator pedal position, sensor F
      position A 100/255 percent
    4C 1 Throttle position demanded
      position A 100/255 percent
    4D 2 Running time with the malfunction lamp on
      time A:B 1 min
    4E 2 Running time since trouble codes were cleared
      time A:B 1 min
    4F 4 Largest values of other parameters
      ratio A 1 ratio Largest air-fuel equivalence ratio
      voltage B 1 V Largest voltage of oxygen sensors
      current C 1 mA Largest current of oxygen sensors
      pressure D 10 kPa Largest intake manifold pressure
    50 4 Largest mass air flow
      flow A 10 g/s
    51 1 Fuel in use
      type A =fuelType
    52 1 Ethanol in the fuel
      share A 100/255 percent
    53 2 Evaporative system pressure, absolute
      pressure A:B 0.005 kPa
    54 2 Evaporative system pressure, wide range
      pressure -A:B 1 Pa
    55 2|1 Short-term fuel trim by the second oxygen sensor, banks 1 and 3
      bank1 A 100/128-100 percent Short-term fuel trim by the second oxygen sensor, bank 1
      bank3 B 100/128-100 percent Short-term fuel trim by the second oxygen sensor, bank 3
    56 2|1 Long-term fuel trim by the second oxygen sensor, banks 1 and 3
      bank1 A 100/128-100 percent Long-term fuel trim by the second oxygen sensor, bank 1
      bank3 B 100/128-100 percent Long-term fuel trim by the second oxygen sensor, bank 3
    57 2|1 Short-term fuel trim by the second oxygen sensor, banks 2 and 4
      bank2 A 100/128-100 percent Short-term fuel trim by the second oxygen sensor, bank 2
      bank4 B 100/128-100 percent Short-term fuel trim by the second oxygen sensor, bank 4
    58 2|1 Long-term fuel trim by the second oxygen sensor, banks 2 and 4
      bank2 A 100/128-100 percent Long-term fuel trim by the second oxygen sensor, bank 2
      bank4 B 100/128-100 percent Long-term fuel trim by the second oxygen sensor, bank 4
    59 2 Fuel rail pressure, absolute
      pressure A:B 10 kPa
    5A 1 Accelerator pedal position, relative
      position A 100/255 percent
    5B 1 Remaining charge of the hybrid battery
      charge A 100/255 percent
    5C 1 Engine oil temperature
      temperature A 1-40 celsius
    5D 2 Fuel injection timing
      timing A:B 1/128-210 degrees
    5E 2 Engine fuel rate
      rate A:B 0.05 l/h
    5F 1 Emission requirement that the vehicle is built for
      requirement A =emissionRequirement
    """
}
