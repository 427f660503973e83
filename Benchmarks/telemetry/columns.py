"""A reader of RollUpColumns that knows docs/telemetry.proto and nothing else: the text of `protoc --decode` in,
roll-ups out. It is what the encoder is held against."""

import re
import struct

FIELDS = {"path", "unit"}


def parse(text):
    """The message's fields: lists of numbers, and of texts for path and unit."""
    fields = {}
    for line in text.splitlines():
        name, value = line.split(": ", 1)
        if name in FIELDS:
            value = bytes(re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), value[1:-1].encode())).decode()
        else:
            value = int(value)
        fields.setdefault(name, []).append(value)
    return fields


def expanded(numbers):
    """A column without end."""
    numbers = iter(numbers)
    for number in numbers:
        yield number
        if number == 0:
            for _ in range(next(numbers)):
                yield 0
    while True:
        yield 0


def wrapped(integer):
    return (integer + (1 << 63)) % (1 << 64) - (1 << 63)


def place(value):
    bits = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -1 - (bits & (1 << 63) - 1)


def double(at):
    bits = at if at >= 0 else (-1 - at) | 1 << 63
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


class Form:
    def __init__(self, form, step, origin):
        self.fraction, self.multiplies, self.is_smooth = form // 4, form & 2, form & 1
        self.step, self.origin = step, origin
        self.denominator = float(10 ** self.fraction if self.fraction <= 12 else 2 ** (self.fraction - 16))

    def value(self, m, times=1):
        if self.multiplies:
            return float(m) * (float(self.step) / self.denominator)
        integer = wrapped(self.origin * times + self.step * m)
        return double(integer) if self.fraction == 64 else float(integer) / self.denominator


def missed(value, miss):
    return double(wrapped(place(value) + miss))


def hexadecimal(value):
    return f"{struct.unpack('<Q', struct.pack('<d', value))[0]:016x}"


def intervals(fields):
    numbers, distance = [fields.get("first", [0])[0]], 1
    column = expanded(fields.get("interval", []))
    while len(numbers) < fields["intervals"][0]:
        distance += next(column)
        numbers.append(numbers[-1] + distance)
    return numbers


def rows(text):
    """Each roll-up: path, unit, position, interval, count, and last, least, greatest and sum as hexadecimal digits."""
    fields = parse(text)
    times = intervals(fields)
    columns = {name: expanded(fields.get(name, [])) for name in (
        "missing", "position", "form", "step", "origin", "count", "last", "last_miss", "minimum", "minimum_miss",
        "maximum", "maximum_miss", "sum", "sum_miss")}

    def take(name):
        return next(columns[name])

    above = [1] * len(times)
    form = 0
    for path, unit in zip(fields["path"], fields["unit"], strict=True):
        count = len(times) - take("missing")
        form += take("form")
        grid = Form(form, take("step") + 1, take("origin"))
        position, distance, excess, m, difference = -1, 1, 0, 0, 0
        for i in range(count):
            distance += take("position") if count < len(times) else 0
            position += distance
            samples = above[position] + excess + take("count")
            excess, above[position] = samples - above[position], samples
            change = take("last") + (difference if grid.is_smooth else 0)
            m, difference = wrapped(m + change), change if i else 0
            last = missed(grid.value(m), take("last_miss"))
            low = wrapped(m - take("minimum"))
            least = missed(grid.value(low), take("minimum_miss"))
            high = wrapped(m + take("maximum"))
            greatest = missed(grid.value(high), take("maximum_miss"))
            if samples <= 256 and place(least) == place(last) == place(greatest):
                total = 0.0
                for _ in range(samples):
                    total += last
            elif grid.fraction == 64:
                total = float(samples) * last
            else:
                t = wrapped(take("sum") + (wrapped(wrapped(low + high) * samples) >> 1))
                total = grid.value(t, times=samples)
            total = missed(total, take("sum_miss"))
            yield (path, unit, position, times[position], samples, *map(hexadecimal, (last, least, greatest, total)))
