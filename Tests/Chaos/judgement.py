"""Holds what arrived against what is true of each vehicle. Everything is counted by meaning: which drives, trouble
codes and alerts there were, never how many rows a daemon says that it wrote."""
import bisect
import collections
import json
import sqlite3

import ledger
from world.vehicles import seconds

# Recorded seconds between two checkpoints of a drive, and some more.
CHECKPOINT = 75.0
# Around an engine start: when a tool asks the control units for their codes.
SCAN = (-12.0, 60.0)
# Drives with a confirmed code, read and told to their end, after which an alert must have been raised.
READINGS_TO_ALERT = 8


class Verdict:
    """What is wrong, in words, and what need not be there, with the reason."""

    def __init__(self):
        self.alerts_lost, self.events_lost, self.duplicates, self.gaps, self.other = [], [], [], [], []
        self.required = collections.Counter()
        self.excused = collections.Counter()
        self.found = collections.Counter()

    @property
    def numbers(self):
        return {"alerts lost": len(self.alerts_lost), "events lost": len(self.events_lost),
                "duplicates": len(self.duplicates), "gaps": sum(last - first + 1 for *_, first, last in self.gaps)}

    @property
    def is_good(self):
        return not any(self.numbers.values()) and not self.other

    def require(self, what, is_there, words):
        self.required[what] += 1
        if not is_there:
            (self.alerts_lost if what == "alerts" else self.events_lost).append(words)


class Break:
    """An end of a process in recorded time: of what came after `safe` nothing need be known; the next one reads from
    `goes_on`."""

    def __init__(self, how, safe, told, goes_on):
        self.how, self.safe, self.told, self.goes_on = how, safe, told, goes_on


def judge(scene, is_settled):
    verdict = Verdict()
    database = ledger.connect(scene.receiver.database)
    records, kept = ledger.received(database), ledger.conflicts(database)
    runs, losses = ledger.coverage(database), ledger.losses(database)
    database.close()
    by_vehicle = {name: [] for name in scene.daemons}
    for (vehicle, _, lane, _), content in records.items():
        if vehicle not in by_vehicle:
            verdict.other.append(f"the receiver knows a vehicle that is none of ours: {vehicle}")
            continue
        by_vehicle[vehicle].append((lane, *content))
    for name, daemon in scene.daemons.items():
        check_committed(verdict, scene, daemon, records, kept)
        check_ledger(verdict, daemon, runs)
        if daemon.vehicle.life.is_restored:
            verdict.found["records kept aside as conflicts"] += sum(len(v) for key, v in kept.items() if key[0] == name)
            continue
        if any(key[0] == name for key in kept):
            verdict.other.append(f"{name}: records in conflict, though no backup was restored")
        for lane, first, last, reason in losses.get(name, []):
            lost = verdict.alerts_lost if lane == 0 else verdict.events_lost
            lost.append(f"{name}: {ledger.LANES[lane]} {first} to {last} were declared lost: {reason}")
        rows = by_vehicle[name]
        check_duplicates(verdict, name, rows)
        check_drives(verdict, daemon, rows)
        check_codes(verdict, daemon, rows)
        check_alerts(verdict, daemon, rows)
    if not is_settled:
        verdict.other.append("rows still wait, or the ledger has holes")
    return verdict


def check_committed(verdict, scene, daemon, records, kept):
    """What a vehicle's database had committed is at the receiver, once and as it was."""
    name = daemon.name
    committed = scene.snapshots.committed.get(name, set()) - scene.snapshots.destroyed.get(name, set())
    for key, content in committed:
        if content is None or key[1] == ledger.TELEMETRY:
            continue
        arrived = records.get((name, *key))
        if arrived and arrived[:3] == content or content in kept.get((name, *key), []):
            verdict.found["committed rows found"] += 1
            continue
        if arrived and daemon.vehicle.life.is_restored:
            # Given before and after a backup: the receiver said that it has the first before it saw the second.
            verdict.excused["rows of a restored backup: their numbers were taken"] += 1
            continue
        words = f"{name}: committed row {key[0][:8]} {ledger.LANES[key[1]]} {key[2]} ({content[0]} {content[1]}) " + (
            f"is there as {arrived[0]} {arrived[1]}" if arrived else "never arrived")
        (verdict.alerts_lost if key[1] == 0 else verdict.events_lost).append(words)
    if daemon.vehicle.life.is_restored:
        return
    contents = {content[:3] for key, content in records.items() if key[0] == name}
    try:
        database = ledger.connect(daemon.database)
        rows = ledger.history(database)
        database.close()
    except sqlite3.Error as error:
        verdict.other.append(f"{name}: its database cannot be read: {error}")
        return
    for content in rows:
        if content not in contents:
            lost = verdict.alerts_lost if content[0].startswith("alert.") else verdict.events_lost
            lost.append(f"{name}: the history knows {content[0]} {content[1]}, the receiver does not")


def check_ledger(verdict, daemon, runs):
    """Every sequence that was given is at the receiver or known there to be lost."""
    name = daemon.name
    last = {(epoch, lane): found[-1][1] for (vehicle, epoch, lane), found in runs.items() if vehicle == name}
    try:
        database = ledger.connect(daemon.database)
        for stream, given in ledger.given(database).items():
            last[stream] = max(given, last.get(stream, 0))
        database.close()
    except sqlite3.Error as error:
        verdict.other.append(f"{name}: its database cannot be read: {error}")
    for (epoch, lane), highest in last.items():
        for hole in ledger.missing(runs.get((name, epoch, lane), []), highest):
            verdict.gaps.append((name, epoch, ledger.LANES[lane], *hole))


def check_duplicates(verdict, name, rows):
    for (_, kind, subject, data, time), count in collections.Counter(rows).items():
        if count > 1:
            verdict.duplicates.append(f"{name}: {kind} {subject} of {time} {count} times: {data[:80]}")
    # A drive begins and ends once, an alert is raised and resolved once.
    once = ("trip.started", "trip.ended", "alert.created", "alert.resolved")
    names = collections.Counter((kind, subject) for _, kind, subject, _, _ in rows if kind in once)
    for (kind, subject), count in names.items():
        if count > 1:
            times = sorted(time for _, k, s, _, time in rows if (k, s) == (kind, subject))
            verdict.duplicates.append(f"{name}: {kind} {subject} {count} times: {', '.join(times)}")


def pieces(vehicle, breaks):
    """What each drive was cut into by ends of processes: (begin, break that ended it or None, end)."""
    found = []
    trips = vehicle.truth["trips"]
    for number, trip in enumerate(trips):
        begin, end = seconds(trip["start"]), seconds(trip["end"])
        next_start = seconds(trips[number + 1]["start"]) if number + 1 < len(trips) else float("inf")
        inside = [cut for cut in breaks if begin < cut.told and cut.safe < end]
        for cut in inside:
            found.append((begin, cut, min(cut.told, end)))
            begin = cut.goes_on
        if begin < end:
            # That a drive is over is told with the next frames: an end of the process until then ends it too.
            later = next((cut for cut in breaks if end <= cut.safe < next_start + vehicle.life.seen_after), None)
            found.append((begin, later, end))
    return found


def check_drives(verdict, daemon, rows):
    """Each piece of a drive that a daemon could see begins and ends once; where nothing drove, nothing does."""
    name, seen_after = daemon.name, daemon.vehicle.life.seen_after
    parts = pieces(daemon.vehicle, [Break(*cut) for cut in daemon.breaks])
    begun, ended = ([[] for _ in parts] for _ in range(2))
    for kind, found in (("trip.started", begun), ("trip.ended", ended)):
        for one in (json.loads(data) for _, k, _, data, _ in rows if k == kind):
            time = seconds(one["started"])
            place = bisect.bisect_right(parts, time + 1, key=lambda part: part[0]) - 1
            if place >= 0 and time <= parts[place][2] + 3:
                found[place].append(one)
            else:
                verdict.other.append(f"{name}: {kind} {one['number']} of {one['started']}, when no drive began")
    for place, (begin, cut, end) in enumerate(parts):
        was_killed = cut is not None and cut.how != "ended"
        safe = min(end, cut.safe) if cut else end
        fate = f"{cut.how}, safe until {safe:.1f}" if cut else "whole"
        words = f"{name}: the drive from {begin:.1f} to {end:.1f} ({fate})"
        for what, found in (("began", begun), ("ended", ended)):
            if len(found[place]) > 1:
                verdict.duplicates.append(f"{words} {what} {len(found[place])} times: {found[place]}")
        if safe - begin < seen_after:
            verdict.excused["drives begun: cut too soon to be seen"] += 1
        else:
            right = any(seconds(one["started"]) <= begin + seen_after for one in begun[place])
            verdict.require("drives begun", right, f"{words}: no trip.started: {begun[place]}")
        if not begun[place] and safe - begin < seen_after:
            verdict.excused["drives ended: never begun"] += 1
        else:
            slack = CHECKPOINT if was_killed else seen_after
            # A drive ends when the vehicle ran last.
            least = daemon.vehicle.ran_by(safe - slack)
            right = any(least <= seconds(one["ended"] or one["started"]) <= end + 5 for one in ended[place])
            verdict.require("drives ended", right, f"{words}: no trip.ended: {ended[place]}")


def scans(vehicle, breaks):
    """The engine starts at which a tool asked for codes and no end of a process disturbed that."""
    starts = [seconds(trip["start"]) for trip in vehicle.truth["trips"]]
    return [start for start in starts
            if not any(cut.safe < start + SCAN[1] and cut.goes_on > start + SCAN[0] for cut in breaks)]


def standing(code):
    """From when to when anything of a code stood for the first time without a pause."""
    spans = sorted((seconds(one["begin"]), seconds(one["end"]) if "end" in one else float("inf"))
                   for one in code["statuses"])
    begin, end = spans[0]
    for other_begin, other_end in spans[1:]:
        if other_begin <= end:
            end = max(end, other_end)
    return begin, end


def check_codes(verdict, daemon, rows):
    vehicle = daemon.vehicle
    quiet = scans(vehicle, [Break(*cut) for cut in daemon.breaks])
    for code in vehicle.truth["diagnostics"]["codes"]:
        subject = f"{code['unit']} {code['code']}"
        begin, end = standing(code)
        events = {kind: [seconds(time) for _, k, s, _, time in rows if k == kind and s and s.startswith(subject)]
                  for kind in ("dtc.set", "dtc.cleared")}
        seen = [start for start in quiet if begin < start + SCAN[0] and start + SCAN[1] < end]
        if not seen:
            verdict.excused["trouble codes: each scan was cut"] += 1
            continue
        by = seen[0] + SCAN[1]
        verdict.require("trouble codes set", any(begin - 5 <= time <= by for time in events["dtc.set"]),
                        f"{daemon.name}: {subject} stood from {begin:.0f}, no dtc.set by {by:.0f}: {events}")
        gone = [start for start in quiet if start + SCAN[0] > end]
        if end < float("inf") and gone:
            verdict.require("trouble codes cleared", any(time >= end - 60 for time in events["dtc.cleared"]),
                            f"{daemon.name}: {subject} was gone at {end:.0f}, no dtc.cleared: {events}")


def check_alerts(verdict, daemon, rows):
    name, vehicle = daemon.name, daemon.vehicle
    alerts = collections.defaultdict(set)
    for lane, kind, subject, _, _ in rows:
        if lane == 0 and kind.startswith("alert."):
            alerts[subject].add(kind)
    if vehicle.life.alert:
        confirmed = [seconds(one["begin"]) for code in vehicle.truth["diagnostics"]["codes"] for one in code["statuses"]
                     if one["status"] == "confirmed" and "end" not in one]
        breaks = [Break(*cut) for cut in daemon.breaks]
        whole = {begin for begin, cut, _ in pieces(vehicle, breaks) if cut is None or cut.how == "ended"}
        read = [start for start in scans(vehicle, breaks) if confirmed and start > min(confirmed) and start in whole]
        if len(read) >= READINGS_TO_ALERT:
            verdict.require("alerts", any(subject.startswith(vehicle.life.alert + "-") for subject in alerts),
                            f"{name}: no alert of {vehicle.life.alert} after {len(read)} drives with a confirmed code")
        else:
            verdict.excused["alerts: codes were read too seldom"] += 1
    try:
        database = ledger.connect(daemon.database)
        states = dict(database.execute("SELECT id, state FROM alert"))
        database.close()
    except sqlite3.Error as error:
        verdict.other.append(f"{name}: its database cannot be read: {error}")
        return
    for subject in alerts.keys() | states.keys():
        verdict.require("alerts", "alert.created" in alerts[subject], f"{name}: {subject} was never told as created")
        state, is_resolved = states.get(subject), "alert.resolved" in alerts[subject]
        if state == "resolved":
            verdict.require("alerts", is_resolved, f"{name}: {subject} was never told as resolved")
        elif is_resolved:
            verdict.other.append(f"{name}: {subject} is resolved at the receiver and {state} on the vehicle")
