"""What a run says at its end: a table for people, a document for programs, and what a failure is looked into with."""
import os
import shutil


def quantile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else None


def figures(faults):
    """By kind: how many, and seconds until the receiver had what was committed when the fault was over."""
    table = {}
    for kind in sorted({fault.kind for fault in faults}):
        times = [fault.converged for fault in faults if fault.kind == kind and fault.converged is not None]
        table[kind] = {
            "faults": sum(fault.kind == kind for fault in faults),
            "p50": quantile(times, 0.5), "p95": quantile(times, 0.95), "max": max(times, default=None)}
    return table


def text(value):
    return "-" if value is None else f"{value:.1f}"


def lines(seed, faults, verdict, times, lab):
    """The summary for people."""
    yield f"seed {seed}: {len(faults)} faults in {times['faults']:.0f} s, {times['driven'] / 3600:.1f} h of driving"
    for refusal in lab.refused:
        yield f"not permitted here, other faults were drawn instead: {refusal}"
    yield f"{'fault':28}{'count':>6}  {'to converge, s: p50':>20}{'p95':>8}{'max':>8}"
    for kind, row in figures(faults).items():
        yield f"{kind:28}{row['faults']:6}  {text(row['p50']):>20}{text(row['p95']):>8}{text(row['max']):>8}"
    yield f"quiet after the last fault: {text(times['converged'])} s until nothing waited and no hole was left"
    for title, counts in [("must be there", verdict.required), ("need not be there", verdict.excused),
                          ("found", verdict.found)]:
        yield title + ": " + ("; ".join(f"{what} {count}" for what, count in sorted(counts.items())) or "nothing")
    for title, words in [("alert lost", verdict.alerts_lost), ("event lost", verdict.events_lost),
                         ("duplicate", verdict.duplicates), ("gap", verdict.gaps), ("wrong", verdict.other)]:
        for word in words[:20]:
            yield f"{title}: {word if isinstance(word, str) else ' '.join(map(str, word))}"
        if len(words) > 20:
            yield f"{title}: {len(words) - 20} more"


def document(seed, faults, verdict, times, lab):
    """The same for programs."""
    return {
        "seed": seed, "faults": len(faults), **{key.replace(" ", "_"): value for key, value in verdict.numbers.items()},
        "kinds": figures(faults), "seconds": times, "required": verdict.required, "excused": verdict.excused,
        "found": verdict.found, "not_permitted": lab.refused,
        "problems": {"alerts_lost": verdict.alerts_lost, "events_lost": verdict.events_lost,
                     "duplicates": verdict.duplicates, "gaps": verdict.gaps, "other": verdict.other}}


def last_line(count, verdict):
    numbers = verdict.numbers
    return f"chaos: faults {count} " + " ".join(f"{what} {number}" for what, number in numbers.items())


def keep(scene, seed, faults):
    """Leaves behind what a failure is looked into with; small disks vanish with the run, so they are copied."""
    folder = os.path.join(scene.folder, "kept")
    os.makedirs(folder, exist_ok=True)
    for program in [*scene.daemons.values(), scene.receiver]:
        shutil.copytree(program.state, os.path.join(folder, program.name), ignore=shutil.ignore_patterns("ballast"))
    with open(os.path.join(folder, "faults.txt"), "w", encoding="utf-8") as file:
        file.write(f"seed {seed}\n" + "".join(f"{fault}\n" for fault in faults))
    with open(os.path.join(folder, "breaks.txt"), "w", encoding="utf-8") as file:
        for daemon in scene.daemons.values():
            for cut in daemon.breaks:
                file.write(f"{daemon.name} {' '.join(map(str, cut))}\n")
    return scene.folder
