"""Writes `v1.sqlite` in the form of version 1, step by step as `v1.rs` takes them: python3 v1.py, in the folder above."""

import json
import os
import sqlite3
import struct


def f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


class F32(float):
    """Written with the fewest digits that read as the same f32, as serde_json does."""

    def __repr__(self):
        for digits in range(1, 10):
            text = f"{float(self):.{digits}g}"
            if f32(float(text)) == float(self):
                break
        return text if "." in text else text + ".0"


class Work:
    def __init__(self):
        self.clip, self.seconds = F32(0.5), {}
        self.done, self.undone = [], []

    def masks(self):
        seconds = {str(k): self.seconds[k] for k in sorted(self.seconds)}
        return {"clip": self.clip, **({"seconds": seconds} if seconds else {})}

    def apply(self, edit):
        (kind, value), = edit.items()
        if kind == "mask-threshold":
            self.clip, back = value, self.clip
            return {kind: back}
        if kind == "mask-threshold-of":
            back = self.seconds.pop(value["second"], None)
            if value["value"] is not None:
                self.seconds[value["second"]] = value["value"]
            return {kind: {"second": value["second"], "value": back}}
        back = self.masks()
        self.clip = value["clip"]
        self.seconds = {int(k): v for k, v in value.get("seconds", {}).items()}
        return {kind: back}

    def edit(self, edit, goes_on=False):
        back = self.apply(edit)
        self.undone = []
        if not goes_on:
            self.done = (self.done + [back])[-500:]

    def undo(self):
        self.undone.append(self.apply(self.done.pop()))


def clip(value):
    return {"mask-threshold": F32(f32(value))}


def own(second, value):
    return {"mask-threshold-of": {"second": second, "value": F32(f32(value))}}


some = Work()
some.edit(clip(0.9))
some.edit(clip(0.1234567), goes_on=True)
for edit in [own(3, 0.6), own(12, 0.7), {"mask-thresholds": {"clip": F32(f32(0.4))}}, own(0, 0.25), clip(0.8)]:
    some.edit(edit)
some.undo()
some.undo()
many = Work()
many.edit(own(59, 0.75))
for step in range(1, 511):
    many.edit(clip(step / 1024))
one = Work()
one.edit(clip(0.9))


def text(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    return repr(value) if isinstance(value, F32) else json.dumps(value)


if os.path.exists("v1.sqlite"):
    os.remove("v1.sqlite")
file = sqlite3.connect("v1.sqlite")
file.execute("PRAGMA journal_mode = WAL")
file.executescript(
    """CREATE TABLE IF NOT EXISTS work (
            clip TEXT PRIMARY KEY, corrections TEXT NOT NULL, done TEXT NOT NULL, undone TEXT NOT NULL
        ) STRICT;
        PRAGMA user_version = 1;"""
)
for number, work in [(1, some), (2, many), (3, one), (4, one)]:
    row = [text({"masks": work.masks()}), text(work.done), text(work.undone)]
    file.execute("INSERT INTO work VALUES (?, ?, ?, ?)", [f"{number:02x}" * 32, *row])
# What only another program could have written.
file.execute("""UPDATE work SET done = '[{"odd":1}]' WHERE clip LIKE '0303%'""")
file.commit()
file.execute("VACUUM")
file.close()
