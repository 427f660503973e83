"""Writes what pretty_j1939 and can-isotp put together from recorded frames, for TransportComparisonTests to compare.

  vectors.py --out FILE [--seed N] PATH...

Every log at or below the paths whose lines are those of candump (either form) or GVRET is used, and one log of
generated traffic: broadcasts and connections of many units at once, UDS replies of eight units, classic and FD, some
frames lost. One file of vectors, little-endian, made of records:

  'L' u32 length, path                                 the log that what follows belongs to
  'N' u8 bus, u32 identifier                           an identifier of replies that has to be named (see below)
  'F' i64 nanoseconds, u32 identifier, u8 bus, u8 length, data
  'J' u8 bus, u32 parameter group, u8 source, u8 destination, u8 rule, u32 length, data     by pretty_j1939
  'T' u8 bus, u32 identifier, u8 rule, u32 length, data                                     by can-isotp

Identifiers have bit 31 for 29-bit ones. `rule` says why we may leave a message out that the other gives (0: nothing
does), found from the frames alone:
  1 late       its frames are further apart than the standard's timeout (1250 ms J1939, 1000 ms ISO-TP); neither of the
               two knows the time of a recorded frame
  2 order      a broadcast's packets did not come one after the other
  3 counts     the announced bytes are not 9...1785, or the packets do not fit them
  4 address    an identifier that is not the transport protocol's (a data page bit), a source without an address
               (254, 255), or a broadcast to one unit, a connection to all
  5 aborted    one of the two sides gave the connection up before its last packet
  6 service    its first byte is no service, or not one that goes in this direction
  7 functional several frames to all units at once

pretty_j1939 looks for a connection under the addresses of its acknowledgement, which are the other way round, and
finds nothing. So each route from one unit to another gets a tracker of its own, whose open message is asked for when
the receiver acknowledges. A connection that nobody acknowledges and another one follows is one that only we give.

Of 11-bit identifiers 7DF...7EF are compared, and those of 700...7DE on which nothing but first frames of replies and
consecutive frames come: they are named to our side, since such a log lacks the requests.
"""

import argparse
import collections
import logging
import os
import random
import re
import struct
import sys

import isotp
from pretty_j1939.describe import J1939TransportTracker

EXTENDED = 0x80000000
CANDUMP = re.compile(r"\s*\((\d+)\.(\d+)\)\s+(\S+)\s+([0-9A-Fa-f]{3,8})\s*(?:#|\[\d+\])\s*([0-9A-Fa-f ]*)\s*$")
LATE, ORDER, COUNTS, ADDRESS, ABORTED, SERVICE, FUNCTIONAL = range(1, 8)

Frame = collections.namedtuple("Frame", "time id bus data")


def log_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield os.path.abspath(path)
        for root, directories, files in os.walk(path, followlinks=True):
            directories.sort()
            for name in sorted(files):
                if name.lower().endswith((".log", ".csv")):
                    yield os.path.abspath(os.path.join(root, name))


def frames_of(path):
    with open(path, encoding="latin-1") as file:
        for line in file:
            frame = gvret(line) if path.lower().endswith(".csv") else candump(line)
            if frame and (is_j1939(frame.id) or is_isotp(frame.id)):
                yield frame


def candump(line):
    match = CANDUMP.match(line)
    if not match:
        return None
    seconds, fraction, channel, identifier, data = match.groups()
    data = data.replace(" ", "")
    if len(data) % 2 or len(data) > 16:
        return None
    time = int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9])
    value = int(identifier, 16) | (EXTENDED if len(identifier) > 3 else 0)
    bus = int(re.sub(r"\D", "", channel) or 0) & 0xFF
    return Frame(time, value, bus, bytes.fromhex(data))


def gvret(line):
    cells = line.strip().split(",")
    try:
        time, value, extended = int(cells[0]) * 1000, int(cells[1], 16), {"true": EXTENDED, "false": 0}[cells[2]]
        cells = cells[4:] if cells[3] in ("Rx", "Tx") else cells[3:]
        bus, count = int(cells[0]), int(cells[1])
        data = bytes(int(cell, 16) for cell in cells[2 : 2 + count])
    except (ValueError, IndexError, KeyError):
        return None
    return Frame(time, value | extended, bus, data) if len(data) == count <= 8 else None


def is_j1939(value):
    """Whatever pretty_j1939 takes for the transport protocol, data pages included."""
    return value & EXTENDED and value >> 16 & 0xFF in (0xEB, 0xEC)


def is_isotp(value):
    if value & EXTENDED:
        return value >> 24 & 3 == 0 and value >> 16 & 0xFF in (0xDA, 0xDB)
    return value >= 0x700


class Route:
    """What one unit sends to another, or to all, put together by pretty_j1939."""

    def __init__(self, bus, source, destination):
        self.bus, self.source, self.destination = bus, source, destination
        self.tracker = J1939TransportTracker(real_time=False)
        self.messages = []
        self.forget()

    def forget(self):
        self.rule, self.time, self.next, self.group = 0, None, 1, 0

    def take(self, frame):
        control = frame.data[0] if frame.data else 0
        if frame.id >> 16 & 0xFF == 0xEC:
            if len(frame.data) < 8:
                return
            if control in (16, 32):
                self.forget()
                length, packets = frame.data[1] | frame.data[2] << 8, frame.data[3]
                self.group = frame.data[5] | frame.data[6] << 8 | frame.data[7] << 16
                if not 9 <= length <= 1785 or packets != (length + 6) // 7 or self.group > 0x3FFFF:
                    self.rule = COUNTS
                if (control == 32) != (self.destination == 255) or self.source > 253 or self.destination == 254:
                    self.rule = ADDRESS
        elif frame.data:
            if self.destination == 255 and control != self.next:
                self.rule = self.rule or ORDER
            self.next = control + 1
        if frame.id >> 24 & 3:
            self.rule = ADDRESS
        if self.time is not None and abs(frame.time - self.time) > 1_250_000_000:
            self.rule = self.rule or LATE
        self.time = frame.time
        self.tracker.process(self.found, frame.data, frame.id & 0x1FFFFFFF)

    def acknowledged(self):
        self.tracker.cleanup(self.found)

    def aborted(self):
        self.rule = self.rule or ABORTED

    def found(self, data, source, group, is_last_packet=False):
        # As in an identifier, a group with a destination has no lowest byte.
        group &= 0x3FF00 if group >> 8 & 0xFF < 0xF0 else 0x3FFFF
        self.messages.append(
            struct.pack("<cBIBBBI", b"J", self.bus, group, source, self.destination, self.rule, len(data)) + data)


def j1939_messages(frames):
    routes = {}

    def route(bus, source, destination):
        return routes.setdefault((bus, source, destination), Route(bus, source, destination))

    for frame in frames:
        if not is_j1939(frame.id):
            continue
        source, destination = frame.id & 0xFF, frame.id >> 8 & 0xFF
        control = frame.data[0] if frame.id >> 16 & 0xFF == 0xEC and len(frame.data) >= 8 else None
        if control == 19:
            route(frame.bus, destination, source).acknowledged()
        elif control == 17:
            # It keeps a connection alive that waits.
            route(frame.bus, destination, source).time = frame.time
        elif control == 255:
            route(frame.bus, source, destination).aborted()
            route(frame.bus, destination, source).aborted()
        else:
            route(frame.bus, source, destination).take(frame)
    for each in routes.values():
        each.acknowledged()
    return [message for each in routes.values() for message in each.messages]


class Channel:
    """What comes on one identifier, put together by can-isotp, which listens only."""

    def __init__(self, bus, value):
        self.bus, self.value, self.queue, self.time, self.rule, self.messages = bus, value, [], None, 0, []
        mode = isotp.AddressingMode.Normal_29bits if value & EXTENDED else isotp.AddressingMode.Normal_11bits
        address = isotp.Address(mode, rxid=value & 0x1FFFFFFF, txid=0x1FFFFFF0 if value & EXTENDED else 0x7FF)
        self.layer = isotp.TransportLayerLogic(
            rxfn=lambda timeout: self.queue.pop(0) if self.queue else None, txfn=lambda message: None, address=address,
            params={"listen_mode": True, "max_frame_size": 4095, "rx_consecutive_frame_timeout": 3_600_000})

    def take(self, frame):
        kind = frame.data[0] >> 4 if frame.data else 15
        if kind in (0, 1):
            self.rule = 0
        elif kind == 2 and self.time is not None and abs(frame.time - self.time) > 1_000_000_000:
            self.rule = LATE
        self.time = frame.time
        self.queue.append(isotp.CanMessage(
            arbitration_id=self.value & 0x1FFFFFFF, extended_id=bool(self.value & EXTENDED), dlc=len(frame.data),
            data=frame.data, is_fd=len(frame.data) > 8))
        self.layer.process()
        while self.layer.available():
            data = bytes(self.layer.recv())
            rule = self.rule
            if not self.goes(data[0]):
                rule = SERVICE
            elif kind == 2 and (self.value == 0x7DF or self.value & 0x80FF0000 == 0x80DB0000):
                rule = FUNCTIONAL
            self.messages.append(struct.pack("<cBIBI", b"T", self.bus, self.value, rule, len(data)) + data)

    def goes(self, service):
        """Bit 6 tells a reply; of 18DAxxxx F1 alone is known for a tester."""
        is_reply = bool(service & 0x40)
        if service in (0, 0x40):
            return False
        if self.value & EXTENDED:
            target, source = self.value >> 8 & 0xFF, self.value & 0xFF
            if self.value & 0x00FF0000 == 0x00DB0000:
                return not is_reply
            return source != 0xF1 if is_reply else target != 0xF1
        return is_reply == (self.value >= 0x7E8 or self.value < 0x7DF)


def named(frames):
    """Identifiers of 700...7DE on which nothing but parts of long replies come."""
    kinds = collections.defaultdict(set)
    for frame in frames:
        if 0x700 <= frame.id < 0x7DF:
            kind = frame.data[0] >> 4 if len(frame.data) == 8 else 15
            kinds[frame.bus, frame.id].add(kind if kind != 1 or frame.data[2] & 0x40 else 15)
    return sorted(channel for channel, seen in kinds.items() if seen == {1, 2})


def isotp_messages(frames, names):
    channels = {}
    for frame in frames:
        if not is_isotp(frame.id):
            continue
        if frame.id & EXTENDED or 0x7DF <= frame.id <= 0x7EF or (frame.bus, frame.id) in names:
            key = frame.bus, frame.id
            channels.setdefault(key, Channel(*key)).take(frame)
    return [message for each in channels.values() for message in each.messages]


def generated(seed):
    """Up to 30 routes of J1939 and 8 units of ISO-TP, each with one message after the other, their frames mixed."""
    source = random.Random(seed)
    queues = {}
    for route in range(30):
        queues[route] = collections.deque()
        for _ in range(100):
            queues[route].extend(j1939_frames(route, source))
    for unit in range(8):
        queues[100 + unit] = collections.deque()
        for _ in range(150):
            queues[100 + unit].extend(isotp_frames(0x7E8 + unit, source))
    time, frames = 0, []
    while queues:
        key = source.choice(list(queues))
        value, data = queues[key].popleft()
        time += source.randrange(1, 2_000_000)
        frames.append(Frame(time, value, key % 3, data))
        if not queues[key]:
            del queues[key]
    return frames


def lossy(frames, source):
    if source.random() < 0.1:
        frames.pop(source.randrange(len(frames)))
    return frames


def j1939_frames(route, source):
    """From address `route`: to all for even ones, else to 249 with packets that come again."""
    data = source.randbytes(source.randint(9, 1785 if source.random() < 0.1 else 60))
    packets = [bytes([i // 7 + 1]) + data[i : i + 7].ljust(7, b"\xff") for i in range(0, len(data), 7)]
    destination = 255 if route % 2 == 0 else 249
    transfer, management = (EXTENDED | 0x1C000000 | group << 16 | destination << 8 | route for group in (0xEB, 0xEC))
    back = EXTENDED | 0x1CEC0000 | route << 8 | destination
    start, group = struct.pack("<HBB", len(data), len(packets), 255), b"\xca\xfe\x00"
    if destination == 255:
        frames = [(management, b"\x20" + start + group)] + [(transfer, packet) for packet in packets]
        return lossy(frames, source)
    frames = [(management, b"\x10" + start + group), (back, bytes([17, len(packets), 1, 255, 255]) + group)]
    for packet in lossy(packets, source):
        frames += [(transfer, packet)] * (2 if source.random() < 0.1 else 1)
    return frames + [(back, b"\x13" + start + group)]


def isotp_frames(value, source):
    data = b"\x62" + source.randbytes(source.randint(0, 4094 if source.random() < 0.05 else 100))
    width = source.choice((8, 8, 12, 64))
    if len(data) <= 7:
        return [(value, bytes([len(data)]) + data)]
    if width > 8 and len(data) <= width - 2:
        return [(value, bytes([0, len(data)]) + data.ljust(width - 2, b"\xcc"))]
    frames = [(value, bytes([0x10 | len(data) >> 8, len(data) & 0xFF]) + data[: width - 2])]
    for number, start in enumerate(range(width - 2, len(data), width - 1), 1):
        part = data[start : start + width - 1]
        frames.append((value, bytes([0x20 | number & 15]) + part.ljust(width - 1, b"\xaa")))
    return lossy(frames, source)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("paths", nargs="+")
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    logging.disable(logging.WARNING)  # can-isotp tells of every frame that it drops.
    counts = collections.Counter()
    with open(options.out, "wb") as out:
        logs = [(path, list(frames_of(path))) for path in sorted(set(log_files(options.paths)))]
        for path, frames in [log for log in logs if log[1]] + [("generated", generated(options.seed))]:
            names = named(frames)
            groups, messages = j1939_messages(frames), isotp_messages(frames, set(names))
            out.write(struct.pack("<cI", b"L", len(path.encode())) + path.encode())
            out.write(b"".join(struct.pack("<cBI", b"N", *name) for name in names))
            for frame in frames:
                out.write(struct.pack("<cqIBB", b"F", frame.time, frame.id, frame.bus, len(frame.data)) + frame.data)
            out.write(b"".join(groups + messages))
            counts.update(logs=1, frames=len(frames), j1939=len(groups), isotp=len(messages))
    print(" ".join(f"{name}={counts[name]}" for name in ("logs", "frames", "j1939", "isotp")))


if __name__ == "__main__":
    sys.exit(main())
