// What dialogues tell: values, identity, trouble codes and refusals, in the forms of each protocol and adapter.
import Testing

struct DialogueValueTests {
  static let values = [
    DialogueCase("two values", [("010C\r", "41 0C 1A F8 \r\r>"), ("010D\r", "41 0D 00 \r\r>")],
      #"{"outcome":"ok","rpm":1726,"speed_kmh":0}"#),
    DialogueCase("without blanks", [("010C1\r", "410C1AF8\r\r>")], #"{"outcome":"ok","rpm":1726}"#),
    DialogueCase("with its echo", [("01 05\r", "01 05\r\n41 05 7B\r\n\r\n>")], #"{"outcome":"ok","coolant_c":83}"#),
    DialogueCase("padded", [("010D1\r", "410D32AAAAAAAA\r\r>")], #"{"outcome":"ok","speed_kmh":50}"#),
    DialogueCase(
      "padded, several", [("010C0D\r", "410C1AF80D32000000\r\r>")],
      #"{"outcome":"ok","rpm":1726,"speed_kmh":50}"#),
    DialogueCase("what follows is no padding", [("010D1\r", "410D32000001\r\r>")], #"{"outcome":"ok"}"#),
    DialogueCase(
      "the last one counts",
      [("010C\r", "41 0C 1A F8\r\r>"), ("010C\r", "NO DATA\r\r>"), ("010C\r", "41 0C 0A F4\r\r>")],
      #"{"outcome":"ok","rpm":701}"#),
    DialogueCase(
      "several in one answer", [("010C0D05\r", "00A \r0: 41 0C 1A F8 0D 32 \r1: 05 7B 00 00 00 00 00 \r\r>")],
      #"{"outcome":"ok","rpm":1726,"speed_kmh":50,"coolant_c":83}"#),
    DialogueCase(
      "several in one answer, with headers", setUp + [("010C0D051\r", "7E8 06 41 0C 1A F8 0D 32 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","rpm":1726,"speed_kmh":50}"#),
    DialogueCase(
      "several frames, with headers",
      setUp + [("010C0D05\r", "7E8 10 08 41 0C 1A F8 0D 32 \r7E8 21 05 7B 00 00 00 00 00 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","rpm":1726,"speed_kmh":50,"coolant_c":83}"#),
    DialogueCase(
      "29 bits", setUp + [("0105\r", "18 DA F1 10 03 41 05 7B 00 00 00 00 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"18DAF110","coolant_c":83}"#),
    DialogueCase(
      "two units with headers", setUp + [("0105\r", "7E8 03 41 05 7B \r7EA 03 41 05 7C \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecus":["7E8","7EA"],"coolant_c":[83,84]}"#),
    DialogueCase(
      "two units without", [("0105\r", "41 05 7B \r41 05 7C \r\r>")], #"{"outcome":"ok","coolant_c":[83,84]}"#),
    DialogueCase(
      "one unit twice", setUp + [("010D1\r", "7E8 03 41 0D 32 \r7E8 03 41 0D 32 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","speed_kmh":50}"#),
    DialogueCase(
      "ISO 9141-2", setUp + [("010C\r", "BUS INIT: OK\r\(kLine("48 6B 10 41 0C 1A F8")) \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"10","checksum_ok":true,"rpm":1726}"#),
    DialogueCase(
      "ISO 14230", setUp + [("ATTP5\r", "OK\r\r>"), ("010C\r", "\(kLine("84 F1 10 41 0C 1A F8")) \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","protocol":"5","ecu":"10","checksum_ok":true,"rpm":1726}"#),
    DialogueCase(
      "a wrong sum", setUp + [("ATSP3\r", "OK\r\r>"), ("010C\r", "48 6B 10 41 0C 1A F8 00 \r\r>")],
      #"{"outcome":"adapter-error","adapter":"ELM327 v1.5","protocol":"3","checksum_ok":false,"damaged_lines":1}"#),
    DialogueCase(
      "J1850", setUp + [("ATSP2\r", "OK\r\r>"), ("0105\r", "\(j1850("48 6B 10 41 05 7B")) \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","protocol":"2","ecu":"10","coolant_c":83}"#),
    DialogueCase(
      "headers that were confirmed and did not come", setUp + [("010D\r", "41 0D 32 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","speed_kmh":50}"#),
    DialogueCase(
      "others", [
        ("0104\r", "41 04 FF\r\r>"), ("0111\r", "41 11 2D\r\r>"), ("010B\r", "41 0B 64\r\r>"),
        ("010F\r", "41 0F 3C\r\r>"),
        ("0110\r", "41 10 01 F4\r\r>"), ("012F\r", "41 2F 80\r\r>"), ("0142\r", "41 42 31 83\r\r>"),
        ("011F\r", "41 1F 00 3C\r\r>"), ("0146\r", "41 46 3C\r\r>"), ("015C\r", "41 5C 7B\r\r>"),
      ],
      #"{"outcome":"ok","load_pct":100,"throttle_pct":17.647,"map_kpa":100,"intake_c":20,"maf_gps":5,"#
        + #""fuel_pct":50.196,"ambient_c":20,"oil_c":83,"module_v":12.675,"run_time_s":60}"#),
    DialogueCase(
      "oxygen sensors swing",
      [("0114\r", "41 14 14 FF\r\r>"), ("0114\r", "41 14 A0 80\r\r>"), ("0115\r", "41 15 9C FF\r\r>")],
      #"{"outcome":"ok","o2_b1s1_v":[0.1,0.8],"o2_b1s2_v":0.78}"#),
    DialogueCase("volts", [("ATRV\r", "12.4V\r\r>"), ("AT RV\r", "14.1V\r\r>")], #"{"outcome":"ok","battery_v":14.1}"#),
    DialogueCase(
      "volts with an echo, and no sign", [("ATRV\r", "ATRV\r11.9\r\r>")],
      #"{"outcome":"ok","battery_v":11.9}"#),
  ]

  @Test(arguments: values) func value(_ dialogue: DialogueCase) throws { try dialogue.check() }

  static let identities = [
    DialogueCase("parameters", [("0100\r", "41 00 BE 3F A8 13 \r\r>")], #"{"outcome":"ok","supported_01":"BE3FA813"}"#),
    DialogueCase(
      "parameters found after a search", [("0100\r", "SEARCHING...\r41 00 08 3F A8 13 \r\r>")],
      #"{"outcome":"ok","supported_01":"083FA813"}"#),
    DialogueCase(
      "parameters of two units", setUp + [("0100\r", "7E8 06 41 00 BE 3F A8 13 \r7E9 06 41 00 88 18 00 11 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecus":["7E8","7E9"],"#
        + #""supported_01":{"7E8":"BE3FA813","7E9":"88180011"}}"#),
    DialogueCase(
      "parameters of two units without headers", [("0100\r", "41 00 BE 3F A8 13 \r41 00 88 18 00 11 \r\r>")],
      #"{"outcome":"ok","supported_01":["BE3FA813","88180011"]}"#),
    DialogueCase(
      "the first answer says what there is",
      [("0100\r", "41 00 BE 3F A8 13\r\r>"), ("0100\r", "41 00 00 00 00 00\r\r>")],
      #"{"outcome":"ok","supported_01":"BE3FA813"}"#),
    DialogueCase(
      "VIN", [("0902\r", "014 \r0: 49 02 01 31 44 34 \r1: 47 50 30 30 52 35 35 \r2: 42 31 32 33 34 35 36 \r\r>")],
      #"{"outcome":"ok","vin":"1D4GP00R55B123456"}"#),
    DialogueCase(
      "VIN with headers",
      setUp + [
        ("0902\r", "7E8 10 14 49 02 01 31 44 34 \r7E8 21 47 50 30 30 52 35 35 \r7E8 22 42 31 32 33 34 35 36 \r\r>")
      ],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","vin":"1D4GP00R55B123456"}"#),
    DialogueCase(
      "VIN on K-line",
      setUp + [
        (
          "0902\r",
          kLine("87 F1 10 49 02 01 00 00 00 31") + " \r" + kLine("87 F1 10 49 02 02 44 34 47 50") + " \r"
            + kLine("87 F1 10 49 02 03 30 30 52 35") + " \r" + kLine("87 F1 10 49 02 04 35 42 31 32") + " \r"
            + kLine("87 F1 10 49 02 05 33 34 35 36") + " \r\r>"
        )
      ],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"10","checksum_ok":true,"vin":"1D4GP00R55B123456"}"#),
    DialogueCase(
      "VIN before CAN, without headers",
      [
        (
          "0902\r",
          "49 02 01 00 00 00 31 \r49 02 02 44 34 47 50 \r49 02 03 30 30 52 35 \r49 02 04 35 42 31 32 \r"
            + "49 02 05 33 34 35 36 \r\r>"
        )
      ], #"{"outcome":"ok","vin":"1D4GP00R55B123456"}"#),
    DialogueCase(
      "a VIN whose middle is lost", [("0902\r", "014 \r0: 49 02 01 31 44 34 \r2: 42 31 32 33 34 35 36 \r\r>")],
      #"{"outcome":"adapter-error","vin":null,"damaged_lines":3}"#),
    DialogueCase("no VIN", [("0902\r", "NO DATA\r\r>")], #"{"outcome":"no-data","vin":null}"#),
    DialogueCase(
      "VIN by UDS",
      [("22F190\r", "014 \r0: 62 F1 90 31 44 34 \r1: 47 50 30 30 52 35 35 \r2: 42 31 32 33 34 35 36 \r\r>")],
      #"{"outcome":"ok","vin":"1D4GP00R55B123456","payload_len":20,"payload_head":"62F19031443447503030523535"}"#),
    DialogueCase(
      "calibration",
      [("0904\r", "013 \r0: 49 04 01 33 35 36 \r1: 30 39 31 39 39 5F 30 \r2: 30 30 31 00 00 00 00 \r\r>")],
      #"{"outcome":"ok","calibration_ids":["35609199_0001"]}"#),
    DialogueCase(
      "protocols", [("ATDP\r", "AUTO, ISO 15765-4 (CAN 11/500)\r\r>"), ("ATDPN\r", "A6\r\r>")],
      #"{"outcome":"ok","protocol":"6"}"#),
    DialogueCase("protocol by name", [("ATDP\r", "ISO 14230-4 (KWP FAST)\r\r>")], #"{"outcome":"ok","protocol":"5"}"#),
  ]

  @Test(arguments: identities) func identity(_ dialogue: DialogueCase) throws { try dialogue.check() }

  static let codes = [
    DialogueCase("codes on CAN", [("03\r", "43 02 01 13 C1 00 \r\r>")], #"{"outcome":"ok","dtcs":["P0113","U0100"]}"#),
    DialogueCase(
      "codes with headers", setUp + [("03\r", "7E8 06 43 02 01 13 40 35 \r7E9 02 43 00 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecus":["7E8","7E9"],"dtcs":["P0113","C0035"]}"#),
    DialogueCase(
      "codes in several frames", [("03\r", "00A \r0: 43 04 01 18 01 22 \r1: 02 23 26 10 00 00 00 \r\r>")],
      #"{"outcome":"ok","dtcs":["P0118","P0122","P0223","P2610"]}"#),
    DialogueCase(
      "codes on K-line", setUp + [("03\r", kLine("87 F1 10 43 01 33 00 00 00 00") + " \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"10","checksum_ok":true,"dtcs":["P0133"]}"#),
    DialogueCase(
      "codes of two messages before CAN", setUp + [
        ("03\r", kLine("48 6B 10 43 01 33 01 34 01 35") + " \r" + kLine("48 6B 10 43 93 36 00 00 00 00") + " \r\r>")
      ],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"10","checksum_ok":true,"#
        + #""dtcs":["P0133","P0134","P0135","B1336"]}"#),
    DialogueCase(
      "codes before CAN, without headers", [("ATSP3\r", "OK\r\r>"), ("03\r", "43 01 33 00 00 00 00 \r\r>")],
      #"{"outcome":"ok","protocol":"3","dtcs":["P0133"]}"#),
    DialogueCase(
      "codes on CAN, padded", [("ATSP6\r", "OK\r\r>"), ("03\r", "43 01 01 13 00 00 00 \r\r>")],
      #"{"outcome":"ok","protocol":"6","dtcs":["P0113"]}"#),
    DialogueCase("no codes", [("03\r", "43 00 \r\r>"), ("07\r", "47 00 \r\r>")],
      #"{"outcome":"ok","dtcs":[],"pending_dtcs":[]}"#),
    DialogueCase(
      "the same code of two units, and again",
      [("03\r", "43 01 01 13\r43 02 01 13 C1 00\r\r>"), ("03\r", "43 01 01 13\r\r>")],
      #"{"outcome":"ok","dtcs":["P0113","U0100"]}"#),
    DialogueCase("codes not told", [("03\r", "NO DATA\r\r>")], #"{"outcome":"no-data","dtcs":null}"#),
    DialogueCase(
      "three lists", [("03\r", "43 01 01 13\r\r>"), ("07\r", "47 01 01 13\r\r>"), ("0A\r", "4A 01 01 13\r\r>")],
      #"{"outcome":"ok","dtcs":["P0113"],"pending_dtcs":["P0113"],"permanent_dtcs":["P0113"]}"#),
    DialogueCase(
      "codes by UDS", setUp + [("1902FF\r", "7E8 10 0B 59 02 FF 01 13 1C \r7E8 21 2F C1 00 87 04 00 00 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","dtcs":["P0113-1C"],"pending_dtcs":["U0100-87"],"#
        + #""payload_len":11,"payload_head":"5902FF01131C2FC1008704"}"#),
    DialogueCase(
      "lamp and readiness", [("0101\r", "41 01 83 07 65 04 \r\r>")],
      #"{"outcome":"ok","mil":true,"dtc_count":3,"supported":["HTR","O2S","EVAP","CAT"],"#
        + #""incomplete":["EVAP"],"complete":["MIS","FUEL","CCM","HTR","O2S","CAT"]}"#),
    DialogueCase(
      "readiness of a diesel", [("0101\r", "41 01 00 0E EB 80 \r\r>")],
      #"{"outcome":"ok","mil":false,"dtc_count":0,"supported":["EGR","PM","EGS","BP","NCAT","HCCAT"],"#
        + #""incomplete":["EGR"],"complete":["FUEL","CCM","PM","EGS","BP","NCAT","HCCAT"]}"#),
    DialogueCase(
      "lamp of two units", [("0101\r", "41 01 01 00 00 00 \r41 01 82 00 00 00 \r\r>")],
      #"{"outcome":"ok","mil":true,"dtc_count":3,"supported":[],"incomplete":[],"complete":[]}"#),
    DialogueCase(
      "counts of J1939", [("18EA00F9 [3] 00 9E 00", "189EF900 [8] 02 03 01 00 FF FF FF FF")],
      #"{"outcome":"ok","ecu":"189EF900","pending":2,"all_pending":3,"mil_on":1,"prev_mil":0,"permanent":null}"#),
  ]

  @Test(arguments: codes) func troubleCodes(_ dialogue: DialogueCase) throws { try dialogue.check() }

  static let refusals = [
    DialogueCase(
      "refused", [("0902\r", "7F 09 12 \r\r>")],
      #"{"outcome":"ok","vin":null,"negative":{"service":9,"nrc":18,"ecu":null}}"#),
    DialogueCase(
      "refused with a header", setUp + [("22F190\r", "7E8 03 7F 22 31 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","vin":null,"#
        + #""negative":{"service":34,"nrc":49,"ecu":"7E8"}}"#),
    DialogueCase(
      "refused on K-line", setUp + [("0100\r", kLine("83 F1 10 7F 01 11") + " \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"10","checksum_ok":true,"#
        + #""negative":{"service":1,"nrc":17,"ecu":"10"}}"#),
    DialogueCase(
      "refused on J1850, with what was asked for",
      setUp + [("2211A1\r", j1850("6C F1 10 7F 22 11 A1 01 12") + " \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"10","negative":{"service":34,"nrc":18,"ecu":"10"}}"#),
    DialogueCase(
      "refused by one and answered by another", [("010D\r", "7F 01 12 \r41 0D 32 \r\r>")],
      #"{"outcome":"ok","speed_kmh":50,"negative":{"service":1,"nrc":18,"ecu":null}}"#),
    DialogueCase(
      "patience, then an answer", setUp + [("220105\r", "7E8 03 7F 22 78 \r7E8 05 62 01 05 12 34 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","payload_len":5,"payload_head":"6201051234"}"#),
    DialogueCase(
      "patience, and nothing else", setUp + [("220105\r", "7E8 03 7F 22 78 \r\r>")],
      #"{"outcome":"ok","adapter":"ELM327 v1.5","ecu":"7E8","negative":{"service":34,"nrc":120,"ecu":"7E8"}}"#),
    DialogueCase(
      "a maker's data", [("2101\r", "61 01 11 22 33 \r\r>")],
      #"{"outcome":"ok","payload_len":5,"payload_head":"6101112233"}"#),
  ]

  @Test(arguments: refusals) func refusal(_ dialogue: DialogueCase) throws { try dialogue.check() }
}
