"""C sources and frames for one DBC file: what cantools generates with a dispatcher around it, constant tables for
rivals/table.c, and seeded frames."""

import collections
import random
import struct

import cantools
from cantools.database.can.c_source import camel_to_snake_case

EXTENDED = 0x8000_0000
HASH = 0x9E37_79B1


def bits_end(signal):
    """How many bits of the frame there are up to the signal's last one."""
    if signal.byte_order == "little_endian":
        return signal.start + signal.length
    return 8 * (signal.start // 8) + 7 - signal.start % 8 + signal.length


def usable(message, numbers):
    """Whether all decoders see the message alike: classic, whole, with the signals that Telltale has. cantools loses
    signals behind multiplexors that have a second, longer name."""
    return (0 < len(message.signals) and message.length <= 8
            and all(bits_end(s) <= 8 * message.length for s in message.signals)
            and set(numbers) == {s.name for s in message.signals} == all_names(message.signal_tree))


def all_names(tree):
    names, choosers = tree_names(tree)
    return set(names).union(*(all_names(below) for _, cases in choosers for below in cases.values()))


class Network:
    """The messages of a DBC file that all decoders can be compared over."""

    def __init__(self, path, numbers):
        """`numbers`: by the identifier's key, by the signal's name, the number that Telltale gives the signal."""
        self.database = cantools.database.load_file(path, strict=False)
        twice = collections.Counter(m.frame_id for m in self.database.messages)
        self.messages, self.numbers, self.left_out = [], {}, 0
        for message in self.database.messages:
            key = message.frame_id | (EXTENDED if message.is_extended_frame else 0)
            if twice[message.frame_id] == 1 and usable(message, numbers.get(key, {})):
                self.messages.append((key, message))
                self.numbers[key] = numbers[key]
            else:
                self.left_out += 1
        self.signals = sum(len(m.signals) for _, m in self.messages)

    def frames(self, count, seed):
        """Each message equally often, shuffled. Raw values are drawn inside of their signal's range where that is
        possible, multiplexors among the values that the file knows."""
        source = random.Random(seed)
        order = [self.messages[i % len(self.messages)] for i in range(count)]
        source.shuffle(order)
        frames = []
        for key, message in order:
            raw = {}
            draw(message, message.signal_tree, raw, source)
            data = message.encode(raw, scaling=False, padding=False, strict=False)
            frames.append((key, message.frame_id, bytes(data[:8])))
        return frames


def packed(frames):
    return b"".join(struct.pack("<IB3x8s", key, len(data), data) for key, _, data in frames)


def draw(message, tree, raw, source):
    for node in tree:
        if isinstance(node, dict):
            for name, cases in node.items():
                # Files select by values, too, that the multiplexor is too short for.
                most = 1 << message.get_signal_by_name(name).length
                raw[name] = source.choice(sorted(value for value in cases if value < most))
                draw(message, cases[raw[name]], raw, source)
        else:
            raw[node] = draw_raw(message.get_signal_by_name(node), source)


def draw_raw(signal, source):
    if signal.is_float:
        return struct.unpack("<f", struct.pack("<f", source.uniform(-1000, 1000)))[0]
    low, high = (-(1 << signal.length - 1), (1 << signal.length - 1) - 1) if signal.is_signed else (
        0, (1 << signal.length) - 1)
    ends = [(end - signal.offset) / signal.scale for end in (signal.minimum, signal.maximum) if end is not None]
    if len(ends) == 2:
        inner_low, inner_high = max(low, round(min(ends))), min(high, round(max(ends)))
        if inner_low <= inner_high:
            low, high = inner_low, inner_high
    return source.randint(low, high)


def tree_names(tree):
    """The names that are always there, and the multiplexors with what they select."""
    plain = [node for node in tree if isinstance(node, str)]
    choosers = [(name, cases) for node in tree if isinstance(node, dict) for name, cases in node.items()]
    return plain + [name for name, _ in choosers], choosers


def dispatcher(network, is_inlined):
    """What a user of the generated C writes: a switch over the identifier, unpack, then each signal's decode. Inlined, it
    takes the generated source in instead of its header."""
    lines = ['#include "record.h"', f'#include "net.{"c" if is_inlined else "h"}"']
    for key, message in network.messages:
        base = "net_" + camel_to_snake_case(message.name)
        lines += [f"static inline long message_{key:x}(const struct frame *frame, int64_t time, struct record *out) {{",
                  f"  struct {base}_t u;",
                  f"  if ({base}_unpack(&u, frame->data, frame->length) != 0) return 0;",
                  "  struct record *next = out;"]

        def write(tree, indent):
            names, choosers = tree_names(tree)
            for name in names:
                field = camel_to_snake_case(name)
                lines.append(f"{indent}*next++ = (struct record){{time, {base}_{field}_decode(u.{field}), "
                             f"{network.numbers[key][name]}, 0}};")
            for name, cases in choosers:
                lines.append(f"{indent}switch (u.{camel_to_snake_case(name)}) {{")
                for value in sorted(cases):
                    lines.append(f"{indent}case {value}:")
                    write(cases[value], indent + "  ")
                    lines.append(f"{indent}  break;")
                lines.append(f"{indent}}}")

        write(message.signal_tree, "  ")
        lines += ["  return next - out;", "}"]
    lines += ["__attribute__((noinline)) static long decode_frame(const struct frame *frame, int64_t time,",
              "                                                   struct record *out) {", "  switch (frame->id) {"]
    lines += [f"  case {key}u: return message_{key:x}(frame, time, out);" for key, _ in network.messages]
    lines += ["  default: return 0;", "  }", "}", "DECODE_LOOP"]
    return "\n".join(lines) + "\n"


class Tables:
    """The constant tables of rivals/table.c."""

    def __init__(self, network):
        self.operations, self.sections, self.selectors, self.choices = [], [], [], []
        bits = max(1, (2 * len(network.messages) - 1).bit_length())
        self.shift = 32 - bits
        self.slots = ["{0, NONE}"] * (1 << bits)
        for key, message in network.messages:
            place = (key * HASH & 0xFFFF_FFFF) >> self.shift
            while self.slots[place] != "{0, NONE}":
                place = (place + 1) % len(self.slots)
            self.slots[place] = f"{{{key}u, {self.section(message, message.signal_tree, network.numbers[key])}}}"

    def section(self, message, tree, numbers):
        names, choosers = tree_names(tree)
        runs = [[], [], []]
        for signal in (message.get_signal_by_name(name) for name in names):
            is_other = signal.is_float or signal.length == 64 and not signal.is_signed
            runs[2 if is_other else signal.byte_order == "big_endian"].append(signal)
        index, first = len(self.sections), len(self.operations)
        self.sections.append(None)
        for signal in runs[0] + runs[1] + runs[2]:
            sign = 1 << signal.length - 1 if signal.is_signed and not signal.is_float else 0
            kind = f"FLOAT{signal.length}" if signal.is_float else "UNSIGNED64" if signal in runs[2] else "INTEGER"
            self.operations.append(f"{{{float(signal.scale)!r}, {float(signal.offset)!r}, {sign}u, "
                                   f"{numbers[signal.name]}, {place(signal)}, {kind}}}")
        own = []
        for name, cases in choosers:
            choices = [f"{{{value}, {self.section(message, cases[value], numbers)}}}" for value in sorted(cases)]
            own.append(f"{{{place(message.get_signal_by_name(name))}, {len(self.choices)}, {len(choices)}}}")
            self.choices += choices
        counts = ", ".join(str(len(run)) for run in runs)
        self.sections[index] = f"{{{first}, {counts}, {len(self.selectors)}, {len(own)}}}"
        self.selectors += own
        return index

    def text(self):
        def array(kind, name, rows):
            return f"static const struct {kind} {name}[] = {{\n  " + ",\n  ".join(rows or ["{0}"]) + "\n};\n"

        return (f"#define HASH_SHIFT {self.shift}\n" + array("operation", "operations", self.operations)
                + array("section", "sections", self.sections) + array("selector", "selectors", self.selectors)
                + array("choice", "choices", self.choices) + array("slot", "slots", self.slots))


def place(signal):
    """`left, right, is_big` of the one 64-bit word."""
    is_big = signal.byte_order == "big_endian"
    end = bits_end(signal)
    return f"{end - signal.length if is_big else 64 - end}, {64 - signal.length}, {int(is_big)}"
