#!/usr/bin/env python3
"""Runs the model of this folder on the batch that is stored with it, and holds
its outputs against the stored ones; then the first row alone and, where states
are carried, the batch in two halves. Says how long a run takes and, if the
dense model is there, how much faster that is. Exit status: 0 equal, 1 not.

NEEDS
"""
import json
import os
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
LOAD

class Model:
    """A folder's model, its io.json and its batch."""

    def __init__(self, folder):
        with open(os.path.join(folder, "io.json"), encoding="utf-8") as f:
            self.io = json.load(f)
        self.run = load(folder, self.io)
        arrays = read(os.path.join(folder, self.io["batch"]["file"]))
        self.feed = {name[3:]: a for name, a in arrays.items() if name.startswith("in/")}
        self.want = {name[4:]: a for name, a in arrays.items() if name.startswith("out/")}
        self.lengths = self.io["batch"]["lengths"]
        self.shapes = {}
        for t in self.io["inputs"] + self.io["outputs"]:
            self.shapes[t["name"]] = t["shape"]
        for s in self.io["states"]:
            self.shapes[s["input"]] = self.shapes[s["output"]] = s["shape"]

    def part(self, arrays, axis, start, stop):
        """Arrays between two positions of an open axis, for those that have it."""
        out = {}
        for name, a in arrays.items():
            shape = self.shapes[name]
            out[name] = a[tuple(slice(start, stop) if d == axis else slice(None) for d in shape)]
        return out

    def halves(self):
        """The batch in two halves, states carried from the first to the second."""
        middle = self.lengths["time"] // 2
        first = self.run(self.part(self.feed, "time", 0, middle))
        feed = self.part(self.feed, "time", middle, None)
        for s in self.io["states"]:
            feed[s["input"]] = first[s["output"]]
        second = self.run(feed)
        for name in second:
            if "time" in self.shapes[name]:
                second[name] = np.concatenate([first[name], second[name]], self.shapes[name].index("time"))
        return second


def text(x):
    return f"{x:.0e}".replace("e-0", "e-")


def compare(what, got, want, tolerance):
    """Prints how far outputs are apart; true if they are equal."""
    worst, where = 0.0, ""
    for name, w in want.items():
        g = np.asarray(got[name])
        if g.shape != w.shape:
            print(f"NOT EQUAL, {what}: {name} has shape {g.shape}, not {w.shape}")
            return False
        d = float(np.max(np.abs(g - w), initial=0)) / max(1.0, float(np.max(np.abs(w), initial=0)))
        if not d <= worst:
            worst, where = d, name
    if not worst <= tolerance:
        print(f"NOT EQUAL, {what}: {where} differs by {text(worst)}, more than {text(tolerance)}")
        return False
    print(f"equal to {text(tolerance)}, {what}: largest difference {text(worst)}")
    return True


def medians(models, seconds=float(os.environ.get("CHECK_SECONDS", "1"))):
    """Median time of a run of each model, in ms; they take turns."""
    times = [[] for _ in models]
    end = time.perf_counter() + seconds * len(models)
    while len(times[0]) < 5 or time.perf_counter() < end:
        for m, t in zip(models, times):
            start = time.perf_counter()
            m.run(m.feed)
            t.append(time.perf_counter() - start)
    return [1000 * sorted(t)[len(t) // 2] for t in times]


def main():
    m = Model(FOLDER)
    tolerance = m.io["batch"]["tolerance"]
    size = " × ".join(f"{n} {axis}" for axis, n in sorted(m.lengths.items()))
    equal = compare(f"the batch of {size}", m.run(m.feed), m.want, tolerance)
    if m.lengths.get("batch", 0) > 1:
        row = m.run(m.part(m.feed, "batch", 0, 1))
        equal &= compare("its first row alone", row, m.part(m.want, "batch", 0, 1), tolerance)
    if m.io["states"] and m.lengths.get("time", 0) > 1:
        equal &= compare("in two halves, states carried", m.halves(), m.want, tolerance)
    models = [m]
    if "dense" in m.io:
        dense = Model(os.path.join(FOLDER, m.io["dense"]))
        equal &= compare("the dense model", dense.run(dense.feed), dense.want, tolerance)
        models.append(dense)
    ms = medians(models)
    line = f"{ms[0]:.3f} ms a run"
    if len(ms) > 1:
        line += f", {ms[1] / ms[0]:.2f} times as fast as the dense one ({ms[1]:.3f} ms)"
    print(line)
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
