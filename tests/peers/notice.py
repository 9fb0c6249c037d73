"""Whom weights that learned from a folder of pictures and sounds owe thanks, for `assets/demo/NOTICE.md`:

    python3 tests/peers/notice.py MATERIAL > NOTICE.md

MATERIAL is the folder that `teachers.py` reads: its manifest.csv names what was learned from, its folder licences whose it is.
"""
import csv
import re
import sys
from pathlib import Path

HEAD = """# What the weights in this folder learned from

The two backbones and the heads learned from scenes that this project draws and synthesises, and from other people's pictures and sounds under
free licences, all listed here. None of those lies in this repository. No one named here endorses the project.

| what | by | licence |
|---|---|---|
| [Caltech-101](https://doi.org/10.22002/D1.20086): airplanes, motorbikes, helicopters, dalmatians, guitars, accordions, mandolins, faces, backgrounds and other things; cut out, scaled, recoloured, pasted | Fei-Fei Li, Marco Andreeto, Marc'Aurelio Ranzato, Pietro Perona | [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/) |
| [Open Images](https://storage.googleapis.com/openimages/web/index.html): buses and trucks; changed in the same ways | its photographers | [CC BY 2.0](https://creativecommons.org/licenses/by/2.0/) |
| [ESC-10](https://github.com/karoldvl/ESC-10): barks, cries, clocks, helicopters, chainsaws, sounds of other things; cut, mixed, filtered | collected by Karol J. Piczak from Freesound, clip by clip below | [CC BY 3.0](https://creativecommons.org/licenses/by/3.0/); each clip CC0 or CC BY 3.0 |
| mtmod-sounds: airplanes, barks, church bells, clocks, a helicopter, a motorcycle; cut, mixed, filtered | one by one below | CC0 or CC BY 3.0 |
| CDDA CC-Sounds: [church bells](https://freesound.org/people/Nox_Sound/sounds/563885/) | Nox_Sound | CC0 |
| FluidR3 GM: phrases of instruments that it plays | Frank Wen and contributors | MIT, below |

Two published networks were asked what they make of these, and the backbones learned to predict that. Nothing of their weights is here:
[YAMNet](https://github.com/tensorflow/models/tree/master/research/audioset/yamnet) (Google, Apache-2.0) and EfficientNet-Lite0 (Google;
PyTorch weights by ML Illustrated, Apache-2.0)."""


def esc(text, files):
    """A line for each clip of ESC-10 that was used."""
    clip = r"- \*\*\[([^\]]+)\]\([^)]*\)\*\*:\s+clip derived from \[(.*?)\]\((\S+?)\) by \*(.*?)\* \(\[(.*?)\]"
    about = {name: f"- {name}: [{title}]({link}) by {author}, {licence}" for name, title, link, author, licence in re.findall(clip, text)}
    names = sorted({re.sub(r"^esc10_(.*_)?", "", file) for file in files})
    return [about[name] for name in names]


def mtmod(text, files):
    """The same of mtmod-sounds, whose rows may stand for several files by a pattern."""
    rows = re.findall(r"^\| \[([^\]]+)\](?:\[([^\]]*)\])?\*? *\| (.*?) *\| (.*?) *\|", text, re.M)
    links = dict(re.findall(r"^\[([^\]]+)\]: (\S+)", text, re.M))
    lines = []
    for name in sorted({Path(file).stem.removeprefix("sounds_") for file in files}):
        for pattern, link, author, licence in rows:
            if re.fullmatch(pattern.replace("*", ".*"), name):
                lines.append(f"- [{name}]({links[link or pattern]}) by {author}, {licence}")
                break
        else:
            sys.exit(f"mtmod-sounds-sources.md says nothing of {name}")
    return lines


def main():
    material = Path(sys.argv[1])
    with open(material / "manifest.csv", newline="") as file:
        rows = list(csv.reader(file))
    of = lambda source: [Path(row[-1]).name for row in rows if row[2:3] == [source]]
    read = lambda name: (material / "licences" / name).read_text()
    fluid = read("fluid-soundfont-gm-copyright")
    mit = fluid[fluid.index(" Permission is hereby"):fluid.index("The Debian packaging")]
    print(HEAD)
    print("\n## FluidR3\n\nCopyright © 2000-2002, 2008 Frank Wen; copyright © 2008 Toby Smithe\n")
    print("\n".join(line.strip() for line in mit.splitlines()).strip())
    print("\n## mtmod-sounds\n")
    print("\n".join(mtmod(read("mtmod-sounds-sources.md"), of("mtmod-sounds"))))
    print("\n## ESC-10\n")
    print("\n".join(esc(read("ESC-10-README-per-clip-licences.md"), of("ESC-10"))))


main()
