"""Five seconds each of instruments that FluidR3 plays (MIT, see LICENCE-FluidR3.txt beside the files), melodies written here:

    pip install tinysoundfont==0.3.7 numpy
    apt-get install fluid-soundfont-gm ffmpeg
    python3 tests/golden/renders/make/renders.py

No training has heard these melodies; the soundfont it has.
"""
import subprocess
import sys
from pathlib import Path

import numpy as np
import tinysoundfont

RATE, SECONDS, BEAT = 32000, 5, 0.5
FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
# Name, bank, program, and the keys of each beat.
PIECES = {
    "violin": (0, 40, [[67], [69], [71], [74], [72], [71], [69], [67], [66], [67]]),
    "flute": (0, 73, [[76], [79], [78], [76], [74], [76], [72], [74], [71], [72]]),
    "acoustic-guitar": (0, 25, [[52, 59, 64], [64], [67], [55, 62, 67], [71], [67], [57, 64, 69], [72], [69], [52, 59, 64]]),
    "banjo": (0, 105, [[62], [67], [71], [74], [62], [67], [71], [74], [64], [67]]),
    "accordion": (0, 21, [[60, 64, 67], [72], [71], [62, 65, 69], [74], [72], [59, 62, 67], [71], [69], [60, 64, 67]]),
}


def render(bank, program, beats):
    """The beats one after another, mono."""
    synth = tinysoundfont.Synth(gain=-6, samplerate=RATE)
    font = synth.sfload(FONT)
    synth.program_select(0, font, bank, program)
    parts = []
    for keys in beats:
        for key in keys:
            synth.noteon(0, key, 96)
        parts.append(np.frombuffer(bytes(synth.generate(int(RATE * BEAT))), dtype=np.float32))
        for key in keys:
            synth.noteoff(0, key)
    stereo = np.concatenate(parts)[: RATE * SECONDS * 2]
    return stereo.reshape(-1, 2).mean(axis=1)


def main():
    out = Path(__file__).resolve().parent.parent
    for name, (bank, program, beats) in PIECES.items():
        sound = render(bank, program, beats)
        sound = (sound / max(np.abs(sound).max(), 1e-6) * 0.5).astype(np.float32)
        command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
        command += ["-c:a", "libvorbis", "-q:a", "2", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(out / f"{name}.ogg")]
        subprocess.run(command, input=sound.tobytes(), check=True)
        print(name, round(float(np.sqrt((sound**2).mean())), 3), file=sys.stderr)


if __name__ == "__main__":
    main()
