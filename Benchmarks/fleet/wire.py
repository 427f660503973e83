"""Vehicles that are not there: as much MQTT 5 as a courier needs, and the records of ARCHITECTURE section 7."""
import asyncio
import json
import random
import time

BOOT = "00000000000000000000000000000001"


class Failure(Exception):
    pass


def varint(number):
    out = bytearray()
    while True:
        number, digit = number >> 7, number & 0x7F
        out.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(out)


def text(string):
    data = string.encode()
    return len(data).to_bytes(2, "big") + data


def packet(head, body):
    return bytes([head]) + varint(len(body)) + body


def publish(topic, identifier, payload):
    return packet(0x32, text(topic) + identifier.to_bytes(2, "big") + b"\x00" + payload)


def frame_of(message):
    """The compressed frame of a telemetry message, its field 8."""
    place = 0

    def number():
        nonlocal place
        value, shift = 0, 0
        while True:
            digit = message[place]
            place, value, shift = place + 1, value | (digit & 0x7F) << shift, shift + 7
            if digit < 0x80:
                return value

    while place < len(message):
        tag = number()
        if tag & 7 == 2:
            length = number()
            if tag >> 3 == 8:
                return message[place:place + length]
            place += length
        else:
            number()
    return None


class Connection(asyncio.Protocol):
    """One client of the broker: connects, subscribes to `topics`, hands packets to `take`."""

    def __init__(self, name, topics):
        self.name, self.topics = name, topics
        self.buffer = b""
        self.ready = asyncio.get_running_loop().create_future()
        self.in_flight, self.receive_maximum = 0, 65535

    def connection_made(self, transport):
        self.transport = transport
        # Version 5, clean start, no keep-alive, no properties.
        transport.write(packet(0x10, text("MQTT") + b"\x05\x02\x00\x00\x00" + text(self.name)))

    def connection_lost(self, error):
        if not self.ready.done():
            self.ready.set_exception(Failure(f"{self.name}: the broker hung up: {error}"))

    def data_received(self, data):
        buffer = self.buffer + data
        start, end = 0, len(buffer)
        while True:
            length, shift, position = 0, 0, start + 1
            while position < end:
                digit = buffer[position]
                length |= (digit & 0x7F) << shift
                position, shift = position + 1, shift + 7
                if digit < 0x80:
                    break
            else:
                break
            if end < position + length:
                break
            if buffer[start] == 0x40:
                self.in_flight -= 1
            else:
                self.take(buffer[start], buffer[position:position + length])
            start = position + length
        self.buffer = buffer[start:]
        self.flush()

    def take(self, head, body):
        kind = head >> 4
        if kind == 2:
            # Session present, reason, properties: 0x21 is the broker's receive maximum.
            if body[1] != 0:
                raise Failure(f"{self.name}: connection refused, reason {body[1]}")
            place = body.find(b"\x21", 3)
            if place >= 0:
                self.receive_maximum = int.from_bytes(body[place + 1:place + 3], "big")
            filters = b"".join(text(topic) + b"\x01" for topic in self.topics)
            self.transport.write(packet(0x82, b"\x00\x01\x00" + filters))
        elif kind == 9:
            self.ready.set_result(None)
        elif kind == 3:
            size = int.from_bytes(body[:2], "big")
            topic, place = body[2:2 + size].decode(), 2 + size
            if head & 0x06:
                self.transport.write(packet(0x40, body[place:place + 2]))
                place += 2
            place += 1 + body[place]
            self.heard(topic, body[place:])

    def heard(self, topic, payload):
        """A message came."""

    def flush(self):
        """Packets have come; more may be sent."""


class Vehicle(Connection):
    """A vehicle's connection. `acknowledged(vehicle, lane, first, last)` is called for each new range of a receiver's word."""

    def __init__(self, name, acknowledged):
        super().__init__(name, [f"telltale/v1/{name}/ack"])
        self.acknowledged = acknowledged
        self.epoch = f"{random.getrandbits(128):032x}"
        self.identifier = 0
        self.waiting = []
        self.sequence = {"events": 0, "telemetry": 0}
        self.committed = {"events": 0, "telemetry": 0}

    def heard(self, topic, payload):
        for lane, ranges in json.loads(payload)["ranges"].items():
            # In order on one connection: what is committed grows from 1.
            last = max(last for _, last in ranges)
            if last > self.committed[lane]:
                self.acknowledged(self, lane, self.committed[lane] + 1, last)
                self.committed[lane] = last

    def send(self, lane, payload):
        self.identifier = self.identifier % 65535 + 1
        self.waiting.append(publish(f"telltale/v1/{self.name}/{lane}", self.identifier, payload))

    def flush(self):
        room = max(0, self.receive_maximum - self.in_flight)
        if room and self.waiting:
            now, self.waiting = self.waiting[:room], self.waiting[room:]
            self.in_flight += len(now)
            self.transport.write(b"".join(now))

    def event(self):
        self.sequence["events"] += 1
        number = self.sequence["events"]
        moment = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment * 1000) % 1000:03d}Z"
        return json.dumps({
            "specversion": "1.0", "id": f"{self.epoch}.events.{number}", "source": f"/telltale/v1/{self.name}",
            "type": "trip.ended", "time": stamp, "datacontenttype": "application/json", "epoch": self.epoch,
            "lane": "events", "sequence": f"{number:019d}", "boot": BOOT, "uptime": str(number * 1000),
            "clockquality": "ntp", "data": {"number": number, "km": 12.5, "seconds": 1800}},
            separators=(",", ":")).encode()

    def telemetry(self, frame):
        self.sequence["telemetry"] += 1
        number = self.sequence["telemetry"]
        wall = time.time_ns()

        def field(number, content):
            return varint(number << 3 | 2) + varint(len(content)) + content

        return (field(1, bytes.fromhex(self.epoch)) + b"\x10" + varint(number) + field(4, bytes.fromhex(BOOT))
                + b"\x28" + varint(number * 1000) + b"\x30" + varint(wall << 1) + b"\x38\x02"
                + field(8, frame))
