"""Writes what python-OBD makes of the data of service 01, for OBDComparisonTests to compare.

  vectors.py --out FOLDER [--payloads N] [--seed N]
  vectors.py --explain PID...

Every parameter that python-OBD decodes: those of one and two bytes with all data that there are, longer ones with every
value of each byte by itself and --payloads seeded random ones. One file of vectors for each processor, little-endian,
made of records:

  u8 PID, u8 count of values, then so often u8 length, name of our value; u32 count of payloads, then for each
    u8 length, data
    for each value u8 flags, and then by flags
      1   f64     python-OBD's value, NaN where it says that there is none
      2           python-OBD failed
      4   f64     what the standard says, NaN for none: only for values in EXPLANATIONS, and only where it is something
                  else than python-OBD says

Numbers are in our units; states are their raw value, those that are not assigned are none. Prints one line of counts.
With --explain: why python-OBD differs, one line for each of the parameters.
"""

import argparse
import collections
import concurrent.futures
import logging
import math
import os
import random
import struct
import sys

import obd
from obd import codes
from obd.decoders import drop

NONE = math.nan

Message = collections.namedtuple("Message", "data")


def number(unit):
    """A quantity, in one of our units."""
    def read(value, _data):
        return [value.magnitude if value.units == unit else value.to(unit).magnitude]
    return read


def listed(texts, without=()):
    """The index of a text in python-OBD's table; those of `without` only say that there is nothing."""
    def read(value, _data):
        return [NONE if value is None or value in without else float(texts.index(value))]
    return read


def bit_of(texts):
    """The bit that a text stands for in python-OBD's table."""
    return lambda text: float(1 << texts.index(text)) if text else NONE


def fuel_system(value, _data):
    return [bit_of(codes.FUEL_STATUS)(text) for text in value or ("", "")]


def sensors(value, _data):
    return [float(sum(1 << index for index, is_there in enumerate(bank) if is_there)) for bank in value[1:]]


def trouble_code(value, _data):
    name = value[0]
    return [float("PCBU".index(name[0]) << 14 | int(name[1:], 16))]


BASE = ("MISFIRE_MONITORING", "FUEL_SYSTEM_MONITORING", "COMPONENT_MONITORING")


def monitors(value, _data):
    """Kind of engine, the base monitors, and the other ones as the standard's bytes C and D."""
    is_compression = value.ignition_type == "compression"
    others = (codes.COMPRESSION_TESTS if is_compression else codes.SPARK_TESTS)
    tests = [(bit, getattr(value, name)) for bit, name in enumerate(others) if name]
    return ([float(is_compression)] + [float(getattr(value, name).available) for name in BASE]
            + [float(not getattr(value, name).complete) for name in BASE]
            + [float(sum(1 << bit for bit, test in tests if test.available)),
               float(sum(1 << bit for bit, test in tests if not test.complete))])


def status(value, data):
    return [float(value.MIL), float(value.DTC_count)] + monitors(value, data)


def supported(value, _data):
    return [float(value.value(0, 32))]


MONITORS = ("ignition misfire{0} fuelSystem{0} components{0} misfireIncomplete fuelSystemIncomplete "
            "componentsIncomplete {1} incomplete")
U = obd.Unit

# Our values' names, and how to read python-OBD's.
VALUES = {
    0x01: ("lamp codeCount " + MONITORS.format("Supported", "supported"), status),
    0x02: ("code", trouble_code),
    0x03: ("system1 system2", fuel_system),
    0x12: ("status", lambda value, _: [bit_of(codes.AIR_STATUS)(value)]),
    0x13: ("bank1 bank2", sensors),
    0x1C: ("standard", listed(codes.OBD_COMPLIANCE, ("Undefined", "Reserved"))),
    0x1D: ("bank1 bank2 bank3 bank4", sensors),
    0x1E: ("powerTakeOff", lambda value, _: [float(value)]),
    0x41: (MONITORS.format("Enabled", "enabled"), monitors),
    0x51: ("type", listed(codes.FUEL_TYPES)),
}
for pids, names, unit in (
    ((0x04, 0x43), "load", U.percent), ((0x05, 0x0F, 0x3C, 0x3D, 0x3E, 0x3F, 0x46, 0x5C), "temperature", U.celsius),
    ((0x06, 0x07, 0x55, 0x56), "bank1", U.percent), ((0x08, 0x09, 0x57, 0x58), "bank2", U.percent),
    ((0x0A, 0x0B, 0x22, 0x23, 0x33, 0x53, 0x59), "pressure", U.kilopascal), ((0x32, 0x54), "pressure", U.pascal),
    ((0x0C,), "speed", U.rpm), ((0x0D,), "speed", U.kph), ((0x0E,), "advance", U.degree), ((0x10, 0x50), "flow", U.gps),
    ((0x11, 0x45, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x5A), "position", U.percent),
    (tuple(range(0x14, 0x1C)) + tuple(range(0x24, 0x2C)) + (0x42,), "voltage", U.volt), ((0x1F,), "time", U.second),
    ((0x21, 0x31), "distance", U.kilometer), ((0x2C, 0x2E), "demand", U.percent), ((0x2D,), "error", U.percent),
    ((0x2F,), "level", U.percent), ((0x30,), "count", U.count), (tuple(range(0x34, 0x3C)), "current", U.milliampere),
    ((0x44,), "ratio", U.ratio), ((0x4D, 0x4E), "time", U.minute), ((0x52,), "share", U.percent),
    ((0x5B,), "charge", U.percent), ((0x5D,), "timing", U.degree), ((0x5E,), "rate", U.lph),
):
    for pid in pids:
        VALUES[pid] = (names, number(unit))
for pid in (0x00, 0x20, 0x40):
    VALUES[pid] = ("supported", supported)


def assigned(raw, known):
    return float(raw) if raw in known else NONE


def signed(data):
    return struct.unpack(">h", bytes(data[:2]))[0]


FUEL_STATES = {0, 1, 2, 4, 8, 16, 32, 64, 128}

# Where python-OBD is wrong, or knows less: the standard's values, one for each of ours, and the reason.
EXPLANATIONS = {
    0x03: (lambda d: [assigned(d[0], FUEL_STATES), assigned(d[1], FUEL_STATES)],
           "ours is right: 00 says that the engine is off, 20, 40, 80 are states of bank 2; python-OBD gives nothing"),
    0x12: (lambda d: [assigned(d[0], {1, 2, 4, 8})],
           "ours is right: bits 4 to 7 are reserved and no state; python-OBD raises IndexError"),
    0x13: (lambda d: [float(d[0] & 15), float(d[0] >> 4)],
           "ours is right: sensors 1...4 of bank 1 from bit 0 on, then those of bank 2; python-OBD reads bit 7 first"),
    0x1D: (lambda d: [float(d[0] >> shift & 3) for shift in (0, 2, 4, 6)],
           "ours is right: two bits for each bank from bit 0 on; python-OBD reads bit 7 first"),
    0x1E: (lambda d: [float(d[0] & 1)], "ours is right: bit 0 is the power take-off; python-OBD reads bit 7"),
    0x32: (lambda d: [signed(d) / 4],
           "ours is right: 16 bits in two's complement, 0.25 Pa; python-OBD gives the lower byte a sign too"),
    0x44: (lambda d: [(d[0] << 8 | d[1]) * 2 / 65536],
           "both are right: 2/65536 a bit, which the standard prints as 0.0000305; python-OBD takes that"),
    0x51: (lambda d: [assigned(d[0], range(33))],
           "ours is right: SAE J1979-DA goes on to 32; python-OBD ends at 23 (1D and up: newer than its table)"),
    0x54: (lambda d: [float(signed(d))],
           "ours is right: two's complement, 1 Pa; python-OBD takes 32767 off an unsigned number"),
}
for pid in range(0x24, 0x2C):
    EXPLANATIONS[pid] = (
        lambda d: [(d[2] << 8 | d[3]) * 8 / 65536],
        "ours is right: 8/65536 V a bit, printed as 0.000122 V and at most 7.999 V; python-OBD takes 8/65535")
for pid in (0x01, 0x41):
    EXPLANATIONS[pid] = (
        lambda d, pid=pid: ([float(d[0] >> 7), float(d[0] & 127)] if pid == 1 else [])
        + [float(d[1] >> bit & 1) for bit in (3, 0, 1, 2, 4, 5, 6)] + [float(d[2]), float(d[3])],
        "ours is right: bytes C and D have eight bits; python-OBD has no name for bit 4, nor for bit 2 of diesels")


def payloads(count, options, pid):
    if count <= 2:
        for raw in range(1 << 8 * count):
            yield raw.to_bytes(count, "big")
        return
    for place in range(count):
        for byte in range(256):
            yield bytes(place) + bytes([byte]) + bytes(count - place - 1)
    source = random.Random(f"{options.seed} {pid}")
    for _ in range(options.payloads):
        yield source.randbytes(count)


def is_near(a, b):
    return a == b or a != a and b != b or abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


def vectors(pid, options):
    """The records of one parameter, and how many payloads and values there are."""
    logging.disable(logging.CRITICAL)
    command = obd.commands[1][pid]
    names, read = VALUES[pid]
    names = names.split()
    standard = EXPLANATIONS.get(pid)
    records, count = [], 0
    for data in payloads(command.bytes - 2, options, pid):
        count += 1
        try:
            theirs = read(command.decode([Message(bytearray((0x41, pid)) + data)]), data)
        except IndexError:
            theirs = None
        ours = standard[0](data) if standard else None
        records.append(struct.pack("<B", len(data)) + data)
        for index in range(len(names)):
            flags, numbers = (1, [theirs[index]]) if theirs else (2, [])
            if ours and not (theirs and is_near(theirs[index], ours[index])):
                flags, numbers = flags | 4, numbers + [ours[index]]
            records.append(struct.pack(f"<B{len(numbers)}d", flags, *numbers))
    head = struct.pack("<BB", pid, len(names)) + b"".join(
        struct.pack("<B", len(name)) + name.encode() for name in names) + struct.pack("<I", count)
    return head + b"".join(records), count, count * len(names)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--out")
    arguments.add_argument("--explain", nargs="*")
    arguments.add_argument("--payloads", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    if options.explain is not None:
        for pid in options.explain:
            print(f"compare: PID {pid}: {EXPLANATIONS[int(pid, 16)][1]}")
        return
    # Commands whose decoder is `drop` are named by python-OBD, not decoded.
    known = [pid for pid, command in enumerate(obd.commands[1]) if command.decode is not drop]
    missing = set(known) ^ set(VALUES)
    if missing:
        sys.exit(f"python-OBD and VALUES differ in PIDs {' '.join(f'{pid:02X}' for pid in sorted(missing))}")
    os.makedirs(options.out, exist_ok=True)
    workers = os.cpu_count() or 1
    outputs = [open(os.path.join(options.out, f"{index}.vectors"), "wb") for index in range(workers)]
    totals = [0, 0]
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        for done in concurrent.futures.as_completed([pool.submit(vectors, pid, options) for pid in known]):
            records, payload_count, value_count = done.result()
            totals[0] += payload_count
            totals[1] += value_count
            min(outputs, key=lambda output: output.tell()).write(records)
    for output in outputs:
        output.close()
    print(f"pids={len(known)} payloads={totals[0]} values={totals[1]}")


if __name__ == "__main__":
    sys.exit(main())
