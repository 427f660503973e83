"""Measures false alarms and delays of the self-starting CUSUM (needs numpy; 2 s).

    python3 cusum_measure.py

False alarms: share of 3,000 units that show any change within 2,000 values without one.  Delays: batches of 5 until the
change is seen, in units that were silent before it.  The derived delay of the textbook is h / (step - k).
"""
import numpy as np

import cusum_reference as c


def noise(rng, units, values, phi):
    e = rng.standard_normal((values, units)) * np.sqrt(1 - phi * phi)
    x = e.copy()
    x[0] = rng.standard_normal(units)
    for i in range(1, values):
        x[i] = phi * x[i - 1] + e[i]
    return x.reshape(values // c.BATCH, c.BATCH, units).mean(1)


def first_change(batches):
    """Index of the batch at which each unit first shows a change, or -1; the scalar reference over columns."""
    n_units = batches.shape[1]
    n, mean, squares = np.zeros(n_units), np.zeros(n_units), np.zeros(n_units)
    up, down, seen = np.zeros(n_units), np.zeros(n_units), np.full(n_units, -1)
    for i, x in enumerate(batches):
        learnt = n >= c.LEARNING
        nu = np.maximum(n - 1, 1)
        s = np.maximum(np.sqrt(squares / nu), 1e-100)
        t = (x - mean) / s * np.sqrt(n / (n + 1))
        z = np.sign(t) * np.sqrt(nu * np.log1p(t * t / nu)) * (8 * nu + 1) / (8 * nu + 3) / c.ALLOWANCE
        z = np.clip(z, -c.CLIP, c.CLIP)
        up = np.where(learnt, np.maximum(0, up + z - c.SLACK), 0)
        down = np.where(learnt, np.maximum(0, down - z - c.SLACK), 0)
        worst = np.maximum(up, down)
        seen = np.where((seen < 0) & (worst > c.LIMIT), i, seen)
        learns = worst <= c.HOLD * c.LIMIT
        n = n + learns
        d = x - mean
        mean = np.where(learns, mean + d / np.maximum(n, 1), mean)
        squares = np.where(learns, squares + d * (x - mean), squares)
    return seen


if __name__ == "__main__":
    rng = np.random.default_rng(20240)
    for phi in (0.0, 0.3, 0.5, 0.6):
        alarms = np.mean(first_change(noise(rng, 3000, 2000, phi)) >= 0)
        print(f"false alarms in 2,000 values, AR(1) phi={phi}: {alarms:.3f}")
    # The vectorised form must be the scalar reference: the first change of 50 units is compared.
    few = noise(rng, 50, 2000, 0.5)
    few[200:] += 1.0
    fast = first_change(few)
    for u in range(few.shape[1]):
        s, first = c.SelfStartingCusum(), -1
        for i, x in enumerate(few[:, u]):
            s.batch(float(x))
            if s.state() and first < 0:
                first = i
        assert first == fast[u], (u, first, fast[u])
    for phi in (0.0, 0.5):
        base = noise(rng, 1000, 2500, phi)
        sd = base.std()
        for at in (20, 60, 200):
            for step in (0.5, 1.0, 2.0, 4.0):
                x = base.copy()
                x[at:] += step * sd
                seen = first_change(x[: at + 200])
                silent = (seen < 0) | (seen >= at)
                found = silent & (seen >= 0)
                delay = np.median(seen[found] - at + 1) if found.any() else float("nan")
                print(f"phi={phi} step {step} sd after {at} batches: found {found.sum() / silent.sum():.2f},"
                      f" median delay {delay:.0f} batches (derived {c.LIMIT / (step / c.ALLOWANCE - c.SLACK):.0f})")
