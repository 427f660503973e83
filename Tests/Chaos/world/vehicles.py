"""The vehicles of a run: what they live through, and what the simulator says is true of it."""
import bisect
import dataclasses
import datetime
import functools
import json
import os
import random
import re
import subprocess

from world.feed import Recording


@dataclasses.dataclass
class Life:
    """What a vehicle of the fleet is, and lives through."""
    name: str
    kind: str
    packs: list
    # Code, and from which to which part of the distance its fault is there (None: to the end).
    faults: list
    # The part of the distance at which a workshop clears the codes.
    clear: float = None
    # The component of which an alert must come.
    alert: str = None
    # Recorded seconds within which a daemon sees that it drives: an electric car tells its speed every ten.
    seen_after: float = 12.0
    # The one whose database is put back from a backup now and then.
    is_restored: bool = False


PETROL, DIESEL = ["obd2", "simulated-petrol"], ["obd2", "generic-diesel"]
FLEET = [
    Life("hatchback", "petrol", PETROL, [("P0301", 0.06, None), ("P0420", 0.10, None)], alert="trouble-codes"),
    Life("estate", "petrol", PETROL, [("P0301", 0.04, 0.35), ("P0420", 0.04, 0.35)], clear=0.38),
    Life("van", "diesel", DIESEL, [("P0401", 0.06, None), ("P0299", 0.10, None)], alert="trouble-codes"),
    Life("city-car", "ev", ["generic-ev"], [("P0A80", 0.06, None)], alert="trouble-codes", seen_after=45.0),
    Life("lorry", "truck", ["j1939"], [("SPN110-FMI0", 0.10, None), ("SPN100-FMI1", 0.30, None)]),
    Life("restored", "petrol", PETROL, [("P0301", 0.06, None)], is_restored=True),
]
# Mean of a simulated drive, km/h.
PACE = {"truck": 66.0}
# Recorded seconds of driving in a wall second of the run, its interruptions counted in.
SPEED = 28.8
# The part of a run in which a daemon runs, about.
RUNNING = 0.85


@dataclasses.dataclass
class Vehicle:
    life: Life
    recording: Recording
    truth: dict
    # Recorded seconds of driving in a wall second.
    speed: float

    @property
    def name(self):
        return self.life.name

    @functools.cached_property
    def moved(self):
        """When an electric car said that it moves (parameter 0D above 5 km/h), ascending; seconds since 1970."""
        told = re.finditer(rb"^\(([\d.]+)\) \S+ \w+#\w\w410D(\w\w)", self.recording.text, re.MULTILINE)
        return [float(one[1]) for one in told if int(one[2], 16) > 5]

    def ran_by(self, time):
        """The last recorded instant up to `time` at which a daemon, which looks once a second, saw it run: an engine
        idles at the lights, an electric car that stands does not run."""
        if self.life.kind != "ev":
            return time
        place = bisect.bisect_right(self.moved, time)
        return self.moved[place - 1] - 1 if place else time


def seconds(text):
    """RFC 3339 to seconds since 1970."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def build(program, folder, seed, wall_seconds):
    """Simulates the fleet so that its driving fills about so many seconds of the run."""
    draw = random.Random(f"{seed} vehicles")
    fleet = []
    for life in FLEET:
        km = wall_seconds * SPEED / 3600 * PACE.get(life.kind, 52.0)
        log, truth = os.path.join(folder, life.name + ".can.log"), os.path.join(folder, life.name + ".truth.json")
        words = [program, "simulate", "--vehicle", life.kind, "--km", f"{km:.1f}", "--diagnostics",
                 "--seed", str(draw.randrange(1, 1 << 30)), "--out", log, "--truth", truth]
        for code, begin, end in life.faults:
            words += ["--fault", f"{code}@{km * begin:.1f}" + (f"..{km * end:.1f}" if end else "")]
        if life.clear:
            words += ["--clear-at", f"{km * life.clear:.1f}"]
        subprocess.run(words, check=True, capture_output=True)
        recording = Recording(log)
        with open(truth, encoding="utf-8") as file:
            # Each takes the whole run, however long its own drives are.
            speed = max(1.0, recording.seconds / (RUNNING * wall_seconds))
            fleet.append(Vehicle(life, recording, json.load(file), speed))
    return fleet
