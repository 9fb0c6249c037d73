"""Files as other programs' libraries write them: ../theirs. Packages as in read_ours.py.

Every file says that "Dog" happens from 1.5 s to 4 s, and "猫 \"ねこ\"" from 3 s to 9.25 s.
"""

import json
import re
import tempfile
from pathlib import Path

import crowsetta
import datumaro
import numpy
import pympi
import pysrt
import textgrid
import tgt
import webvtt
from praatio import textgrid as praatio
from praatio.data_classes.interval_tier import IntervalTier
from pycocotools import mask as coco_masks
from speach import elan

THEIRS = Path(__file__).parent.parent / "theirs"
MARKS = [(1.5, 4.0, "Dog"), (3.0, 9.25, '猫 "ねこ"')]

# ELAN: two tiers, the second one's annotations referring to the first one's.
eaf = pympi.Eaf(author="someone")
eaf.add_linked_file("file:///clips/dog.mp4", relpath="./dog.mp4", mimetype="video/mp4")
eaf.remove_tier("default")
for place, (start, end, label) in enumerate(MARKS):
    eaf.add_tier(f"speaker {place}")
    eaf.add_annotation(f"speaker {place}", round(start * 1000), round(end * 1000), label)
eaf.to_file(str(THEIRS / "pympi.eaf"))
(THEIRS / "pympi.bak").unlink(missing_ok=True)
eaf = elan.create(media_file="dog.mp4", author="someone")
for place, (start, end, label) in enumerate(MARKS):
    eaf.new_tier(f"speaker {place}", "default-lt").new_annotation(label, from_ts=round(start * 1000), to_ts=round(end * 1000))
text = re.sub(r'DATE="[^"]*"', 'DATE="2026-01-01T00:00:00+00:00"', eaf.to_xml_str())
text = re.sub(r"urn:nl-mpi-tools-elan-eaf:[-0-9a-f]+", "urn:nl-mpi-tools-elan-eaf:0", text)
(THEIRS / "speach.eaf").write_text(text, encoding="utf-8")

# Audacity.
starts, ends, labels = (numpy.array(column) for column in zip(*MARKS))
crowsetta.formats.seq.AudSeq(starts, ends, labels, THEIRS / "crowsetta.txt", None).to_file(THEIRS / "crowsetta.txt")

# Praat: long and short text, UTF-16 as Praat itself writes CJK.
grid = textgrid.TextGrid(maxTime=10.0)
for place, (start, end, label) in enumerate(MARKS):
    tier = textgrid.IntervalTier(name=f"tier {place}", maxTime=10.0)
    tier.add(start, end, label)
    grid.append(tier)
grid.write(str(THEIRS / "textgrid.TextGrid"))
grid = tgt.TextGrid()
for place, (start, end, label) in enumerate(MARKS):
    tier = tgt.IntervalTier(start_time=0, end_time=10, name=f"tier {place}")
    tier.add_interval(tgt.Interval(start, end, label))
    grid.add_tier(tier)
tgt.write_to_file(grid, str(THEIRS / "tgt-short.TextGrid"), format="short", encoding="utf-16")
grid = praatio.Textgrid()
for place, mark in enumerate(MARKS):
    grid.addTier(IntervalTier(f"tier {place}", [mark], 0, 10))
grid.save(str(THEIRS / "praatio.TextGrid"), format="long_textgrid", includeBlankSpaces=True)

vtt = webvtt.WebVTT()
for start, end, label in MARKS:
    stamp = lambda t: f"00:00:{t:06.3f}"
    vtt.captions.append(webvtt.Caption(stamp(start), stamp(end), label))
vtt.save(str(THEIRS / "webvtt-py.vtt"))

srt = pysrt.SubRipFile()
for place, (start, end, label) in enumerate(MARKS):
    time = lambda t: pysrt.SubRipTime.from_ordinal(round(t * 1000))
    srt.append(pysrt.SubRipItem(place + 1, time(start), time(end), label))
srt.save(str(THEIRS / "pysrt.srt"), encoding="utf-8")

# COCO: the same mask as a string, as plain counts and as a polygon.
mask = numpy.zeros((4, 5), dtype=numpy.uint8, order="F")
mask[1:3, 1:4] = 1
packed = coco_masks.encode(mask)
packed["counts"] = packed["counts"].decode()
plain = {"size": [4, 5], "counts": [5, 2, 2, 2, 2, 2, 5]}
polygon = [[1, 1, 4, 1, 4, 3, 1, 3]]
[drawn] = coco_masks.frPyObjects(polygon, 4, 5)
assert (coco_masks.decode(drawn) == mask).all()
image = lambda id, frame: {"id": id, "file_name": f"{frame}.png", "width": 5, "height": 4, "video_id": 1, "frame_id": frame}
annotation = lambda id, image, rle: {
    "id": id, "image_id": image, "category_id": 7, "iscrowd": 0, "segmentation": rle, "area": 6, "bbox": [1, 1, 3, 2],
}
coco = {
    "videos": [{"id": 1, "file_name": "dog.mp4", "fps": 25.0}],
    "images": [image(1, 50), image(2, 75), image(3, 100)],
    "categories": [{"id": 7, "name": "Dog"}],
    "annotations": [annotation(1, 1, packed), annotation(2, 2, plain), annotation(3, 3, polygon)],
}
(THEIRS / "pycocotools.json").write_text(json.dumps(coco))

# CVAT for images: a dog that is heard, with a mask, and a cat that is seen, with a polygon.
dog, cat = 0, 1
said = lambda label: datumaro.Label(label, attributes={"modality": ["audible", "visible"][label]})
picture = lambda second, said: datumaro.DatasetItem(
    f"frame_{second * 25 + 12:06}", media=datumaro.Image.from_numpy(numpy.zeros((4, 5, 3), numpy.uint8)), annotations=said
)
pictures = [picture(1, [said(dog)]), picture(2, [said(dog), datumaro.Mask(mask, label=dog)]), picture(3, [said(cat), datumaro.Polygon(polygon[0], label=cat)])]
with tempfile.TemporaryDirectory() as folder:
    datumaro.Dataset.from_iterable(pictures, categories=["Dog", MARKS[1][2]]).export(folder, "cvat", allow_undeclared_attrs=True)
    [written] = Path(folder).glob("**/*.xml")
    text = re.sub(r"<(created|updated|dumped)>[^<]*<", r"<\1><", written.read_text(encoding="utf-8"))
    (THEIRS / "datumaro.xml").write_text(text, encoding="utf-8")
