"""The whole job, from files to JSON: `mettle analyze` of 1080p clips with the full-size pair beside the same in Python (torchcodec, or
PyAV where that does not load; OpenVINO in f32), and beside it the decoding alone. Weights are random: speed does not depend on them.

    python3 -m venv peer && peer/bin/pip install torch==2.6.0 timm==1.0.31 laion-clap==1.1.7 onnx openvino==2026.4.1 av torchcodec==0.2.1
    peer/bin/python tests/peers/whole_job.py --mettle target/release/mettle

Needs the ffmpeg program, which draws the clips. Each side is a process of its own, in turn, and starts without anything kept; printed are
wall time, processor time (which other programs on the machine disturb less) and peak memory of each, the fastest of both, and their ratios.
What takes long to make lies in --folder and is used again.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).parent
SWIN, HTSAT = "swinv2_large_window12_192", "htsat_audioset"
SECONDS, RATE = 10, 32000


def draw(folder, count):
    """Ten seconds of moving pictures and noise, no two alike."""
    clips = [folder / f"clip-{i}.mp4" for i in range(count)]
    for i, clip in enumerate(clips):
        if not clip.exists():
            pictures = f"testsrc2=size=1920x1080:rate=30:duration={SECONDS},noise=alls=8:allf=t:all_seed={i}"
            sound = f"anoisesrc=seed={i}:duration={SECONDS}:sample_rate=48000:amplitude=0.3"
            codecs = ["-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"]
            part = clip.with_name(f"part-{clip.name}")
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, *codecs, part], check=True)
            part.rename(clip)
    return clips


def measured(command, **variables):
    """Seconds, seconds of a processor and MiB of a program, and what it printed."""
    begin = time.perf_counter()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, env={**os.environ, **variables})
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} failed: {said}")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, said


def model(folder, mettle):
    """A model of both backbones with random weights and a head that nobody trained."""
    place = folder / "model"
    if not place.exists():
        subprocess.run([sys.executable, __file__, "--make-weights", "--folder", folder], check=True)
        weights = ["--visual", "swin", "--visual-weights", folder / f"{SWIN}.pth", "--audio", "htsat", "--audio-weights", folder / f"{HTSAT}.pth"]
        subprocess.run([mettle, "models", "assemble", place, *weights, "--untrained", "localize"], check=True, stdout=sys.stderr)
    return place


def make_weights(folder):
    import torch
    from export import build

    for name in (SWIN, HTSAT):
        torch.save(build(name, 1)[0].model.state_dict(), folder / f"{name}.pth")


def seen_and_heard(clip, threads):
    """A picture of the middle of each second, `[seconds, 3, height, width]` in bytes, and the sound, mono."""
    import torch

    middles = [second + 0.5 for second in range(SECONDS)]
    try:
        from torchcodec.decoders import VideoDecoder
    except (ImportError, OSError, RuntimeError):
        pictures = by_av(clip, middles, threads)
    else:
        pictures = VideoDecoder(str(clip), num_ffmpeg_threads=threads).get_frames_played_at(middles).data
    try:
        from torchcodec.decoders import AudioDecoder
    except (ImportError, OSError, RuntimeError):
        return pictures, sound_by_av(clip)
    sound = AudioDecoder(str(clip), sample_rate=RATE).get_all_samples().data
    return pictures, sound.mean(0)[: SECONDS * RATE].to(torch.float32)


def by_av(clip, times, threads):
    import av
    import torch

    wanted, found, last = iter(times), [], None
    due = next(wanted)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = "AUTO", threads
        for frame in container.decode(stream):
            while due is not None and last is not None and frame.time > due:
                found.append(torch.from_numpy(last.to_ndarray(format="rgb24")).permute(2, 0, 1))
                due = next(wanted, None)
            last = frame
            if due is None:
                break
    return torch.stack(found)


def sound_by_av(clip):
    import av
    import numpy
    import torch

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(clip)) as container:
        frames = [part for frame in container.decode(container.streams.audio[0]) for part in resampler.resample(frame)]
    frames += resampler.resample(None)
    return torch.from_numpy(numpy.concatenate([frame.to_ndarray()[0] for frame in frames])[: SECONDS * RATE])


def mel_matrix(bins=64, window=1024, low=50.0, high=14000.0):
    """Triangles between equal steps of mel, `[frequencies, bins]`."""
    import torch

    mel = lambda hertz: 2595 * torch.log10(1 + torch.tensor(hertz) / 700)  # noqa: E731
    edges = 700 * (10 ** (torch.linspace(mel(low), mel(high), bins + 2) / 2595) - 1)
    at = torch.linspace(0, RATE / 2, window // 2 + 1)[:, None]
    up, down = (at - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return torch.minimum(up, down).clamp(min=0)


def prepared(clip, threads, mel):
    """What the backbones take of a clip."""
    import torch

    pictures, sound = seen_and_heard(clip, threads)
    small = torch.nn.functional.interpolate(pictures.float(), (192, 192), mode="bicubic", antialias=True, align_corners=False)
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    small = (small.clamp(0, 255) / 255 - mean[:, None, None]) / deviation[:, None, None]
    sound = torch.nn.functional.pad(sound, (0, max(0, SECONDS * RATE - len(sound)))).view(SECONDS, RATE)
    spectrum = torch.stft(sound, 1024, 320, window=torch.hann_window(1024), return_complex=True).abs().square()
    logmel = 10 * torch.log10((spectrum.transpose(1, 2) @ mel).clamp(min=1e-10))
    return small.numpy(), logmel[:, None].numpy()


def theirs(clips, out, threads):
    """Decode one clip ahead, compute, a linear head, JSON."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy
    import torch
    from backbones import compiled

    torch.set_num_threads(threads)
    eye, ear = (compiled(name, SECONDS, threads).create_infer_request() for name in (SWIN, HTSAT))
    mel, rng, head = mel_matrix(), numpy.random.default_rng(0), None
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(prepared, clips[0], threads, mel)
        for i, clip in enumerate(clips):
            pictures, sounds = coming.result()
            if i + 1 < len(clips):
                coming = ahead.submit(prepared, clips[i + 1], threads, mel)
            features = []
            for backbone, numbers in ((eye, pictures), (ear, sounds)):
                values = backbone.infer([numbers])[0]
                features.append(values.reshape(SECONDS, -1, values.shape[-1]).mean(1))
            both = numpy.concatenate(features, 1)
            head = rng.standard_normal((both.shape[1], 29)) if head is None else head
            scores = 1 / (1 + numpy.exp(-(both @ head)))
            (out / f"{clip.stem}.json").write_text(json.dumps({"clip": str(clip), "scores": scores.tolist()}))


def decode(clip, threads, rounds):
    """Milliseconds of each decoding in this process, and of the processor."""
    times = {"ms": [], "cpu_ms": []}
    for _ in range(rounds + 1):
        begin = time.perf_counter(), time.process_time()
        seen_and_heard(clip, threads)
        for name, since, now in zip(times, begin, (time.perf_counter(), time.process_time())):
            times[name].append((now - since) * 1e3)
    print(json.dumps({name: values[1:] for name, values in times.items()}))


def decoding(clip, mettle, options):
    """Milliseconds, milliseconds of a processor and MiB of each side, decoding by decoding."""
    said = ([], [])
    for _ in range(options.rounds):
        ours = [mettle, "bench", "decode", clip, "--rounds", "5", "--json"]
        other = [sys.executable, __file__, "--decode", clip, "--threads", options.threads]
        for side, command in zip(said, (ours, other)):
            *_, mib, text = measured(command, RAYON_NUM_THREADS=str(options.threads))
            times = json.loads(text)
            side += [(ms, cpu, mib) for ms, cpu in zip(times["ms"], times["cpu_ms"])]
    return said


def job(clips, place, mettle, options):
    """Seconds, seconds of a processor and MiB of each side, round by round."""
    said = ([], [])
    for _ in range(options.rounds):
        for name, side in zip(("here", "there"), said):
            with tempfile.TemporaryDirectory(dir=options.folder) as fresh:
                ours = [mettle, "analyze", *clips, "--model", place, "--out", fresh, "--device", "cpu", "--threads", options.threads, "--quiet"]
                other = [sys.executable, __file__, "--theirs", fresh, "--threads", options.threads, "--clips", len(clips), "--folder", options.folder]
                cache = Path(fresh) / "cache"
                wall, cpu, mib, _ = measured(ours if name == "here" else other, METTLE_CACHE=str(cache), METTLE_DATA=str(cache / "data"))
                made = len(list(Path(fresh).glob("*.json")))
                assert made == len(clips), f"{name}: {made} of {len(clips)} clips"
            print(f"  {name}: {wall:.1f} s, {cpu:.1f} s of a processor, {mib} MiB", flush=True)
            side.append((wall, cpu, mib))
    return said


def table(title, unit, said):
    """A row: the fastest, the least processor time and the most memory of each side, and their ratios."""
    (wall, cpu, mib), (their_wall, their_cpu, their_mib) = ((min(s[0] for s in side), min(s[1] for s in side), max(s[2] for s in side)) for side in said)
    sides = [f"{w:.1f} {unit}, {c:.1f} {unit} of a processor, {m} MiB" for w, c, m in ((wall, cpu, mib), (their_wall, their_cpu, their_mib))]
    return f"| {title} | {sides[0]} | {sides[1]} | **{wall / their_wall:.2f}** | {cpu / their_cpu:.2f} | {mib / their_mib:.2f} |"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mettle", default="target/release/mettle", help="the program")
    options.add_argument("--clips", type=int, default=10)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "mettle-peers")
    options.add_argument("--only", choices=["decode", "job"], help="one of the two measurements")
    for inner in ("--theirs", "--decode"):
        options.add_argument(inner, type=Path, help=argparse.SUPPRESS)
    options.add_argument("--make-weights", action="store_true", help=argparse.SUPPRESS)
    options = options.parse_args()
    options.folder.mkdir(exist_ok=True)
    if options.make_weights:
        return make_weights(options.folder)
    if options.decode:
        return decode(options.decode, options.threads, 5)
    clips = draw(options.folder, options.clips)
    if options.theirs:
        return theirs(clips, options.theirs, options.threads)
    mettle = Path(options.mettle).resolve()
    rows = []
    if options.only != "job":
        rows.append(table("10 pictures and the sound of a clip", "ms", decoding(clips[0], mettle, options)))
    if options.only != "decode":
        subprocess.run([sys.executable, HERE / "backbones.py", "export", str(SECONDS), SWIN, HTSAT], check=True)
        rows.append(table(f"{len(clips)} clips from file to JSON", "s", job(clips, model(options.folder, mettle), mettle, options)))
    print("\n| | here | there | time, here : there | processor time | memory |\n|---|---|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
