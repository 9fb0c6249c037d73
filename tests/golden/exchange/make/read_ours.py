"""What the formats' own readers find in the files of ../ours: ../read.json.

    pip install pympi-ling==1.71 praat-parselmouth==0.4.7 textgrid==1.6.1 tgt==1.5 praatio==6.2.2 webvtt-py==0.6.0 pysrt==1.1.2 \
        pycocotools==2.0.11 label-studio-sdk==2.1.2 speach==0.1a15.post1 lxml==6.1.3 crowsetta==5.1.2 datumaro==1.13.12
    pip download --no-deps --no-binary :all: pympi-ling==1.71 && tar xzf pympi_ling-1.71.tar.gz
    python read_ours.py pympi_ling-1.71/test/EAFv3.0.xsd
"""

import contextlib
import io
import json
import re
import sys
import tempfile
from pathlib import Path

import crowsetta
import datumaro
import numpy
import parselmouth
import pympi
import pysrt
import textgrid
import tgt
import webvtt
from label_studio_sdk.label_interface import LabelInterface
from lxml import etree
from PIL import Image
from praatio import textgrid as praatio
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO
from speach import elan

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


def by_elan_s_schema():
    etree.XMLSchema(etree.parse(sys.argv[1])).assertValid(etree.parse(str(OURS / "dog.eaf")))
    return ["valid"]


def by_speach():
    found = []
    for tier in elan.read_eaf(str(OURS / "dog.eaf")):
        if not tier.ID.startswith("score of "):
            found += [[tier.ID, ms(a.from_ts.sec), ms(a.to_ts.sec), a.text] for a in tier.annotations]
    return found


def by_crowsetta():
    seconds = crowsetta.formats.seq.AudSeq.from_file(str(OURS / "dog.labels.txt")).to_seq().segments
    return [["", ms(s.onset_s), ms(s.offset_s), s.label] for s in seconds]


def by_datumaro():
    """It finds masks only where the pictures lie."""
    text = (OURS / "dog.cvat-images.xml").read_text(encoding="utf-8")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "images").mkdir()
        (Path(folder) / "dog.xml").write_text(text, encoding="utf-8")
        for name in re.findall(r'<image id="[0-9]+" name="([^"]+)"', text):
            Image.fromarray(numpy.zeros((4, 5, 3), numpy.uint8)).save(Path(folder) / "images" / name)
        pictures = datumaro.Dataset.import_from(folder, "cvat")
        names = pictures.categories()[datumaro.AnnotationType.label]
        for picture in pictures:
            for said in picture.annotations:
                kind = said.attributes.get("modality")
                if said.type == datumaro.AnnotationType.mask:
                    kind = "".join(str(int(v)) for row in said.image for v in row)
                found.append([picture.id, kind, names[said.label].name])
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
    "EAFv3.0.xsd": by_elan_s_schema,
    "speach": by_speach,
    "crowsetta": by_crowsetta,
    "datumaro": by_datumaro,
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
