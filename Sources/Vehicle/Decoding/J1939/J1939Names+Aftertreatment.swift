// Suspect parameters of exhaust aftertreatment: diesel exhaust fluid (DEF), particulate filter (DPF), catalysts, NOx.

extension J1939Names {
  static let aftertreatment = NumberedTexts(
    lines: """
      81 DPF intake pressure
      1761 DEF tank level
      2783 Gas oxidation catalyst 1 missing
      2784 Gas oxidation catalyst 2 missing
      2785 Three-way catalyst 1 missing
      2786 Three-way catalyst 2 missing
      3031 DEF tank temperature
      3050 Catalyst monitor, bank 1
      3051 Catalyst monitor, bank 2
      3053 Evaporative system monitor
      3054 Secondary air monitor
      3056 Exhaust gas sensor monitor, bank 1
      3057 Exhaust gas sensor monitor, bank 2
      3064 DPF system monitor
      3216 NOx before the SCR catalyst
      3217 Oxygen before aftertreatment 1
      3218 Intake gas sensor 1 supply in range
      3219 Intake gas sensor 1 at temperature
      3220 NOx before the SCR catalyst, stable
      3221 Oxygen before aftertreatment 1, stable
      3222 Intake gas sensor 1 heater
      3223 Intake gas sensor 1 heater control
      3224 Intake NOx sensor 1
      3225 Intake oxygen sensor 1
      3226 NOx after aftertreatment 1
      3227 Oxygen after aftertreatment 1
      3228 Outlet gas sensor 1 supply in range
      3229 Outlet gas sensor 1 at temperature
      3230 NOx after aftertreatment 1, stable
      3231 Oxygen after aftertreatment 1, stable
      3232 Outlet gas sensor 1 heater
      3233 Outlet gas sensor 1 heater control
      3234 Outlet NOx sensor 1
      3235 Outlet oxygen sensor 1
      3236 Exhaust gas mass flow
      3237 Dew point before aftertreatment 1
      3238 Dew point after aftertreatment 1
      3241 Exhaust temperature 1
      3242 DPF intake temperature
      3243 Exhaust temperature 1 sensor
      3244 DPF intake temperature sensor
      3245 Exhaust temperature 3
      3246 DPF outlet temperature
      3247 Exhaust temperature 3 sensor
      3248 DPF outlet temperature sensor
      3249 Exhaust temperature 2
      3250 DPF intermediate temperature
      3251 DPF differential pressure
      3252 Exhaust temperature 2 sensor
      3253 DPF differential pressure sensor
      3254 DPF intermediate temperature sensor
      3255 NOx before SCR catalyst 2
      3256 Oxygen before aftertreatment 2
      3261 Intake gas sensor heater, aftertreatment 2
      3263 Intake NOx sensor, aftertreatment 2
      3265 NOx after aftertreatment 2
      3266 Oxygen after aftertreatment 2
      3271 Outlet gas sensor heater, aftertreatment 2
      3273 Outlet NOx sensor, aftertreatment 2
      3275 Exhaust temperature 1, aftertreatment 2
      3276 DPF 2 intake temperature
      3279 Exhaust temperature 3, aftertreatment 2
      3280 DPF 2 outlet temperature
      3284 DPF 2 intermediate temperature
      3285 DPF 2 differential pressure
      3360 DEF controller
      3361 DEF dosing unit
      3362 DEF dosing unit lines
      3363 DEF tank heater
      3364 DEF quality
      3471 Aftertreatment fuel pressure actuator
      3472 Aftertreatment air pressure actuator
      3473 Aftertreatment burner failed to ignite
      3474 Aftertreatment burner flame lost
      3479 Aftertreatment fuel pressure 1 control
      3480 Aftertreatment fuel pressure 1
      3481 Aftertreatment fuel rate
      3482 Aftertreatment fuel enable valve
      3483 Regeneration state, aftertreatment 1
      3484 Aftertreatment ignition
      3485 Aftertreatment supply air pressure
      3486 Aftertreatment purge air pressure
      3487 Aftertreatment air pressure control
      3488 Aftertreatment air pressure actuator position
      3489 Aftertreatment air enable valve
      3490 Aftertreatment purge air valve
      3491 Aftertreatment atomization air valve
      3492 Aftertreatment air system relay
      3515 DEF temperature 2
      3516 DEF concentration
      3517 DEF tank level 2
      3518 DEF conductivity
      3519 DEF temperature 2 sensor
      3520 DEF quality sensor
      3521 DEF property
      3522 Aftertreatment fuel used, total
      3525 Active regenerations, total
      3530 Regeneration disabled by hand, aftertreatment 1
      3531 Regeneration disabled by hand, aftertreatment 2
      3532 DEF tank level sensor
      3556 Hydrocarbon doser
      3609 DPF intake pressure, aftertreatment 1
      3610 DPF outlet pressure
      3611 DPF 2 intake pressure
      3612 DPF 2 outlet pressure
      3695 Regeneration inhibit switch
      3696 Regeneration force switch
      3697 DPF lamp
      3698 Hot exhaust lamp
      3699 Passive regeneration state
      3700 Active regeneration state
      3701 DPF state
      3702 Active regeneration inhibited
      3703 Regeneration inhibited by its switch
      3704 Regeneration inhibited by the clutch
      3705 Regeneration inhibited by the service brake
      3706 Regeneration inhibited by the power take-off
      3707 Regeneration inhibited by the accelerator
      3708 Regeneration inhibited: not in neutral
      3709 Regeneration inhibited: vehicle too fast
      3710 Regeneration inhibited: parking brake off
      3711 Regeneration inhibited: exhaust too cold
      3712 Regeneration inhibited by a fault
      3713 Regeneration inhibited by a time limit
      3714 Regeneration locked out for now
      3715 Regeneration locked out for good
      3716 Regeneration inhibited: engine cold
      3717 Regeneration inhibited: vehicle too slow
      3719 DPF soot load
      3720 DPF ash load
      3721 Time since the last active regeneration
      3722 DPF 2 soot load
      3723 DPF 2 ash load
      3750 Conditions for active regeneration not met
      3826 DEF average consumption
      3828 DEF commanded consumption
      3830 Secondary air differential pressure
      3831 Secondary air temperature
      3832 Secondary air mass flow
      3837 Secondary air pressure
      3936 DPF system
      4077 Aftertreatment fuel pressure 2
      4090 NOx too high, cause unknown
      4091 NOx too high: EGR off
      4092 NOx too high: EGR flow wrong
      4093 NOx too high: too little DEF used
      4094 NOx too high: DEF quality poor
      4095 NOx too high: DEF dosing interrupted
      4096 NOx too high: DEF tank empty
      4097 Aftertreatment fuel drain valve
      4225 NOx too high: NOx control system
      4265 Burner ignition transformer
      4289 Three-way catalyst intake temperature
      4290 Three-way catalyst outlet temperature
      4291 Three-way catalyst differential pressure
      4301 Aftertreatment fuel injector heater
      4331 DEF dosed quantity
      4332 SCR system state
      4334 DEF doser pressure
      4335 SCR dosing air pressure
      4336 SCR dosing air valve
      4337 DEF doser temperature
      4339 SCR feedback control
      4340 DEF line heater 1 state
      4341 DEF line heater 1 sensor
      4342 DEF line heater 2 state
      4343 DEF line heater 2 sensor
      4344 DEF line heater 3 state
      4345 DEF line heater 3 sensor
      4346 DEF line heater 4 state
      4347 DEF line heater 4 sensor
      4348 DEF requested quantity
      4354-4357 DEF line heater #
      4358 SCR differential pressure
      4359 SCR differential pressure sensor
      4360 SCR intake temperature
      4361 SCR intake temperature sensor
      4362 SCR outlet temperature sensor
      4363 SCR outlet temperature
      4364 SCR conversion efficiency
      4365 DEF tank temperature sensor
      4366 DEF tank heater sensor
      4374 DEF pump speed
      4375 DEF pump drive
      4376 DEF return (diverter) valve
      4377 Ammonia after aftertreatment 1
      4378 Outlet ammonia sensor
      4382 Outlet ammonia sensor heater
      4384 DEF dosed quantity, aftertreatment 2
      4387 DEF doser pressure, aftertreatment 2
      4411 SCR differential pressure, aftertreatment 2
      4413 SCR intake temperature, aftertreatment 2
      4415 SCR outlet temperature, aftertreatment 2
      4419 SCR conversion efficiency, aftertreatment 2
      4427 DEF tank 2 temperature
      4428 DEF tank 2 level
      4431 DEF tank 2 heater
      4450 DEF controller, aftertreatment 2
      4451 DEF dosing unit, aftertreatment 2
      4453 DEF quality, aftertreatment 2
      4753 Gas oxidation catalyst intake temperature
      4754 Gas oxidation catalyst outlet temperature
      4755 Gas oxidation catalyst differential pressure
      4765 Diesel oxidation catalyst intake temperature
      4766 Diesel oxidation catalyst outlet temperature
      4767 Diesel oxidation catalyst differential pressure
      4768 Diesel oxidation catalyst intake temperature sensor
      4769 Diesel oxidation catalyst outlet temperature sensor
      4771 Diesel oxidation catalyst 2 intake temperature
      4772 Diesel oxidation catalyst 2 outlet temperature
      4781 DPF soot mass
      4782 DPF soot density
      4783 DPF mean soot signal
      4784 DPF median soot signal
      4785 DPF soot sensor
      4791 Warm-up oxidation catalyst
      4792 SCR system
      4793 Warm-up oxidation catalyst missing
      4794 SCR system missing
      4795 DPF missing
      4796 Diesel oxidation catalyst missing
      4809 Warm-up oxidation catalyst intake temperature
      4810 Warm-up oxidation catalyst outlet temperature
      5018 Diesel oxidation catalyst system
      5024 Intake NOx sensor heater ratio
      5031 Outlet NOx sensor heater ratio
      5038 Intake NOx sensor heater ratio, aftertreatment 2
      5045 Outlet NOx sensor heater ratio, aftertreatment 2
      5137 DEF tank heater command
      5245 DEF tank low indicator
      5246 SCR inducement
      5298 Diesel oxidation catalyst efficiency
      5300 Too little NO2 from the oxidation catalyst
      5302 Ammonia slip catalyst efficiency
      5304 NOx adsorber efficiency
      5306 NOx adsorber dosing system
      5308 NOx adsorber monitor
      5310 DPF hydrocarbon conversion
      5317 Diesel oxidation catalyst 2 system
      5318 Exhaust gas sensor monitor
      5319 DPF regeneration incomplete
      5320 DPF 2 regeneration incomplete
      5322 Hydrocarbon catalyst monitor
      5392 DEF dosing unit lost its prime
      5394 DEF dosing valve
      5397 DPF regenerates too often
      5399 DPF thermal management
      5400 SCR thermal management
      5423 Aftertreatment fuel pump relay
      5424 Aftertreatment fuel diverter valve
      5425 Aftertreatment fuel pressure 2 actuator
      5434 DEF tank fill valve
      5435 DEF pump state
      5436 DEF tank drain valve
      5443 Hydrocarbon dosing system
      5454 Average time between active regenerations
      5456 Hydrocarbon doser fuel temperature
      5459 NOx adsorber regeneration state
      5463 Distance with SCR inducement
      5466 DPF soot load at which regeneration starts
      5478 DEF dosing unit lost its prime, alternate
      5479 NOx adsorber intake temperature
      5480 DEF controller temperature
      5481 NOx adsorber outlet temperature
      5482 NOx adsorber missing
      5485 DEF pump orifice flow
      5486 Aftertreatment control unit temperature
      5487 Burner combustion chamber temperature
      5488 DEF line heater 5 state
      5491 DEF line heater relay
      5503 Aftertreatment fuel mass rate
      5569 DPF 1 soot sensor internal temperature
      5570 DPF 2 soot sensor internal temperature
      5576 Aftertreatment 1 identification
      5577 Aftertreatment 2 identification
      5591 DPF air control module
      5706 DEF pump heater
      5707 DEF pump heater command
      5709 Outlet NOx sensor self-test request
      5710 Intake NOx sensor self-test request
      5713 Outlet NOx sensor self-test state
      5714 Intake NOx sensor self-test state
      5717 Outlet NOx sensor self-test result
      5718 Intake NOx sensor self-test result
      5739 Outlet soot sensor heater, aftertreatment 2
      5740 Soot after aftertreatment 2
      5741 Soot after aftertreatment 1
      5742 DPF temperature sensor module
      5743 SCR temperature sensor module
      5744 SCR system 2 missing
      5745 DEF dosing unit heater
      5746 DEF dosing unit heater relay
      5747 Outlet soot sensor heater
      5758 Intake gas sensor supply
      5759 Outlet gas sensor supply
      5796 SCR dosing air pump
      5797 Warm-up catalyst temperature sensor module
      5798 DEF dosing unit heater temperature
      5799 SCR dosing air pump relay
      5825 Driver warning for emission control
      5826 Inducement by emission control
      5827 Average distance between active regenerations
      5835 Particulate sensor, aftertreatment 1
      5836 Particulate sensor, aftertreatment 2
      5839 DEF consumption malfunction
      5840 DEF dosing malfunction
      5841 DEF quality malfunction
      5842 SCR monitoring malfunction
      5848 Ammonia in the SCR catalyst
      5849 SCR ammonia sensor
      5851 SCR ammonia sensor supply in range
      5852 SCR ammonia sensor at temperature
      5853 SCR ammonia sensor heater
      5854 SCR ammonia sensor heater control
      5862 SCR intermediate temperature
      5863 SCR intermediate temperature sensor
      5963 DEF used, total
      5965 DEF control module relay
      5966 DEF control module supply
      5971 DEF dosing unit heater, aftertreatment 2
      5973 DEF line heater relay, aftertreatment 2
      5974 DEF dosing valve, aftertreatment 2
      5978 Time to the next active regeneration
      """)
}
