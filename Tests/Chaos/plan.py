"""Which faults befall what, and when: drawn from a seed, so that the same seed gives the same plan."""
import dataclasses
import random

# How likely each kind is, and what it needs of the machine. Restored backups are rare: they contradict themselves.
KINDS = {
    "daemon killed": (14, None),
    "daemon ended": (8, None),
    "daemon stalled": (6, None),
    "daemon disk full": (6, "disks"),
    "daemon clock jump": (5, "clock"),
    "backup restored": (0.6, None),
    "network cut": (12, "links"),
    "silent drop": (10, "links"),
    "slow link": (9, "links"),
    "reordered reconnects": (2, "links"),
    "broker killed": (2.5, None),
    "broker ended": (1.5, None),
    "broker stalled": (1.5, None),
    "broker refusing": (2, None),
    "receiver killed": (6, None),
    "receiver ended": (2, None),
    "receiver stalled": (2, None),
    "receiver disk full": (2, "disks"),
    "receiver clock jump": (3, "clock"),
    "acknowledgements repeated": (3, None),
    "acknowledgements forged": (3, None),
}
# What a kind wears on: two faults of one resource follow each other, those of different ones meet.
RESOURCES = {"killed": "process", "ended": "process", "stalled": "process", "restored": "process", "full": "disk",
             "jump": "clock", "refusing": "rules", "repeated": "acknowledgements", "forged": "acknowledgements",
             "reconnects": "links"}
# 1970-01-01 is told by its negative distance; the other date is the last one of 32 bits, and a little more.
YEAR_2038 = 2_147_483_700


@dataclasses.dataclass
class Fault:
    number: int
    kind: str
    target: str
    # Seconds since the run began, and how long it lasts.
    at: float
    lasts: float
    # What else was drawn for it.
    choice: dict
    began: float = None
    ended: float = None
    converged: float = None
    # Vehicle: what its outbox had given when the fault was over.
    marks: dict = dataclasses.field(default_factory=dict)
    # Vehicles whose mark the receiver has not reached.
    waiting: set = dataclasses.field(default_factory=set)
    note: str = ""

    @property
    def resource(self):
        return self.target + " " + RESOURCES.get(self.kind.split()[-1], "link")

    def __str__(self):
        detail = " ".join(f"{key}={value}" for key, value in self.choice.items())
        words = f"{self.number:4} {self.at:7.2f} s {self.kind}: {self.target}, {self.lasts:.2f} s"
        return " ".join(filter(None, [words, detail, self.note]))


def seconds_of(count):
    """How long a run of so many faults takes."""
    return max(40.0, 0.5 * count)


def draw(seed, count, vehicles, permits):
    """`count` faults in the order of time; kinds that the machine does not permit are left to the others."""
    random_ = random.Random(f"{seed} faults")
    kinds = {kind: weight for kind, (weight, need) in KINDS.items() if need is None or permits[need]}
    length = seconds_of(count)
    faults = []
    for _ in range(count):
        kind = random_.choices(list(kinds), list(kinds.values()))[0]
        faults.append((random_.uniform(0.5, length), kind, *draw_one(random_, kind, vehicles, permits)))
    faults.sort(key=lambda fault: fault[0])
    return [Fault(number, kind, target, at, lasts, choice)
            for number, (at, kind, target, lasts, choice) in enumerate(faults, 1)]


def draw_one(random_, kind, vehicles, permits):
    """Target, length and the rest of one fault."""
    choice = {}
    lasts = random_.choice([random_.uniform(0.05, 0.6), random_.uniform(0.3, 2.5)])
    target = random_.choice(vehicles)
    if kind == "backup restored":
        target = "restored"
    elif kind.startswith(("broker", "receiver", "acknowledgements")):
        target = kind.split()[0]
    elif kind == "reordered reconnects":
        target = "all"
        choice["order"] = random_.sample(vehicles, random_.randint(3, len(vehicles)))
        lasts = random_.uniform(1, 4)
    elif kind in ("network cut", "silent drop", "slow link"):
        target = random_.choice(vehicles + ["receiver"])
        lasts = random_.uniform(0.5, 8)
    if kind == "silent drop":
        choice["way"] = random_.choice(["up", "down", "up+down"])
    elif kind == "slow link":
        choice |= {"kilobits": random_.choice([16, 64, 256]), "milliseconds": random_.choice([100, 400, 1500])}
    elif kind.endswith("jump"):
        choice["year"] = random_.choice([1970, 2038])
        lasts = random_.uniform(0.5, 6)
    elif kind.endswith("full"):
        lasts = random_.uniform(0.5, 5)
    elif kind == "broker refusing":
        lasts = random_.uniform(0.5, 3)
    elif kind.endswith("stalled"):
        lasts = random_.uniform(0.2, 3)
    elif kind.endswith("repeated"):
        choice["times"] = random_.randint(2, 40)
    elif kind.endswith("forged"):
        choice |= {"vehicle": random_.choice(vehicles), "epoch": f"{random_.getrandbits(128):032x}",
                   "how": random_.choice(["foreign epoch", "never given", "no document", "too much"])}
    return target, lasts, choice
