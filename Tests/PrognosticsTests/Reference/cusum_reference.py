"""Scalar reference of the self-starting CUSUM (no packages needed); writes the golden vectors of the Swift tests.

    python3 cusum_reference.py        writes ../Golden/cusum.json

Hawkins (1987): each batch mean is standardised by the mean and the scatter of the batches before it, Student's t is
turned into a normal deviate (Wallace 1959), and a two-sided CUSUM runs on the deviates.  The batch joins the reference
afterwards, so that no reference is ever frozen while nothing has happened.
"""
import json
import math
import os

BATCH = 5          # values per batch mean
LEARNING = 8       # batches before the sums start to move
SLACK = 0.25       # k
LIMIT = 17.0       # h
HOLD = 0.75        # share of the limit above which the reference learns nothing
CAP = 1.25         # share of the limit at which a sum stops
CLIP = 4.0         # a single batch counts for no more
ALLOWANCE = 1.05   # deviates are taken that much smaller: batch means of autocorrelated values still hang together
FLOOR = 1e-9       # smallest scatter, relative to the mean: below it lies rounding


class Reference:
    def __init__(self, n=0, mean=0.0, squares=0.0):
        self.n, self.mean, self.squares = n, mean, squares

    def copy(self):
        return Reference(self.n, self.mean, self.squares)

    def sd(self):
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else 0.0

    def add(self, x):
        self.n += 1
        d = x - self.mean
        self.mean += d / self.n
        self.squares += d * (x - self.mean)

    def deviate(self, x, least_scatter):
        s = max(self.sd(), least_scatter, FLOOR * abs(self.mean), 1e-300)
        nu = self.n - 1
        t = (x - self.mean) / s * math.sqrt(self.n / (self.n + 1))
        z = math.copysign(math.sqrt(nu * math.log1p(t * t / nu)) * (8 * nu + 1) / (8 * nu + 3), t)
        return max(-CLIP, min(CLIP, z / ALLOWANCE))


class SelfStartingCusum:
    def __init__(self, least_scatter=0.0):
        self.least_scatter = least_scatter
        self.reference = Reference()
        self.before_rise = Reference()   # the reference when the upper sum left zero
        self.before_fall = Reference()
        self.up = self.down = self.z = self.total = 0.0
        self.n = self.since_up = self.since_down = 0

    def state(self):
        return 1 if self.up > LIMIT and self.up >= self.down else -1 if self.down > LIMIT else 0

    def add(self, value):
        self.total += value
        self.n += 1
        if self.n == BATCH:
            x, self.total, self.n = self.total / BATCH, 0.0, 0
            self.batch(x)
            return True
        return False

    def batch(self, x):
        if self.reference.n < LEARNING:
            self.reference.add(x)
            return
        before = self.state()
        self.z = self.reference.deviate(x, self.least_scatter)
        if self.up == 0:
            self.before_rise = self.reference.copy()
        if self.down == 0:
            self.before_fall = self.reference.copy()
        self.up = min(max(0.0, self.up + self.z - SLACK), CAP * LIMIT)
        self.down = min(max(0.0, self.down - self.z - SLACK), CAP * LIMIT)
        self.since_up = self.since_up + 1 if self.up > 0 else 0
        self.since_down = self.since_down + 1 if self.down > 0 else 0
        now = self.state()
        if before == 0 and now == 1:
            self.reference = self.before_rise.copy()
        elif before == 0 and now == -1:
            self.reference = self.before_fall.copy()
        elif max(self.up, self.down) <= HOLD * LIMIT:
            self.reference.add(x)

    def since(self):
        return self.since_up if self.up >= self.down else self.since_down


class Seeded:
    """The linear congruential generator of Numerical Recipes; sum of twelve uniforms as a normal deviate."""
    def __init__(self, seed):
        self.x = seed

    def uniform(self):
        self.x = (1664525 * self.x + 1013904223) & 0xFFFFFFFF
        return self.x / 4294967296

    def normal(self):
        return sum(self.uniform() for _ in range(12)) - 6


def cases():
    r = Seeded(20240)
    noise = lambda n: [r.normal() for _ in range(n)]
    yield "step up", [13.9 + 0.12 * e + (0.12 if i >= 400 else 0) for i, e in enumerate(noise(800))]
    yield "step down", [13.9 + 0.12 * e - (0.2 if i >= 300 else 0) for i, e in enumerate(noise(600))]
    yield "ramp", [0.0 + e + 0.005 * max(0, i - 300) for i, e in enumerate(noise(900))]
    yield "step and return", [e + (2 if 200 <= i < 400 else 0) for i, e in enumerate(noise(1000))]
    yield "constant", [0.1] * 300
    yield "constant, then another", [0.1] * 100 + [0.3] * 100


def run(values):
    c, seen = SelfStartingCusum(), []
    for i, v in enumerate(values):
        if c.add(v) and (i + 1) % (3 * BATCH) == 0:
            seen.append(dict(after=i + 1, state=c.state(), up=c.up, down=c.down, z=c.z, since=c.since(),
                             mean=c.reference.mean, sd=c.reference.sd()))
    return seen


if __name__ == "__main__":
    out = []
    for name, values in cases():
        values = [round(v, 6) for v in values]
        expect = run(values)
        out.append(dict(name=name, values=values, expect=expect))
        print(name, "first seen changed after", next((e["after"] for e in expect if e["state"]), None), "values")
    golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Golden", "cusum.json")
    with open(golden, "w") as f:
        json.dump(out, f)
