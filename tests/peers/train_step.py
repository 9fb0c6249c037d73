"""A training step at the paper's size in PyTorch, to be measured against: frozen backbones in the loop under no_grad, textbook
distillation and the task's head (train_heads.py), Adam. Random weights: time and memory only.

    python3 -m venv peer && peer/bin/pip install torch==2.6.0 timm==1.0.31 laion-clap==1.1.7
    mettle bench train --device cpu --peer 'peer/bin/python tests/peers/train_step.py'

Prints one JSON line: ms a sample (the middle step), peak memory a sample in GB beyond what was held before the first step (on the
CPU: resident; on CUDA: allocated), trainable parameters. A sample is a clip: ten seconds of events and parsing, five of masks. With
--no-backbone the features are random tensors of the right shapes: the head's own cost, as if cached.
"""
import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

import torch

from train_heads import HEADS, HTSAT, SWIN


def backbones(device, wanted):
    """Both backbones as functions that give the wanted blocks' outputs, without gradients."""
    import timm

    from export import Hears, htsat

    swin = timm.create_model("swinv2_large_window12_192", num_classes=0).to(device).eval()
    ear = htsat().to(device).eval()
    heard = Hears(ear)

    def outputs(blocks, run):
        got = []
        keep = lambda _module, _input, out: got.append((out[0] if isinstance(out, tuple) else out).flatten(1, -2))  # noqa: E731
        hooks = [block.register_forward_hook(keep) for block in blocks]
        with torch.no_grad():
            run()
        for hook in hooks:
            hook.remove()
        return got

    def of(model, picks):
        blocks = [block for layer in model.layers for block in layer.blocks]
        return [blocks[i] for i in picks]

    hear = lambda x: outputs(of(ear, wanted[0]), lambda: heard(x))  # noqa: E731
    see = lambda x: outputs(of(swin, wanted[1]), lambda: swin.forward_features(x))  # noqa: E731
    return hear, see


class Memory:
    """The most that was held from here on, beyond what is held here. Not getrusage: its peak begins with that of whoever started us."""

    def __init__(self, cuda):
        self.cuda = cuda
        if cuda:
            torch.cuda.reset_peak_memory_stats()
            self.before = torch.cuda.memory_allocated() / 1e9
        else:
            Path("/proc/self/clear_refs").write_text("5")
            self.before = self.resident("VmRSS")

    @staticmethod
    def resident(what):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024 / 1e9

    def most(self):
        return (torch.cuda.max_memory_allocated() / 1e9 if self.cuda else self.resident("VmHWM")) - self.before


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--task", choices=list(HEADS), default="localize")
    p.add_argument("--batch", type=int, default=1)
    p.add_argument("--steps", type=int, default=5)
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--no-backbone", action="store_true")
    return p.parse_args()


def main():
    o = arguments()
    torch.set_num_threads(o.threads)
    dev = o.device
    head = HEADS[o.task](o.batch).to(dev).train()
    n = o.batch * head.seconds
    opt = torch.optim.Adam(head.parameters(), 4e-4)
    if o.no_backbone:
        noise = lambda shapes, picks: [torch.randn(n, *shapes[i], device=dev) for i in picks]  # noqa: E731
        features = noise(HTSAT, head.heard), noise(SWIN, head.seen)
        read = lambda: features  # noqa: E731
    else:
        sound, frames = torch.randn(n, 1, 1001, 64, device=dev), torch.randn(n, 3, 192, 192, device=dev)
        hear, see = backbones(dev, (head.heard, head.seen))
        read = lambda: (hear(sound), see(frames))  # noqa: E731
    cuda = dev.startswith("cuda")
    memory, times = Memory(cuda), []
    for _ in range(o.steps + 1):
        if cuda:
            torch.cuda.synchronize()
        begin = time.perf_counter()
        loss = head.loss(*read())
        opt.zero_grad()
        loss.backward()
        opt.step()
        if cuda:
            torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - begin))
    print(json.dumps({"peer": f"PyTorch {torch.__version__.split('+')[0]}", "task": o.task, "backbone_in_loop": not o.no_backbone, "batch": o.batch, "device": dev,
                      "ms_per_sample": round(statistics.median(times[1:]) / o.batch, 2), "peak_gb_per_sample": round(memory.most() / o.batch, 3),
                      "trainable_m": round(sum(q.numel() for q in head.parameters()) / 1e6, 3)}))


if __name__ == "__main__":
    main()
