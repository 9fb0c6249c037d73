"""Masks and what pycocotools makes of them: tests/golden/masks/coco.json.

    pip install numpy pycocotools==2.0.11
    python tests/golden/masks/make/gen_masks.py
"""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

rng = np.random.default_rng(7)


def blobs(height, width, threshold):
    """Smooth shapes: runs of every length, as masks of things have."""
    y, x = np.mgrid[0:height, 0:width]
    field = sum(
        np.exp(-(((x - rng.uniform(0, width)) / (width / 5)) ** 2 + ((y - rng.uniform(0, height)) / (height / 5)) ** 2))
        for _ in range(4)
    )
    return field > threshold


masks = {
    "documented example": np.array([[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]),
    "empty": np.zeros((6, 9)),
    "full": np.ones((6, 9)),
    "one pixel": np.ones((1, 1)),
    "upper left corner": np.arange(35).reshape(5, 7) == 0,
    "lower right corner": np.arange(35).reshape(5, 7) == 34,
    "one row": rng.random((1, 40)) > 0.5,
    "one column": rng.random((40, 1)) > 0.5,
    "column to column": np.array([[0, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]]),
    "noise": rng.random((13, 17)) > 0.5,
    "blobs": blobs(90, 160, 0.5),
    "high and narrow": blobs(200, 11, 0.4),
    "as large as a model's": blobs(224, 224, 0.6),
    "as large as a film's": blobs(1080, 1920, 0.7),
}

cases = []
for name, mask in masks.items():
    mask = np.asfortranarray(mask.astype(np.uint8))
    runs = coco.encode(mask)
    height, width = mask.shape
    case = {
        "name": name,
        "size": [height, width],
        "counts": runs["counts"].decode("ascii"),
        "area": int(coco.area(runs)),
        "bbox": [int(v) for v in coco.toBbox(runs)],
    }
    if mask.size <= 10000:
        # Row after row, so that reading it needs nothing of COCO's order.
        case["rows"] = ["".join(map(str, row)) for row in mask.tolist()]
    cases.append(case)

out = Path(__file__).resolve().parent.parent / "coco.json"
out.write_text(json.dumps(cases, indent=1) + "\n")
print(out, len(cases))
