// Control units by their preferred source address, and what they do by the function in their NAME (SAE J1939-81).

extension J1939Names {
  static let addresses = NumberedTexts(
    lines: """
      0-1 Engine #
      2 Turbocharger
      3-4 Transmission #
      5 Shift console, primary
      6 Shift console, secondary
      7 Power take-off, main or rear
      8 Steering axle
      9-10 Drive axle #
      11 Brakes
      12 Brakes, steering axle
      13-14 Brakes, drive axle #
      15 Engine retarder
      16 Driveline retarder
      17 Cruise control
      18 Fuel system
      19 Steering
      20 Suspension, steering axle
      21-22 Suspension, drive axle #
      23 Instrument cluster
      24 Trip recorder
      25 Climate control
      26 Alternator and charging
      27 Aerodynamics
      28 Navigation
      29 Vehicle security
      30 Electrical system
      31 Starter
      32 Trailer bridge
      33 Body
      34 Auxiliary valves or engine air
      35 Hitch
      36 Power take-off, front or second
      37 Gateway to outside the vehicle
      38 Virtual terminal
      39 Management computer
      40 Cab display
      41 Exhaust retarder, engine 1
      42 Headway control
      43 On-board diagnosis
      44 Exhaust retarder, engine 2
      45 Endurance brake
      46 Hydraulic pump
      47 Suspension
      48 Pneumatic system
      49 Cab, primary
      50 Cab, secondary
      51 Tyre pressure
      52-53 Ignition #
      54 Seat
      55 Lighting controls
      56 Steering, rear axle
      57 Water pump
      58 Climate control 2
      59 Transmission display, primary
      60 Transmission display, secondary
      61 Exhaust emission control
      62 Vehicle stability
      63 Oil sensor
      64 Suspension 2
      65 Information system
      66 Ramp
      67 Clutch or converter
      68-69 Auxiliary heater #
      70 Engine valves
      71-72 Chassis #
      73 Propulsion battery charger
      74 Cellular communication
      75 Satellite communication
      76 Radio communication
      77 Steering column
      78 Fan drive
      79 Seat 2
      80 Parking brake
      81 Aftertreatment 1 intake gas sensor
      82 Aftertreatment 1 outlet gas sensor
      83 Restraint system
      84 Cab display 2
      85 Particulate filter
      86 Aftertreatment 2 intake gas sensor
      87 Aftertreatment 2 outlet gas sensor
      88 Restraint system 2
      89 Atmospheric sensor
      90 Powertrain
      91 Power management
      248 File server or printer
      249-250 Service tool #
      251 Data logger
      252 Experimental unit
      253 Maker's own unit
      """)

  static let functions = NumberedTexts(
    lines: """
      0 Engine
      1 Auxiliary power unit
      2 Electric propulsion
      3 Transmission
      4 Battery monitor
      5 Shift console
      6 Power take-off, main or rear
      7 Steering axle
      8 Drive axle
      9 Brakes
      10 Brakes, steering axle
      11 Brakes, drive axle
      12 Engine retarder
      13 Driveline retarder
      14 Cruise control
      15 Fuel system
      16 Steering
      17 Suspension, steering axle
      18 Suspension, drive axle
      19 Instrument cluster
      20 Trip recorder
      21 Climate control
      22 Aerodynamics
      23 Navigation
      24 Vehicle security
      25 Network interconnection
      26 Body
      27 Power take-off, second or front
      28 Gateway to outside the vehicle
      29 Virtual terminal
      30 Management computer
      31 Propulsion battery charger
      32 Headway control
      33 System monitor
      34 Hydraulic pump
      35 Suspension
      36 Pneumatic system
      37 Cab
      38 Tyre pressure
      39 Ignition
      40 Seat
      41 Lighting controls
      42 Water pump
      43 Transmission display
      44 Exhaust emission control
      45 Vehicle stability
      46 Oil sensor
      47 Information system
      48 Ramp
      49 Clutch or converter
      50 Auxiliary heater
      51 Forward collision warning
      52 Chassis
      53 Alternator and charging
      54 Cellular communication
      55 Satellite communication
      56 Radio communication
      57 Steering column
      58 Fan drive
      59 Starter
      60 Cab display
      61 File server or printer
      62 On-board diagnosis
      63 Engine valves
      64 Endurance brake
      65 Gas flow measurement
      66 Input and output
      67 Electrical system
      68 Aftertreatment gas sensor
      69 Engine aftertreatment
      70 Auxiliary regeneration
      71 Transfer case
      72 Coolant valves
      73 Rollover detection
      74 Lubrication
      75 Supplemental fan
      76 Temperature sensor
      77 Fuel properties sensor
      78 Fire suppression
      79 Power management
      80 Electric powertrain
      81 Hydraulic powertrain
      82 File server
      83 Printer
      84 Starting aid
      """)
}
