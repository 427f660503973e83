#!/usr/bin/env python3
"""Writes what cantools makes of random frames, for DecodingComparisonTests to compare bit for bit.

  python3 -m pip install --target /tmp/cantools cantools==45.1
  PYTHONPATH=/tmp/cantools python3 compare.py FOLDER... > vectors.txt
  TELLTALE_DECODING_VECTORS=$PWD/vectors.txt swift test -c release --filter DecodingComparison

Every DBC file below the folders that cantools can load is used. Each message gets --payloads seeded random payloads of
its own length, every fifth one cut short. Lines, each with blanks between its fields:

  D PATH                  the DBC file that what follows belongs to
  F ID PAYLOAD COUNT      a frame: identifier with bit 31 for 29-bit ones and data bytes, in hexadecimal ('-' for none),
                          then the number of S lines that follow: all that cantools decodes
  S SIGNAL BITS           a decoded value as the bits of an IEEE binary64

Left out, and counted on standard error:
  refused           files that cantools cannot load
  twice             messages whose identifier another message of the file has too
  too_long          messages of more than 64 bytes or with a signal of more than 64 bits
  same_names        messages with two signals of one name
  unreachable       messages with signals that cantools never decodes: their multiplexor is not marked as one
  unknown_selector  payloads with a multiplexor value that the file does not know: cantools gives nothing for them
  inexact           values that Python computes with integers past 2**53, which no binary64 holds
"""

import argparse
import logging
import os
import random
import struct
import sys

import cantools
from cantools.database.errors import DecodeError

EXACT = 2**53


def dbc_files(folders):
    for folder in folders:
        if os.path.isfile(folder):
            yield folder
        for root, directories, files in os.walk(folder, followlinks=True):
            directories.sort()
            for name in sorted(files):
                if name.endswith(".dbc"):
                    yield os.path.abspath(os.path.join(root, name))


def payloads(message, count, source):
    """Random bytes; for multiplexed messages with selectors small enough to hit a known value often."""
    for index in range(count):
        data = bytearray(source.randbytes(message.length))
        if message.is_multiplexed():
            plant_selectors(message.signal_tree, message, data, source)
        if index % 5 == 4 and message.length > 0:
            data = data[: source.randrange(message.length)]
        yield bytes(data)


def names_of(tree):
    names = set()
    for node in tree:
        if isinstance(node, dict):
            for name, cases in node.items():
                names.add(name)
                names.update(*(names_of(below) for below in cases.values()))
        else:
            names.add(node)
    return names


def plant_selectors(tree, message, data, source):
    for node in tree:
        if isinstance(node, dict):
            for name, cases in node.items():
                value = source.choice(sorted(cases))
                write_raw(message.get_signal_by_name(name), value, data)
                plant_selectors(cases[value], message, data, source)


def write_raw(signal, value, data):
    """Sets a signal's bits, counting as DBC does."""
    position = signal.start
    bits = range(signal.length) if signal.byte_order == "little_endian" else reversed(range(signal.length))
    for bit in bits:
        if position // 8 < len(data):
            mask = 1 << position % 8
            data[position // 8] = data[position // 8] & ~mask | (mask if value >> bit & 1 else 0)
        if signal.byte_order == "little_endian":
            position += 1
        else:
            position += 15 if position % 8 == 0 else -1


def is_exact(signal, value):
    if not isinstance(value, int):
        return True
    conversion = signal.conversion
    raw = abs(value - conversion.offset) / abs(conversion.scale) if conversion.scale else 0
    return abs(value) <= EXACT and raw <= EXACT


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folders", nargs="+")
    arguments.add_argument("--payloads", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    logging.disable(logging.WARNING)
    counted = "files refused messages twice too_long same_names unreachable frames unknown_selector values inexact"
    counts = dict.fromkeys(counted.split(), 0)
    for path in dbc_files(options.folders):
        try:
            database = cantools.database.load_file(path, database_format="dbc", strict=False)
        except Exception:
            counts["refused"] += 1
            continue
        counts["files"] += 1
        print("D", path)
        keys = [(m.frame_id, m.is_extended_frame) for m in database.messages]
        for message in database.messages:
            key = (message.frame_id, message.is_extended_frame)
            if keys.count(key) > 1:
                counts["twice"] += 1
                continue
            if message.length > 64 or any(s.length > 64 for s in message.signals):
                counts["too_long"] += 1
                continue
            if len({s.name for s in message.signals}) < len(message.signals):
                counts["same_names"] += 1
                continue
            if names_of(message.signal_tree) != {s.name for s in message.signals}:
                counts["unreachable"] += 1
                continue
            counts["messages"] += 1
            source = random.Random(f"{options.seed} {os.path.basename(path)} {key}")
            for data in payloads(message, options.payloads, source):
                try:
                    decoded = message.decode(data, decode_choices=False, allow_truncated=True)
                except DecodeError:
                    counts["unknown_selector"] += 1
                    continue
                identifier = message.frame_id | (0x80000000 if message.is_extended_frame else 0)
                counts["frames"] += 1
                print("F", f"{identifier:X}", data.hex() or "-", len(decoded))
                for name, value in decoded.items():
                    if is_exact(message.get_signal_by_name(name), value):
                        counts["values"] += 1
                        print("S", name, struct.pack(">d", float(value)).hex())
                    else:
                        counts["inexact"] += 1
                        print("S", name, "-")
    print(" ".join(f"{name}={count}" for name, count in counts.items()), file=sys.stderr)


if __name__ == "__main__":
    main()
