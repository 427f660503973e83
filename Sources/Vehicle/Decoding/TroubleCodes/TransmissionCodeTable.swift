// Texts of the generic trouble codes P07xx...P09xx and P27xx...P28xx: transmission, clutch, shifting.

extension CodeTable {
  static let transmission = CodeTable(
    """
    0700 . Transmission control fault, malfunction lamp requested
    0701 R Transmission control
    0702 E Transmission control
    0703 c Brake switch B
    0704 c Clutch switch
    0705 crlhi Transmission range sensor A
    070A crlhi Transmission fluid level sensor
    070F . Transmission fluid level too low
    0710 crlhi Transmission fluid temperature sensor A
    0715 crni Input or turbine speed sensor A
    0719 l Brake switch B
    071A*A-B clh Transmission mode switch #
    0720 crni Output shaft speed sensor
    0724 h Brake switch B
    0725 crni Engine speed input of the transmission
    0729 . Gear 6: wrong ratio
    072A . Transmission stuck in neutral
    072B . Transmission stuck in reverse
    072C*1-4 . Transmission stuck in gear #
    0730 . Wrong gear ratio
    0731*1-5 . Gear #: wrong ratio
    0736 . Reverse gear: wrong ratio
    0737 CLH Engine speed output of the transmission
    073A*5-7 . Transmission stuck in gear #
    073D . Neutral cannot be engaged
    073E . Reverse gear cannot be engaged
    073F . Gear 1 cannot be engaged
    0740 OTSEI Torque converter clutch
    0745 fTSEI Pressure control solenoid A
    074A*2-7 . Gear # cannot be engaged
    0750*A-B fTSEI Shift solenoid #
    075A fTSEI Shift solenoid G
    075F . Transmission fluid level too high
    0760*C-D fTSEI Shift solenoid #
    076A fTSEI Shift solenoid H
    076F . Gear 7: wrong ratio
    0770 fTSEI Shift solenoid E
    0775 fTSEI Pressure control solenoid B
    077A . Output shaft speed sensor: direction signal lost
    077B . Output shaft speed sensor: direction wrong
    0780 . Gear shift fault
    0781 . Shift between gears 1 and 2 faulty
    0782 . Shift between gears 2 and 3 faulty
    0783 . Shift between gears 3 and 4 faulty
    0784 . Shift between gears 4 and 5 faulty
    0785 fPLHI Shift timing solenoid A
    078A fPLHI Shift timing solenoid B
    0790 c Switch for normal or sport mode
    0791 crni Intermediate shaft speed sensor A
    0795 fTSEI Pressure control solenoid C
    079A*A-H . Friction element # of the transmission slips
    07A2*A-H TS Friction element # of the transmission
    07B2*A-B xlh89i Park position sensor #
    07BE k Park position sensors A and B
    0800 . Transfer case control fault, malfunction lamp requested
    0801 C Reverse inhibit
    0802 O Lamp request of the transmission
    0803 C Skip shift solenoid (gear 1 to 4)
    0804 C Skip shift lamp (gear 1 to 4)
    0805 crlhi Clutch position sensor
    080A e Clutch position
    0810 . Clutch position control error
    0811 . Clutch A slips too much
    0812 c Reverse input
    0813 C Reverse output
    0814 C Gear display
    0815 c Upshift switch
    0816 c Downshift switch
    0817 C Starter disable
    0818 c Driveline disconnect switch
    0819 k Shift switches and transmission range
    081A LH Starter disable
    081C c Park input
    081D c Neutral input
    081E . Clutch B slips too much
    0820 c Gear lever X-Y position sensor
    0821 c Gear lever X position
    0822 c Gear lever Y position
    0823 i Gear lever X position
    0824 i Gear lever Y position
    0825 c Gear lever push-pull switch
    0826 clh Up and down shift switch
    0829 . Shift between gears 5 and 6 faulty
    0830*A-B clh Clutch pedal switch #
    0836 crlh Four-wheel drive switch
    083A crlhi Transmission fluid pressure sensor G
    083F k Clutch pedal switches A and B
    0840*A-B crlhi Transmission fluid pressure sensor #
    084A crlhi Transmission fluid pressure sensor H
    0850 clh Park or neutral switch
    0853 clh Drive switch
    0856 crlh Traction control input
    085A clh Link to gear shift module B
    0860 clh Link to gear shift module A
    0863 crlh Link to the transmission control module
    0867 f Transmission fluid pressure
    0868 . Transmission fluid pressure too low
    0869 . Transmission fluid pressure too high
    0870*C-D crlhi Transmission fluid pressure sensor #
    0880 crlhi Power input of the transmission control module
    0885 OLH Power relay of the transmission control module
    0888 crlhi Power relay sense of the transmission control module
    0893 . Several gears engaged at once
    0894 . Transmission slips
    0895 . Shift takes too little time
    0896 . Shift takes too long
    0897 . Transmission fluid worn out
    0898 LH Lamp request of the transmission
    0900 OPLH Clutch actuator
    0904 crlhi Gate select position
    0909 . Gate select control error
    0910 OPLH Gate select actuator
    0914 crlhi Gear shift position
    0919 . Gear shift position control error
    0920 OPLH Forward gear shift actuator
    0924 OPLH Reverse gear shift actuator
    0928 OPLH Gear shift lock solenoid
    0932 crlhi Hydraulic pressure sensor
    0937 crlhi Hydraulic oil temperature sensor
    0942 f Hydraulic pressure unit
    0943 . Hydraulic pressure unit starts too often
    0944 . Hydraulic pressure unit loses pressure
    0945 OPLH Hydraulic pump relay
    0949 . Automated manual transmission: learning not complete
    0950 CPLHI Manual shifting of the automated transmission
    0955 crlhi Manual mode of the automated transmission
    0960*A-C OPLH Pressure control solenoid #
    0972*A-E PLH Shift solenoid #
    0987*E-F crlhi Transmission fluid pressure sensor #
    0997 PLH Shift solenoid F
    099A*G-H PLH Shift solenoid #
    2700*A-F . Friction element # of the transmission: wrong apply time
    2706 fTSEI Shift solenoid F
    2711 . Gear disengaged unexpectedly
    2712 . Hydraulic power unit leaks
    2713*D-F fTSEIOPLH Pressure control solenoid #
    273A*G-H . Friction element # of the transmission: wrong apply time
    2740 crlhi Transmission fluid temperature sensor B
    2745*B-C crni Intermediate shaft speed sensor #
    2753 OLH Transmission fluid cooler
    2756 fTSEIOPHL Converter clutch pressure solenoid
    2765 crni Input or turbine speed sensor B
    2769 LH Torque converter clutch
    2771 crlh Four-wheel drive low range switch
    2775 rlhi Upshift switch
    2779 rlhi Downshift switch
    2783 . Torque converter too hot
    2784 k Input or turbine speed sensors A and B
    2785 . Clutch actuator too hot
    2786 . Gear shift actuator too hot
    2787 . Clutch too hot
    2788 m Automated manual transmission
    2789 m Clutch
    278A crlhi Kick-down switch
    2790 clh Gate select direction
    2793 clh Gear shift direction
    2796 OPLH Electric transmission fluid pump
    2800 crlhi Transmission range sensor B
    2805 k Transmission range sensors A and B
    2806 . Transmission range sensor misaligned
    2807 fTSEIOPLH Pressure control solenoid G
    2816 fTSE Pressure control solenoid H
    281A IOPLH Pressure control solenoid H
    281F f Pressure control solenoid J
    2820 TSEIOPLH Pressure control solenoid J
    2828 fT Pressure control solenoid K
    282A SEIOPL Pressure control solenoid K
    2830 H Pressure control solenoid K

    """)
}
