"""The full-size backbones on a graphics card: this program on some devices, and PyTorch on the same card, eager and compiled, each alone
on the card while it is timed. What has to be compiled is compiled before, all at once.

    pip install torch==2.11.0 timm==1.0.31 laion-clap==1.1.7 torchlibrosa==0.1.0
    tests/peers/card.py target/release/mettle:vulkan target/release/mettle-cuda:cuda > card.md

`--peers ''` leaves PyTorch out, `--limit` is how many seconds compilers have. The program can be a script that sets what it needs.
"""
import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

NAMES = ["swinv2_large_window12_192", "vit_large_patch16_224", "htsat_audioset", "resnext101_32x8d"]
ENGINES = {"cuda": "f32", "cuda-f16": "f16", "compile": "f32", "compile-f16": "f16"}
BATCH, PASSES = 10, 9


class Peer:
    """One model in one engine, made ready in the background."""

    def __init__(self, name, engine):
        command = [sys.executable, Path(__file__).with_name("backbones.py"), engine]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.title, self.failed = engine, "is not ready in time"
        threading.Thread(target=self.load, args=(name,), daemon=True).start()

    def ask(self, question):
        print(question, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def load(self, name):
        try:
            self.title = json.loads(self.process.stdout.readline())["peer"].split(", timm")[0]
            self.failed = self.ask(f"load {name} {BATCH} 2").get("error")
        except (OSError, ValueError) as error:
            self.failed = repr(error)

    def passes(self):
        return [self.ask("run")["ms"] for _ in range(PASSES)]


def ours(program, device, precision, rounds, names=NAMES):
    """What `mettle bench backbones` measures, and the seconds that all of it took."""
    begin = time.time()
    command = [program, "bench", "backbones", *names, "--device", device, "--precision", precision, "--rounds", str(rounds), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    took = time.time() - begin
    try:
        return json.loads(done.stdout), took
    except ValueError:
        return {"models": [], "why": done.stderr.strip()[-300:]}, took


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("programs", nargs="*", metavar="PROGRAM:DEVICE")
    parse.add_argument("--peers", default=",".join(ENGINES))
    parse.add_argument("--limit", type=float, default=100)
    parse.add_argument("--precisions", default="f32,f16")
    asked = parse.parse_args()
    begin = time.time()
    peers = {(name, engine): Peer(name, engine) for engine in filter(None, asked.peers.split(",")) for name in NAMES}
    programs = [tuple(text.rsplit(":", 1)) for text in asked.programs]
    runs = [(program, device, precision) for program, device in programs for precision in asked.precisions.split(",")]
    say = lambda text: print(text, flush=True)  # noqa: E731
    for run in runs:
        for name in NAMES:
            report, took = ours(*run, 1, [name])
            first = ", ".join(f"{row['name']} {row['ours']['best_ms']:.1f} ms" for row in report["models"])
            say(f"<!-- first time {Path(run[0]).name} {run[1]} {run[2]}: {took:.1f} s, {first or report['why']} -->")
    while time.time() - begin < asked.limit and any(peer.failed == "is not ready in time" for peer in peers.values()):
        time.sleep(0.2)
    say(f"<!-- all ready after {time.time() - begin:.0f} s -->")
    rows, gflop = [], {}
    for program, device, precision in runs:
        report, _ = ours(program, device, precision, PASSES)
        say(f"<!-- {Path(program).name} {device} {precision}: {report.get('device')}, ceiling {report.get('ceiling_gflops', 0):.0f} GFLOP/s {report.get('why', '')} -->")
        for row in report["models"]:
            gflop[row["name"]] = row["gflop"]
            rows.append((row["name"], f"here, {Path(program).name} {device}", precision, row["ours"]["best_ms"]))
    for (name, engine), peer in peers.items():
        if peer.failed:
            say(f"<!-- {name} {engine}: {peer.failed} -->")
            continue
        try:
            rows.append((name, peer.title, ENGINES[engine], min(peer.passes())))
        except (KeyError, OSError, ValueError) as error:
            say(f"<!-- {name} {engine}: {error!r} -->")
    say("| backbone | program | numbers | ms | GFLOP/s |\n|---|---|---|---|---|")
    for name in NAMES:
        for _, title, precision, ms in sorted((row for row in rows if row[0] == name), key=lambda row: (row[2], row[3])):
            say(f"| {name} | {title} | {precision} | {ms:.2f} | {gflop.get(name, 0) / ms * 1e3:.0f} |")
    for peer in peers.values():
        peer.process.kill()


if __name__ == "__main__":
    main()
