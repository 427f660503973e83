"""Writes what cantools makes of random frames, for DecodingComparisonTests to compare bit for bit.

  vectors.py --out FOLDER [--payloads N] [--seed N] PATH...

Every DBC, KCD and SYM file at or below the paths that cantools can load is used. Each message gets --payloads seeded
random payloads of its own length; multiplexed ones with selectors that the file knows; every fifth one cut short. One
file of vectors for each processor, little-endian, made of records:

  'D' u32 length, path        the file that what follows belongs to
  'M' u32 identifier          with bit 31 for 29-bit ones
      u8 whole                1: a frame's values are all that there are; 0: only those that are listed can be compared
      u16 count, then so often u8 length, name
      u32 count of frames, then for each
        u8 length, payload
        u16 count of values, then for each u16 index of the name (bit 15: not to be compared), u64 bits of the value

Prints one line of counts. What is not compared, and why:
  refused           files that cantools cannot load
  twice             messages whose identifier a later message of the file has too: that one counts
  too_long          messages of more than 64 bytes, or with a signal of more than 64 bits: cantools decodes all or nothing
  unreachable       signals whose multiplexor is not marked as one: cantools never gives them
  same_names        signals that share their name with another one of the message
  unknown_selector  payloads with a multiplexor value that the file does not know: cantools gives nothing for them
  beyond            values that Python computes with integers past 2**53, which no binary64 holds
"""

import argparse
import collections
import concurrent.futures
import logging
import os
import random
import re
import struct
import sys

import cantools
from cantools.database.errors import DecodeError

EXACT = 2**53
COUNTS = (
    "files refused messages twice too_long unreachable same_names frames unknown_selector values beyond".split())


def description_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield os.path.abspath(path)
        for root, directories, files in os.walk(path, followlinks=True):
            directories.sort()
            for name in sorted(files):
                if name.lower().endswith((".dbc", ".kcd", ".sym")):
                    yield os.path.abspath(os.path.join(root, name))


def load(path):
    """What cantools makes of a file. It knows version 6 of SYM alone, of which version 5 differs in three words."""
    if path.lower().endswith(".sym"):
        with open(path, encoding="cp1252") as file:
            text = file.read()
        text = re.sub(r"^FormatVersion=5\.0", "FormatVersion=6.0", text, flags=re.M)
        text = re.sub(r"^DLC=", "Len=", text, flags=re.M)
        text = re.sub(r"^enum +(\w+)\(", r"Enum=\1(", text, flags=re.M)
        return cantools.database.load_string(text, database_format="sym", strict=False)
    return cantools.database.load_file(path, strict=False)


def our_name(name):
    """A name as we read it: cantools takes DBC and SYM files for Windows-1252 whatever they are."""
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name


def payloads(message, count, source, cut):
    """Random bytes, every fifth payload shortened if `cut`; for multiplexed messages with selectors that it knows."""
    for index in range(count):
        data = bytearray(source.randbytes(message.length))
        if message.is_multiplexed():
            plant_selectors(message.signal_tree, message, data, source)
        if cut and index % 5 == 4 and message.length > 0:
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


def vectors_of_message(message, options, counts, path):
    """A record 'M', or nothing where cantools cannot be asked."""
    if message.length > 64 or any(signal.length > 64 for signal in message.signals):
        counts["too_long"] += 1
        return b""
    counts["messages"] += 1
    signals = {signal.name: signal for signal in message.signals}
    times = collections.Counter(signal.name for signal in message.signals)
    shared = {name for name, count in times.items() if count > 1}
    counts["same_names"] += sum(times[name] for name in shared)
    unreachable = signals.keys() - names_of(message.signal_tree)
    counts["unreachable"] += len(unreachable)
    indices = {name: index for index, name in enumerate(signals)}
    identifier = message.frame_id | (0x80000000 if message.is_extended_frame else 0)
    source = random.Random(f"{options.seed} {os.path.basename(path)} {identifier}")
    frames = []
    # Of messages with two signals of one name cantools itself fails on short payloads.
    for data in payloads(message, options.payloads, source, cut=not shared):
        try:
            decoded = message.decode(data, decode_choices=False, allow_truncated=True)
        except DecodeError:
            counts["unknown_selector"] += 1
            continue
        frames.append(struct.pack("<B", len(data)) + data)
        values = []
        for name, value in decoded.items():
            if name in shared:
                values += (indices[name] | 0x8000, 0.0)
            elif is_exact(signals[name], value):
                counts["values"] += 1
                values += (indices[name], float(value))
            else:
                counts["beyond"] += 1
                values += (indices[name] | 0x8000, 0.0)
        frames.append(struct.pack("<H" + "Hd" * len(decoded), len(decoded), *values))
    counts["frames"] += len(frames) // 2
    names = b"".join(struct.pack("<B", len(name)) + name for name in (our_name(name).encode() for name in signals))
    return struct.pack("<cIBH", b"M", identifier, not shared and not unreachable, len(signals)) + names + struct.pack(
        "<I", len(frames) // 2) + b"".join(frames)


def vectors(path, options):
    """The records of one file, and what was counted."""
    logging.disable(logging.WARNING)
    counts = collections.Counter()
    try:
        database = load(path)
    except Exception:  # Whatever keeps cantools from loading a file is not what is compared.
        counts["refused"] += 1
        return b"", counts
    counts["files"] += 1
    last = {(message.frame_id, message.is_extended_frame): message for message in database.messages}
    counts["twice"] += len(database.messages) - len(last)
    name = path.encode()
    records = [struct.pack("<cI", b"D", len(name)) + name]
    records += [vectors_of_message(message, options, counts, path) for message in last.values()]
    return b"".join(records), counts


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("paths", nargs="+")
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--payloads", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    os.makedirs(options.out, exist_ok=True)
    counts = collections.Counter()
    # The largest first, so that the processors end at about the same time.
    paths = sorted(set(description_files(options.paths)), key=os.path.getsize, reverse=True)
    workers = os.cpu_count() or 1
    outputs = [open(os.path.join(options.out, f"{index}.vectors"), "wb") for index in range(workers)]
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        work = [pool.submit(vectors, path, options) for path in paths]
        for done in concurrent.futures.as_completed(work):
            records, found = done.result()
            counts.update(found)
            min(outputs, key=lambda output: output.tell()).write(records)
    for output in outputs:
        output.close()
        if not os.path.getsize(output.name):
            os.remove(output.name)
    print(" ".join(f"{name}={counts[name]}" for name in COUNTS))


if __name__ == "__main__":
    sys.exit(main())
