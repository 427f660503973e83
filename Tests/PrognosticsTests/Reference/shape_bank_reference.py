"""Scalar reference of the shape bank in plain floating point (no packages needed); writes the golden vectors of the
Swift tests that go beyond sbf.json: tails of four lanes, tables, other failure levels, uneven usage, gaps.

    python3 shape_bank_reference.py        writes ../Golden/shape_bank.json, after it has reproduced ../Golden/sbf.json
"""
import json
import math
import os

LEVELS = (.05, .10, .25, .50, .75, .90, .95)
NODES = ((-1.7320508, 1 / 6), (0., 2 / 3), (1.7320508, 1 / 6))
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Golden")
SHAPES = {
    "linear": lambda x: x,
    "quadratic": lambda x: x * x,
    "exponential": lambda x: math.expm1(min(2.54 * x, 6.)) / math.expm1(2.54),
    "squareRoot": math.sqrt,
    "knee": lambda x: .35 * x + .65 * max(x - .6, 0) / .4,
}


def table_of(shape):
    return shape if isinstance(shape, list) else [SHAPES[shape](2.5 * i / 80) for i in range(81)]


def at(table, x):
    p = min(max(x * 32, 0.), 80 - 1e-6)
    i = int(p)
    return table[i] + (table[i + 1] - table[i]) * (p - i)


def inverse(table, y):
    if y <= table[0]:
        return 0.
    if y >= table[80]:
        return 2.5
    i = max(i for i in range(80) if table[i] <= y)
    return (i + (y - table[i]) / (table[i + 1] - table[i])) / 32


class Course:
    """One hypothesis: a shape, a duration, a slot for its onset."""

    def __init__(self, table, duration, slot, log_prior):
        self.table, self.duration, self.slot, self.log_prior = table, duration, slot, log_prior
        self.weight, self.base = None, None


class ShapeBank:
    def __init__(self, shapes, failure_level=1., failure_level_scatter=.05, noise=.1, base=0., base_scatter=.05,
                 duration=100., duration_scatter=.5, durations=7, onsets=8, span=None, hazard=None, onset_already=.5,
                 forgetting=.98, learning=.4, adapts_noise=True):
        self.d, self.sd, self.pb = failure_level, failure_level_scatter, base_scatter ** 2
        self.r = self.r0 = noise ** 2
        self.f, self.eta, self.adapts = forgetting, learning, adapts_noise
        g = [-2 + 4 * j / (durations - 1) for j in range(durations)]
        z = math.log(sum(math.exp(-.5 * x * x) for x in g))
        self.durations = [duration * math.exp(duration_scatter * x) for x in g]
        self.priors = [(table_of(s), self.durations[j], math.log(w) - .5 * g[j] ** 2 - z)
                       for s, w in shapes for j in range(durations)]
        self.courses = [Course(t, d, slot, p) for t, d, p in self.priors for slot in range(onsets)]
        self.age = [None] * onsets
        self.interval, self.hazard = (span or 1.6 * duration) / onsets, hazard or 1 / duration
        self.since, self.usual = 0., 0.
        self.w0, self.b0 = math.log(1 - onset_already + 1e-9), base
        self.begin(0, math.log(onset_already))

    def begin(self, slot, weight):
        self.age[slot] = 0.
        for c in self.courses:
            if c.slot == slot:
                c.weight, c.base = weight + c.log_prior, self.b0

    def begun(self):
        return [c for c in self.courses if self.age[c.slot] is not None]

    def parts(self, usage):
        if self.usual == 0 or usage <= 5 * self.usual:
            return [usage]
        n = min(math.floor(usage / self.usual + .5), 100)
        return [usage / n] * n

    def step(self, z, usage=1.):
        parts = self.parts(usage)
        for part in parts[:-1]:
            self.advance(part)
        self.advance(parts[-1], z)
        if usage > 0:
            self.usual = usage if self.usual == 0 else self.usual + .1 * (min(usage, 5 * self.usual) - self.usual)

    def let_pass(self, usage):
        for part in self.parts(usage):
            self.advance(part)

    def advance(self, usage, z=None):
        self.age = [a if a is None else a + usage for a in self.age]
        if z is not None:
            s = self.pb + self.r
            k, bound = self.pb / s, 3 * math.sqrt(s)
            self.pb *= 1 - k
            innovation = [(c, z - c.base - self.d * at(c.table, self.age[c.slot] / c.duration)) for c in self.begun()]
            sums = [math.exp(max(self.w0, -60)), math.exp(max(self.w0, -60)) * (z - self.b0)]
            for c, e in innovation:
                sums = [sums[0] + math.exp(max(c.weight, -60)), sums[1] + math.exp(max(c.weight, -60)) * e]
                c.weight = self.f * c.weight - .5 * self.eta * min(e * e / s, 9.)
                c.base += k * max(-bound, min(bound, e))
            e = z - self.b0
            self.w0 = self.f * self.w0 - .5 * self.eta * min(e * e / s, 9.)
            self.b0 += k * max(-bound, min(bound, e))
            if self.adapts:
                self.r = .98 * self.r + .02 * max(.25 * self.r0, min(6 * self.r0, (sums[1] / sums[0]) ** 2))
        for c in self.begun():
            if self.age[c.slot] / c.duration > 1.15:
                c.weight -= .05
        self.since += usage
        if self.since >= self.interval:
            self.since = 0.
            free = [i for i, a in enumerate(self.age) if a is None]
            slot = free[0] if free else min(
                range(len(self.age)), key=lambda i: max(c.weight for c in self.courses if c.slot == i))
            self.begin(slot, self.w0 + math.log(min(self.hazard * self.interval, .5)))
        best = max([self.w0] + [c.weight for c in self.begun()])
        self.w0 -= best
        for c in self.begun():
            c.weight -= best

    def remaining(self):
        first, last = .002 * self.durations[len(self.durations) // 2], 4 * self.durations[-1]
        t = [first * (last / first) ** (i / 159) for i in range(160)]
        ratio = math.log(t[1] / t[0])
        sound = math.exp(max(self.w0, -60))
        cells, total = [0.] * 161, sound
        for c in self.begun():
            if c.weight < -14:
                continue
            for deviate, share in NODES:
                w = math.exp(c.weight) * share
                y = max((self.d + deviate * self.sd - c.base) / self.d, .02)
                left = inverse(c.table, y) * c.duration - self.age[c.slot]
                cells[0 if left <= t[0] else min(160, int(math.log(left / t[0]) / ratio) + 1)] += w
                total += w
        law, acc = [], 0.
        for i in range(160):
            acc += cells[i]
            law.append(acc / total)
        if sound / total > 1e-6:
            for i in range(160):
                law[i] += sound / total * sum(math.exp(p) * (1 - math.exp(-self.hazard * (t[i] - d)))
                                              for _, d, p in self.priors if t[i] > d)
        out = []
        for level in LEVELS:
            i = next((i for i in range(160) if law[i] >= level), None)
            if i is None:
                out.append(t[-1])
            elif i == 0:
                out.append(t[0])
            else:
                out.append(t[i - 1] + (level - law[i - 1]) / (law[i] - law[i - 1]) * (t[i] - t[i - 1]))
        return out

    def consumed(self):
        w = math.exp(max(self.w0, -60))
        total, mean, begun = w, w * self.b0 / self.d, 0.
        for c in self.begun():
            w = math.exp(max(c.weight, -60))
            total, begun = total + w, begun + w
            mean += w * (c.base / self.d + at(c.table, self.age[c.slot] / c.duration))
        return [mean / total, begun / total]


class Noise:
    """Linear congruential generator, sum of twelve."""

    def __init__(self, seed):
        self.x = seed

    def uniform(self):
        self.x = (1664525 * self.x + 1013904223) & 0xffffffff
        return self.x / 4294967296

    def normal(self):
        return sum(self.uniform() for _ in range(12)) - 6


def vector(name, model, steps):
    """Steps are [value or null, usage]; null lets usage pass."""
    bank, expect = ShapeBank(**model), []
    for i, (value, usage) in enumerate(steps):
        if value is None:
            bank.let_pass(usage)
        else:
            bank.step(value, usage)
        if i % 30 == 29:
            expect.append(dict(after=i + 1, left=bank.remaining(), consumed=bank.consumed(), noise=math.sqrt(bank.r)))
    return dict(name=name, model=model, steps=steps, expect=expect)


def check_against_golden():
    with open(os.path.join(GOLDEN, "sbf.json")) as file:
        golden = json.load(file)
    bank = ShapeBank((("linear", .35), ("quadratic", .2), ("exponential", .3), ("squareRoot", .15)), duration=120.,
                     noise=math.sqrt(.0065), base_scatter=.03)
    expect = {e["t"]: e for e in golden["expect"]}
    for i, z in enumerate(golden["z"]):
        bank.step(z)
        if i in expect:
            for a, b in zip(bank.remaining() + bank.consumed(), expect[i]["rul"] + expect[i]["deg"]):
                assert abs(a - b) <= 1e-9 * abs(b) + 1e-12, (i, a, b)


if __name__ == "__main__":
    check_against_golden()
    n = Noise(4711)
    fade = [(.3 * x + .7 * x ** 3) for x in (i / 32 for i in range(81))]
    vectors = [
        vector("one shape, sixteen onsets", dict(
            shapes=[["exponential", 1.]], noise=.08, base_scatter=.1, duration=130., duration_scatter=.4, durations=5,
            onsets=16, forgetting=.97, learning=.6),
            [[round(.05 + max(0, (i - 50) / 150) ** 2 + .08 * n.normal(), 6), 1.] for i in range(180)]),
        vector("learnt table, one onset, uneven usage, another failure level", dict(
            shapes=[[fade, .6], ["linear", .2], ["squareRoot", .2]], failure_level=.2, failure_level_scatter=.01,
            noise=.01, base=.004, base_scatter=.005, duration=60000., duration_scatter=.4, durations=7, onsets=1,
            onset_already=.999, forgetting=.96, learning=.8),
            [[round(.2 * i / 140 + .008 * n.normal(), 6), round(300 + 500 * n.uniform(), 3)] for i in range(120)]),
        vector("gaps and usage without values", dict(
            shapes=[["linear", .5], ["exponential", .3], ["knee", .2]], noise=.1, duration=90., durations=9, onsets=6,
            span=120., hazard=.004, onset_already=.1, adapts_noise=False),
            [[None if i % 37 == 20 else round(max(0, (i - 40) / 120) + .1 * n.normal(), 6),
              {31: 14.2, 57: 33., 90: 700., 20: 6.}.get(i, 1.)] for i in range(150)]),
    ]
    with open(os.path.join(GOLDEN, "shape_bank.json"), "w") as file:
        json.dump(vectors, file)
        file.write("\n")
