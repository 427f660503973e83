"""Writes the golden vectors of the room Prognostics as one C array, for programs that can read no files.

    python3 flatten.py GOLDEN-FOLDER FOLDER      writes FOLDER/{numbers.c,numbers.h,module.modulemap}

Numbers stand in the order in which Vectors.swift reads them: a list begins with its length.
"""
import json
import os
import sys

SHAPES = ["linear", "quadratic", "exponential", "squareRoot", "knee"]


def load(name):
    with open(os.path.join(sys.argv[1], name + ".json")) as file:
        return json.load(file)


def listed(items, flat=lambda item: [item]):
    return [len(items)] + [number for item in items for number in flat(item)]


def shape(pair):
    kind, weight = pair
    return ([SHAPES.index(kind)] if isinstance(kind, str) else [len(SHAPES), *kind]) + [weight]


def model(m):
    duration, onsets = m["duration"], m["onsets"]
    return listed(m["shapes"], shape) + [
        m.get("failure_level", 1.), m.get("failure_level_scatter", .05), m.get("noise", .1), m.get("base", 0.),
        m.get("base_scatter", .05), duration, m.get("duration_scatter", .5), m["durations"], onsets,
        m.get("span", 1.6 * duration), m.get("hazard", 1 / duration), m.get("onset_already", .5),
        m.get("forgetting", .98), m.get("learning", .4), m.get("adapts_noise", True)]


def shape_bank(v):
    steps = [[0, 0., u] if z is None else [1, z, u] for z, u in v["steps"]]
    return model(v["model"]) + listed(steps, list) + listed(
        v["expect"], lambda e: [e["after"], *e["left"], *e["consumed"], e["noise"]])


def sbf(v):
    """The reference's own vector in the form of the others."""
    return shape_bank(dict(
        model=dict(shapes=[["linear", .35], ["quadratic", .2], ["exponential", .3], ["squareRoot", .15]],
                   noise=.0065 ** .5, base_scatter=.03, duration=120., durations=7, onsets=8),
        steps=[[z, 1.] for z in v["z"]],
        expect=[dict(after=e["t"] + 1, left=e["rul"], consumed=e["deg"], noise=e["R"] ** .5) for e in v["expect"]]))


def level_drift(v):
    p = v["parameters"]
    return [p["level"], p["level_variance"], p["drift"], p["drift_variance"], p["noise"], p["level_walk"],
            p["drift_walk"], v["rising"], v["threshold"], v["limit"]] + listed(v["steps"], list) + listed(
        v["expect"], lambda e: [e["after"], *e["x"], *e["p"], *e["forecast"], *e["left"], *e["check"]])


def odometer(v):
    m = v["measure"]
    return listed(list(zip(v["km"], v["dmg"])), list) + [m["day"], m["value"], m["sd"]] + listed(
        v["expect"], lambda e: [e["day"], e["D"], e["used"], *e["rate"], *e["rul_km"], *e["rul_days"]])


def cusum(v):
    return listed(v["values"]) + listed(v["expect"], lambda e: [
        e["after"], e["state"], e["up"], e["down"], e["z"], e["since"], e["mean"], e["sd"]])


numbers = sbf(load("sbf"))
for vector in load("shape_bank"):
    numbers += shape_bank(vector)
numbers += listed(load("level_drift"), level_drift)
awtls, p2 = load("awtls"), load("p2")
numbers += listed(list(zip(awtls["x"], awtls["y"])), list) + awtls["expect_last"]
numbers += odometer(load("odometer"))
numbers += [p2["p"]] + listed(p2["x"]) + listed(p2["expect"])
numbers += listed(load("cusum"), cusum)

folder = sys.argv[2]
with open(os.path.join(folder, "numbers.c"), "w") as file:
    file.write("#include \"numbers.h\"\nstatic const double numbers[] = {\n")
    file.writelines(f"{float(number)!r},\n" for number in numbers)
    file.write("};\nint golden_count(void) { return sizeof numbers / sizeof *numbers; }\n"
               "double golden_number(int i) { return numbers[i]; }\n")
with open(os.path.join(folder, "numbers.h"), "w") as file:
    file.write("int golden_count(void);\ndouble golden_number(int i);\n")
with open(os.path.join(folder, "module.modulemap"), "w") as file:
    file.write("module GoldenNumbers { header \"numbers.h\" export * }\n")
