// Texts of the generic trouble codes C0xxx and B0xxx: brakes, stability, steering; airbags, belts, seats.

extension CodeTable {
  static let chassis = CodeTable(
    """
    0001 f Traction control channel A, valve 1
    0002 f Traction control channel A, valve 2
    0003 f Traction control channel B, valve 1
    0004 f Traction control channel B, valve 2
    0010 f Inlet valve, left front
    0011 f Outlet valve, left front
    0012 . Hydraulic pressure released too long, left front
    0014 f Inlet valve, right front
    0015 f Outlet valve, right front
    0016 . Hydraulic pressure released too long, right front
    0018 f Inlet valve, left rear
    0019 f Outlet valve, left rear
    001A . Hydraulic pressure released too long, left rear
    001C f Inlet valve, right rear
    001D f Outlet valve, right rear
    001E . Hydraulic pressure released too long, right rear
    0020 f Pump motor of the anti-lock brakes
    0021 R Brake booster
    0022 f Brake booster solenoid
    0023 f Stop lamp
    0030 f Tone wheel, left front
    0031 f Wheel speed sensor, left front
    0032 f Supply of the wheel speed sensor, left front
    0033 f Tone wheel, right front
    0034 f Wheel speed sensor, right front
    0035 f Supply of the wheel speed sensor, right front
    0036 f Tone wheel, left rear
    0037 f Wheel speed sensor, left rear
    0038 f Supply of the wheel speed sensor, left rear
    0039 f Tone wheel, right rear
    003A f Wheel speed sensor, right rear
    003B f Supply of the wheel speed sensor, right rear
    003C f Tone wheel, rear
    003D f Wheel speed sensor, rear
    003E f Supply of the wheel speed sensor, rear
    0040*A-B f Brake pedal switch #
    0042*A-B c Brake pedal position sensor #
    0044*A-B f Brake pressure sensor #
    0046 k Brake pressure sensors A and B
    0047 f Brake booster pressure sensor
    0048 f Brake booster travel sensor
    0049 f Brake fluid
    004A f Brake lining wear sensor
    0051 f Steering wheel position sensor
    0052*A-D f Steering wheel position sensor, signal #
    0061 f Lateral acceleration sensor
    0062 f Longitudinal acceleration sensor
    0063 f Yaw rate sensor
    0064 f Roll rate sensor
    0069 f Yaw rate or longitudinal acceleration sensor
    006A f Multi-axis acceleration sensor
    006B . Stability control active for too long
    006C f Stability control
    0071 f Two- or four-wheel drive status
    0072 . Brakes too hot
    0073 f Delivered driving torque
    0074 f Requested driving torque
    0075 f Output for long brake pedal travel
    0076 f Traction control signal
    0077 . Tyre pressure too low
    0078 f Tyre diameter
    0079 f Variable effort steering
    0081 f Anti-lock brake lamp
    0082 f Brake system lamp
    0083 f Tyre pressure lamp
    0084 f Lamp for active traction control
    0085 f Lamp for traction control switched off
    0086 f Vehicle dynamics lamp
    0089 f Traction control OFF switch
    008A f Traction control mode

    """)

  static let body = CodeTable(
    """
    0001*1-3 f Driver airbag, stage #
    0004 f Driver knee airbag
    0005 f Collapsible steering column
    0010*1-3 f Front passenger airbag, stage #
    0013 f Front passenger knee airbag
    0020 f Side airbag, left
    0021*1-2 f Curtain airbag #, left
    0028 f Side airbag, right
    0029*1-2 f Curtain airbag #, right
    0030 f Side airbag, second row left
    0031*1-3 f Front airbag, second row left, stage #
    0038 f Side airbag, second row right
    0039 f Front airbag, second row right, stage 1
    003A f Front airbag, second row right, stage 2
    003B f Front airbag, second row right, stage 3
    0040 f Side airbag, third row left
    0041*1-3 f Front airbag, third row left, stage #
    0048 f Side airbag, third row right
    0049 f Front airbag, third row right, stage 1
    004A f Front airbag, third row right, stage 2
    004B f Front airbag, third row right, stage 3
    0050 f Driver belt sensor
    0051 f Front centre belt sensor
    0052 f Front passenger belt sensor
    0053 f Belt sensor, second row left
    0054 f Belt sensor, second row centre
    0055 f Belt sensor, second row right
    0056 f Belt sensor, third row left
    0057 f Belt sensor, third row centre
    0058 f Belt sensor, third row right
    0060 f Driver belt tension sensor
    0061 f Front passenger belt tension sensor
    0070 f Driver belt pretensioner
    0071 f Front centre belt pretensioner
    0072 f Front passenger belt pretensioner
    0073 f Belt pretensioner, second row left
    0074 f Belt pretensioner, second row centre
    0075 f Belt pretensioner, second row right
    0076 f Belt pretensioner, third row left
    0077 f Belt pretensioner, third row centre
    0078 f Belt pretensioner, third row right
    0079 f Driver belt pretensioner B
    007A f Front passenger belt pretensioner B
    0080 f Driver belt load limiter
    0081 f Front centre belt load limiter
    0082 f Front passenger belt load limiter
    0083 f Belt load limiter, second row left
    0084 f Belt load limiter, second row centre
    0085 f Belt load limiter, second row right
    0086 f Belt load limiter, third row left
    0087 f Belt load limiter, third row centre
    0088 f Belt load limiter, third row right
    0090 f Crash sensor, left front
    0091*1-3 f Crash sensor #, left side
    0094 f Crash sensor, front centre
    0095 f Crash sensor, right front
    0096*1-3 f Crash sensor #, right side
    0099 f Roll-over sensor
    00A0 f Occupant classification
    00A1 f Occupant position detection
    00B0*A-E f Driver seat occupant classification sensor #
    00B5 f Driver seat track position sensor
    00B6 f Driver seat recline position sensor
    00B7*A-E f Driver seat occupant position sensor #
    00C0*A-E f Front passenger seat occupant classification sensor #
    00C5 f Front passenger seat track position sensor
    00C6 f Front passenger seat recline position sensor
    00C7*A-E f Front passenger seat occupant position sensor #
    00D0 f Driver belt lamp
    00D1 f Front passenger belt lamp
    00D2*1-2 f Restraints malfunction lamp #
    00D4 f Restraints malfunction sound
    00D5 f Lamp for front passenger airbag off
    00DF f Switch for front passenger airbag off

    """)
}
