"""Scalar reference of the Kalman filter of level and drift and of its forecast check (no packages needed); writes the
golden vectors of the Swift tests.

    python3 level_drift_reference.py        writes ../Golden/level_drift.json

Continuous-time model: dx = v dt + sqrt(level_walk) dW1, dv = sqrt(drift_walk) dW2, observed as x + noise.  Written with
full 2 x 2 matrices, unlike the Swift code, so that a slip in the algebra shows.
"""
import json
import math
import os

LEVELS = (.05, .10, .25, .50, .75, .90, .95)
HORIZON, PROMISE, PACE, MEMORY, DEVIATE = 20, .8, .03, 200, 1.2815515655446


def normal_cdf(x):
    return .5 * math.erfc(-x / math.sqrt(2))


def product(a, b):
    return [[sum(a[i][k] * b[k][j] for k in range(2)) for j in range(2)] for i in range(2)]


class LevelDrift:
    def __init__(self, level, level_variance, drift, drift_variance, noise, level_walk, drift_walk):
        self.x = [level, drift]
        self.p = [[level_variance, 0.], [0., drift_variance]]
        self.r, self.qx, self.qv = noise, level_walk, drift_walk

    def predicted(self, t):
        f = [[1., t], [0., 1.]]
        x = [self.x[0] + t * self.x[1], self.x[1]]
        p = product(product(f, self.p), [[1., 0.], [t, 1.]])
        q = [[self.qx * t + self.qv * t ** 3 / 3, self.qv * t ** 2 / 2], [self.qv * t ** 2 / 2, self.qv * t]]
        return x, [[p[i][j] + q[i][j] for j in range(2)] for i in range(2)]

    def step(self, z, t):
        x, p = self.predicted(t)
        s = p[0][0] + self.r
        k = [p[0][0] / s, p[1][0] / s]
        bound = 3 * math.sqrt(s)
        e = max(-bound, min(bound, z - x[0]))
        self.x = [x[0] + k[0] * e, x[1] + k[1] * e]
        self.p = product([[1 - k[0], 0.], [-k[1], 1.]], p)

    def forecast(self, t):
        x, p = self.predicted(t)
        return x[0], p[0][0]

    def remaining(self, threshold, rising, limit):
        times = [0.] + [limit / 5000 * 5000 ** (i / 126) for i in range(127)]
        sign, highest, c = (1 if rising else -1), 0., []
        for t in times:
            m, v = self.forecast(t)
            highest = max(highest, normal_cdf(sign * (m - threshold) / math.sqrt(v)))
            c.append(highest)
        out = []
        for level in LEVELS:
            if c[0] >= level:
                out.append(times[0])
                continue
            i = next((i for i in range(1, 128) if c[i] >= level), None)
            if i is None:
                out.append(times[-1])
            else:
                out.append(times[i - 1] + (level - c[i - 1]) / (c[i] - c[i - 1]) * (times[i] - times[i - 1]))
        return out


class ForecastCheck:
    def __init__(self):
        self.pending, self.log_width, self.hits, self.count = [], 0., 0., 0

    def step(self, z, kalman, t):
        if len(self.pending) == HORIZON:
            m, sd = self.pending.pop(0)
            miss = abs(z - m) / sd
            self.count += 1
            self.hits += ((1 if miss <= DEVIATE else 0) - self.hits) / min(self.count, MEMORY)
            self.log_width += PACE * ((miss > DEVIATE * math.exp(self.log_width)) - (1 - PROMISE))
            self.log_width = max(math.log(.5), min(math.log(4), self.log_width))
        m, v = kalman.forecast(t * HORIZON)
        self.pending.append((m, math.sqrt(v + kalman.r)))

    def trust(self):
        seen = min(self.count, MEMORY)
        rate = self.hits if self.count else PROMISE
        return min(1., (rate * seen + PROMISE * 10) / (seen + 10) / PROMISE)

    def width(self):
        return math.exp(self.log_width) if self.count >= 50 and self.hits < .7 else 1.


class Noise:
    """Linear congruential generator, sum of twelve."""

    def __init__(self, seed):
        self.x = seed

    def uniform(self):
        self.x = (1664525 * self.x + 1013904223) & 0xffffffff
        return self.x / 4294967296

    def normal(self):
        return sum(self.uniform() for _ in range(12)) - 6


def vector(name, rising, threshold, limit, course, **parameters):
    noise, kalman, check = Noise(77), LevelDrift(**parameters), ForecastCheck()
    steps, expect = [], []
    for i in range(160):
        usage = round(.3 + 1.4 * noise.uniform(), 6)
        value = round(course(i, noise), 6)
        steps.append([value, usage])
        kalman.step(value, usage)
        check.step(value, kalman, 1.)
        if i % 40 == 39 or i == 5:
            expect.append(dict(
                after=i + 1, x=kalman.x, p=[kalman.p[0][0], kalman.p[0][1], kalman.p[1][1]],
                forecast=kalman.forecast(25.), left=kalman.remaining(threshold, rising, limit),
                check=[check.count, check.hits, check.trust(), check.width()]))
    return dict(name=name, rising=rising, threshold=threshold, limit=limit, parameters=parameters, steps=steps,
                expect=expect)


if __name__ == "__main__":
    vectors = [
        vector("slow leak", False, 192., 400., lambda i, n: 240 - .12 * i + 3 * n.normal() - (40 if i == 80 else 0),
               level=240., level_variance=9., drift=-.01, drift_variance=.0064, noise=10.24, level_walk=.0003,
               drift_walk=2e-5),
        vector("growth from below", True, 1., 500., lambda i, n: .004 * i + .03 * n.normal(),
               level=0., level_variance=.01, drift=.005, drift_variance=9e-6, noise=.0009, level_walk=1e-5,
               drift_walk=1e-9),
        vector("standing still", True, 1., 500., lambda i, n: .2 + .05 * n.normal(),
               level=0., level_variance=.04, drift=0., drift_variance=1e-5, noise=.0025, level_walk=0., drift_walk=0.),
        vector("bends: forecasts fail", True, 1., 500., lambda i, n: .3 * math.sin(i / 9) + .01 * n.normal(),
               level=0., level_variance=.01, drift=.03, drift_variance=1e-4, noise=.0001, level_walk=1e-6,
               drift_walk=1e-7),
    ]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Golden", "level_drift.json")
    with open(path, "w") as file:
        json.dump(vectors, file)
        file.write("\n")
