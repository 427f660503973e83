"""`cuts.py FOLDER`: cuts the power at many places of the write log that the virtual machine left in FOLDER, and
examines what each cut leaves. The last line on standard output is the test's.

Variables: SEED, POINTS (cuts), RESTARTS (of these, with the programs started on what is there), CONTROLS (cuts on each
of two disks that do not keep their word, which must be found out).
"""
import collections
import json
import multiprocessing
import os
import shutil
import sys
import tempfile

from examine import NOTHING, Examination, unpack
from restart import restart
from writelog import Disk, WriteLog, seeded

SEED = int(os.environ["SEED"])
POINTS = int(os.environ["POINTS"])
RESTARTS = int(os.environ["RESTARTS"])
CONTROLS = int(os.environ["CONTROLS"])
LIE = 400  # entries: about what a disk with a large cache may still hold
# Keeps what it has flushed; ignores flushes; is as it was before the newest thing was promised.
DISKS = ("honest", "lying", "late")

Cut = collections.namedtuple("Cut", "place name restarts disk")
Result = collections.namedtuple("Result", "cut flaws promised volatile acknowledged")


class Story:
    """The log of the run and what the witness told."""

    def __init__(self, folder):
        self.folder = folder
        self.log = WriteLog(folder + "/disk/log")
        with open(folder + "/truth.json", encoding="utf-8") as file:
            truth = json.load(file)
        self.truth = {
            kind: {stream: {int(sequence): content for sequence, content in rows.items()}
                   for stream, rows in truth[kind].items()}
            for kind in ("rows", "records")}
        last = self.log.marks[-1][1]
        if not last["alerts"] or not last["words"]:
            sys.exit("the drive brings no alert, or nobody's word was answered: it proves too little")
        # Every alert is committed with a checkpoint, so that a checkpoint's number tells how the alerts stood.
        self.truth["alerts"] = {}
        for _, promise in self.log.marks:
            known = self.truth["alerts"].setdefault(promise["generation"], promise["alerts"])
            if known != promise["alerts"]:
                sys.exit(f"alerts changed without a checkpoint after checkpoint {promise['generation']}")

    def promise(self, place):
        """What was promised before the cut, and what the witness saw when it looked the first time after the cut.

        A mark that comes behind the cut may rest on a look before it; the mark after that one does not.
        """
        before = [promise for at, promise in self.log.marks if at <= place]
        after = [promise for at, promise in self.log.marks if at > place]
        return before[-1] if before else NOTHING, after[1] if len(after) > 1 else {"lasts": {}}

    def cuts(self):
        """A quarter of the places where alerts are committed, a quarter where several writes are on their way, the rest
        anywhere; the controls where something has been promised."""
        count, generator = len(self.log.writes), seeded(SEED, "cuts")
        busy, waiting = [], 0
        for place, write in enumerate(self.log.writes):
            waiting = waiting + 1 if write.length else 0
            if waiting > 1:
                busy.append(place + 1)
        alerting = [
            place for (before, old), (after, new) in zip(self.log.marks, self.log.marks[1:])
            if old["alerts"] != new["alerts"] for place in range(before, after + 1)]
        places = set()
        for candidates, wanted in ((alerting, POINTS // 4), (busy, POINTS // 2), (range(1, count + 1), POINTS)):
            rest = sorted(set(candidates) - places)
            places.update(generator.sample(rest, min(wanted - len(places), len(rest))))
        if len(places) < POINTS:
            sys.exit(f"the log holds {count} writes and flushes, too few for {POINTS} cuts: let the drive be longer")
        places = sorted(places)
        restarts = set(generator.sample(places, RESTARTS))
        cuts = [Cut(place, f"cut {place}", place in restarts, "honest") for place in places]
        for disk in ("lying", "late"):
            for place in generator.sample(range(count // 3, count), CONTROLS):
                cuts.append(Cut(place, f"{disk} disk, cut {place}", False, disk))
        return cuts


def images(story, cuts):
    """Each of `cuts`, all of one disk, with the bytes that it leaves and how many writes were on their way."""
    kind = cuts[0].disk
    disk = Disk(story.log, story.folder + "/disk/base", LIE if kind == "lying" else 0)
    for cut in sorted(cuts):
        place = cut.place
        if kind == "late":
            now, _ = story.promise(place)
            place = max(at for at, promise in story.log.marks if at < place and promise["lasts"] != now["lasts"])
        image, volatile = disk.cut(place, seeded(SEED, cut.name))
        yield cut, image, volatile


def examine(story, cut, image, volatile):
    promise, limit = story.promise(cut.place)
    work = tempfile.mkdtemp(prefix="power.", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        flaws, promised = unpack(image, work), 0
        if not flaws:
            if cut.restarts:
                shutil.copytree(work + "/files", work + "/again/files")
            examination = Examination(work + "/files", promise, limit, story.truth)
            flaws, promised = examination.flaws, examination.promised
            if cut.restarts and not flaws:
                flaws = restart(story.folder, work + "/again/files", promise)
    finally:
        shutil.rmtree(work)
    acknowledged = sum(b - a + 1 for ranges in promise["acknowledged"].values() for a, b in ranges)
    return Result(cut, flaws, promised, volatile, acknowledged)


def work(folder, cuts):
    story = Story(folder)
    return [examine(story, *one) for one in images(story, cuts)]


def main(folder):
    story = Story(folder)
    cuts = story.cuts()
    parts = []
    for disk in DISKS:
        mine = sorted(cut for cut in cuts if cut.disk == disk)
        share = -(-len(mine) // (os.cpu_count() or 1))
        parts += [(folder, mine[i:i + share]) for i in range(0, len(mine), share)]
    with multiprocessing.Pool() as pool:
        results = [result for part in pool.starmap(work, parts, chunksize=1) for result in part]

    by_disk = {disk: [result for result in results if result.cut.disk == disk] for disk in DISKS}
    bad = [result for result in by_disk["honest"] if result.flaws]
    for result in bad[:20]:
        print(f"{result.cut.name}: {'; '.join(result.flaws[:4])}")
    if bad:
        print(f"FAILED at {len(bad)} of {len(by_disk['honest'])} cut points, seed {SEED}")
        return 1
    lies = sum(bool(result.flaws) for result in by_disk["lying"])
    losses = sum(any(flaw.startswith("LOST") for flaw in result.flaws) for result in by_disk["late"])
    # By chance a disk that lies may have kept what matters; one that is late never has.
    if lies * 2 < CONTROLS or losses < CONTROLS:
        print(f"FAILED: the test is blind: of {CONTROLS} cuts each it found out {lies} of a disk that ignores flushes "
              f"and {losses} of one that is late")
        return 1
    print(f"{summary(story, by_disk['honest'])}; control: found out {lies} of {CONTROLS} cuts of a disk that ignores "
          f"flushes and {losses} of {CONTROLS} of one that is late")
    return 0


def summary(story, results):
    lasts = story.log.marks[-1][1]["lasts"]
    lanes = ", ".join(f"{lasts[stream]} {stream.split('/')[1]}" for stream in sorted(lasts))
    return (f"{len(results)} cut points in {len(story.log.writes)} writes and flushes, seed {SEED} ({lanes}), "
            f"{sum(result.volatile > 0 for result in results)} of them with writes on their way: integrity ok at all, "
            f"{sum(result.promised for result in results)} promised rows present, "
            f"{sum(result.acknowledged for result in results)} acknowledged ones at the receiver, 0 holes, "
            f"{sum(result.cut.restarts for result in results)} restarts ended without a gap")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
