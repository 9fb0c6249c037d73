"""What the formats' own readers find in the files of ../ours: ../read.json.

    pip install pympi-ling==1.71 praat-parselmouth==0.4.7 textgrid==1.6.1 tgt==1.5 praatio==6.2.2 webvtt-py==0.6.0 pysrt==1.1.2 \
        pycocotools==2.0.11 label-studio-sdk==2.1.2
    python read_ours.py
"""

import contextlib
import io
import json
from pathlib import Path

import parselmouth
import pympi
import pysrt
import textgrid
import tgt
import webvtt
from label_studio_sdk.label_interface import LabelInterface
from praatio import textgrid as praatio
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO

HERE = Path(__file__).parent.parent
OURS = HERE / "ours"
GRID = str(OURS / "dog.TextGrid")


def ms(seconds):
    return round(float(seconds) * 1000)


def eaf():
    file = pympi.Eaf(str(OURS / "dog.eaf"))
    found = []
    for tier in file.get_tier_names():
        if not tier.startswith("score of "):
            found += [[tier, a[0], a[1], a[2]] for a in file.get_annotation_data_for_tier(tier)]
    return found


def eaf_scores():
    file = pympi.Eaf(str(OURS / "dog.eaf"))
    found = []
    for tier in file.get_tier_names():
        if tier.startswith("score of "):
            # Start, end, value, and the value of the annotation it refers to.
            found += [[tier, a[0], a[1], a[2], a[3]] for a in file.get_ref_annotation_data_for_tier(tier)]
    return found


def by_parselmouth():
    grid = parselmouth.read(GRID).to_tgt()
    return [[t.name, ms(i.start_time), ms(i.end_time), i.text] for t in grid.tiers for i in t.intervals if i.text]


def by_textgrid():
    grid = textgrid.TextGrid.fromFile(GRID)
    return [[t.name, ms(i.minTime), ms(i.maxTime), i.mark] for t in grid.tiers for i in t if i.mark]


def by_tgt():
    grid = tgt.io.read_textgrid(GRID)
    return [[t.name, ms(i.start_time), ms(i.end_time), i.text] for t in grid.tiers for i in t.intervals if i.text]


def by_praatio():
    grid = praatio.openTextgrid(GRID, includeEmptyIntervals=False)
    return [[t.name, ms(e.start), ms(e.end), e.label] for t in grid.tiers for e in t.entries]


def by_webvtt():
    cues = webvtt.read(str(OURS / "dog.vtt"))
    return [["", stamp(c.start), stamp(c.end), c.text] for c in cues]


def stamp(text):
    hours, minutes, seconds = text.split(":")
    return ms(int(hours) * 3600 + int(minutes) * 60 + float(seconds))


def by_pysrt():
    return [["", c.start.ordinal, c.end.ordinal, c.text] for c in pysrt.open(str(OURS / "dog.srt"))]


def by_label_studio():
    interface = LabelInterface((OURS / "dog.labelstudio.xml").read_text())
    [task] = json.loads((OURS / "dog.labelstudio.json").read_text())
    found = []
    for kind in ["predictions", "annotations"]:
        for said in task.get(kind, []):
            valid = interface.validate_prediction({"model_version": "", **said})
            assert valid, (kind, said)
            for r in said["result"]:
                [span] = r["value"]["ranges"]
                found.append([kind, span["start"], span["end"], r["value"]["timelinelabels"][0]])
    return found


def by_pycocotools():
    with contextlib.redirect_stdout(io.StringIO()):
        file = COCO(str(OURS / "dog.coco.json"))
    found = []
    for annotation in file.loadAnns(file.getAnnIds()):
        rows = coco_masks.decode(annotation["segmentation"])
        name = file.loadCats(annotation["category_id"])[0]["name"]
        found.append([name, "".join(str(v) for row in rows for v in row), int(coco_masks.area(annotation["segmentation"])), annotation["area"]])
    return found


readers = {
    "pympi": eaf,
    "pympi scores": eaf_scores,
    "parselmouth": by_parselmouth,
    "textgrid": by_textgrid,
    "tgt": by_tgt,
    "praatio": by_praatio,
    "webvtt-py": by_webvtt,
    "pysrt": by_pysrt,
    "label-studio-sdk": by_label_studio,
    "pycocotools": by_pycocotools,
}
found = {name: sorted(read()) for name, read in readers.items()}
text = json.dumps(found, ensure_ascii=False, indent=1)
(HERE / "read.json").write_text(text + "\n", encoding="utf-8")
