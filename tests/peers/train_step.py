"""A training step at the paper's size in PyTorch, to be measured against: frozen backbones in the loop under no_grad, textbook
distillation (nn.MultiheadAttention, a block each), projection, mean, a CMBS-like head, Adam. Random weights: time and memory only.

    python3 -m venv peer && peer/bin/pip install torch==2.6.0 timm==1.0.31 laion-clap==1.1.7
    mettle bench train --device cpu --peer 'peer/bin/python tests/peers/train_step.py'

Prints one JSON line: ms a sample (the middle step), peak memory a sample in GB beyond what was held before the first step (on the
CPU: resident; on CUDA: allocated), trainable parameters. With --no-backbone the features are random tensors of the right shapes: the head's own cost, as if cached.
"""
import argparse
import json
import resource
import statistics
import sys
import time

sys.dont_write_bytecode = True

import torch
from torch import nn

T, WIDTH, CLASSES = 10, 256, 28
SWIN = [(2304, 192)] * 2 + [(576, 384)] * 2 + [(144, 768)] * 18 + [(36, 1536)] * 2
HTSAT = [(4096, 96)] * 2 + [(1024, 192)] * 2 + [(256, 384)] * 6 + [(64, 768)] * 2


class Lcd(nn.Module):
    """Equations 3.1 and 3.2 as they are written."""

    def __init__(self, n, d, k, heads=8):
        super().__init__()
        self.tokens = nn.Parameter(torch.randn(1, k, d) * 0.02)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.reduce = nn.Linear(n, k)
        self.proj = nn.Linear(d, WIDTH)

    def forward(self, v):
        m, _ = self.attn(self.tokens.expand(v.shape[0], -1, -1), v, v, need_weights=False)
        m = m + self.reduce(v.transpose(1, 2)).transpose(1, 2)
        return self.proj(m).mean(1)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ModuleList(Lcd(n, w, 1) for n, w in HTSAT)
        self.v = nn.ModuleList(Lcd(n, w, 2) for n, w in SWIN)
        self.inter = nn.ModuleList(nn.MultiheadAttention(WIDTH, 4, dropout=0.1) for _ in range(2))
        self.norm = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        self.cas = nn.ModuleList(nn.Linear(WIDTH, CLASSES) for _ in range(2))
        self.event, self.cls = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, CLASSES)

    def forward(self, fa, fv):
        mean = lambda lcds, layers: torch.stack([m(x) for m, x in zip(lcds, layers)]).mean(0)  # noqa: E731
        a, v = (mean(lcds, x).view(-1, T, WIDTH).transpose(0, 1) for lcds, x in ((self.a, fa), (self.v, fv)))
        score = sum(c(x).topk(4, 0)[0].mean(0) for c, x in zip(self.cas, (a, v))) / 2
        g, mem = a * v, torch.cat([a, v])
        a, v = (n(g + m(g, mem, mem, need_weights=False)[0]) for n, m in zip(self.norm, self.inter))
        f = (a + v) / 2
        return self.event(f).squeeze(-1).t(), self.cls(f.max(0)[0]) + 0.3 * score, score


def backbones(device):
    """Both backbones as functions that give every block's output, without gradients."""
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

    of = lambda model: [block for layer in model.layers for block in layer.blocks]  # noqa: E731
    see = lambda x: outputs(of(swin), lambda: swin.forward_features(x))  # noqa: E731
    hear = lambda x: outputs(of(ear), lambda: heard(x))  # noqa: E731
    return hear, see


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--batch", type=int, default=1)
    p.add_argument("--steps", type=int, default=5)
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--no-backbone", action="store_true")
    o = p.parse_args()
    torch.set_num_threads(o.threads)
    dev, n = o.device, o.batch * T
    head = Head().to(dev).train()
    opt = torch.optim.Adam(head.parameters(), 4e-4)
    if o.no_backbone:
        fv, fa = ([torch.randn(n, t, d, device=dev) for t, d in shapes] for shapes in (SWIN, HTSAT))
    else:
        frames, sound = torch.randn(n, 3, 192, 192, device=dev), torch.randn(n, 1, 1001, 64, device=dev)
        hear, see = backbones(dev)
    y = (torch.rand(o.batch, T, device=dev) > 0.2).float()
    c = torch.randint(0, CLASSES, (o.batch,), device=dev)
    cuda = dev.startswith("cuda")
    held = lambda: torch.cuda.max_memory_allocated() / 1e9 if cuda else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # noqa: E731
    before, times = held(), []
    for _ in range(o.steps + 1):
        if cuda:
            torch.cuda.synchronize()
        begin = time.perf_counter()
        if not o.no_backbone:
            fa, fv = hear(sound), see(frames)
        e, k, s = head(fa, fv)
        loss = nn.functional.binary_cross_entropy_with_logits(e, y) + nn.functional.cross_entropy(k, c) + nn.functional.cross_entropy(s, c)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if cuda:
            torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - begin))
    print(json.dumps({"peer": f"PyTorch {torch.__version__.split('+')[0]}", "backbone_in_loop": not o.no_backbone, "batch": o.batch, "device": dev,
                      "ms_per_sample": round(statistics.median(times[1:]) / o.batch, 2), "peak_gb_per_sample": round((held() - before) / o.batch, 3),
                      "trainable_m": round(sum(q.numel() for q in head.parameters()) / 1e6, 3)}))


if __name__ == "__main__":
    main()
