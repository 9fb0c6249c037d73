"""Golden values for five optimiser steps of a small localization head: textbook distillation of two layers of each backbone and
CMBS, a plain PyTorch twin trained with Adam and StepLR.

The distillation is written as the paper has it (eq. 3.1 to 3.3): keys and values of every token, then the attention of the
meta-tokens over them. What modalities learn of each other is `none`, so that nothing is drawn at random. Layers lie in f16, as
features are kept; values are computed in f64 on f32 weights.

Run with PyTorch 1.13 or later: python tests/golden/heads/make/gen_steps.py
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from gen_cmbs import Cmbs, D, CLASSES
from gen_heads import attend, fill, randn, save

CLIPS, SECONDS, HEADS = 4, 6, 8
# Tokens and width of the layers that are read, and meta-tokens.
VISUAL, AUDIO = ([(16, 8), (4, 16)], 2), ([(16, 8), (4, 16)], 1)
# Class, first second and the one after the last; the last clip has no event.
EVENTS = [(0, 1, 4), (2, 0, 6), (4, 3, 5), None]


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))

    def forward(self, meta, tokens):
        return self.output(attend(self.query(meta), self.key(tokens), self.value(tokens), HEADS))


class Lcd(nn.Module):
    def __init__(self, tokens, width, k):
        super().__init__()
        self.meta = nn.Parameter(torch.zeros(k, width))
        self.attention, self.direct, self.projection = Attention(width), nn.Linear(tokens, k), nn.Linear(width, D)

    def forward(self, tokens):
        meta = self.meta.expand(len(tokens), -1, -1)
        direct = self.direct(tokens.transpose(1, 2)).transpose(1, 2)
        return self.projection(self.attention(meta, tokens) + direct)


class Distiller(nn.Module):
    def __init__(self, layers, k):
        super().__init__()
        self.lcds = nn.ModuleList(Lcd(*layer, k) for layer in layers)

    def forward(self, layers):
        return torch.stack([lcd(x).mean(1) for lcd, x in zip(self.lcds, layers)]).mean(0)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual, self.audio, self.cmbs = Distiller(*VISUAL), Distiller(*AUDIO), Cmbs("none")

    def forward(self, visual, audio):
        by_clip = lambda x: x.reshape(CLIPS, SECONDS, D)
        return self.cmbs(by_clip(self.visual(visual)), by_clip(self.audio(audio)))


def loss_of(said):
    is_event = torch.zeros(CLIPS, SECONDS, dtype=torch.float64)
    for clip, event in enumerate(EVENTS):
        if event:
            is_event[clip, event[1]:event[2]] = 1
    with_event = [clip for clip, event in enumerate(EVENTS) if event]
    classes = torch.tensor([EVENTS[clip][0] for clip in with_event])
    return (F.binary_cross_entropy_with_logits(said["is_event"], is_event)
            + F.cross_entropy(said["event"][with_event], classes)
            + F.cross_entropy(said["av_score"][with_event], classes))


def steps():
    layers = lambda side, shape: [randn(f"steps.{side}.{i}", CLIPS * SECONDS, *s).half() for i, s in enumerate(shape[0])]
    visual, audio = layers("visual", VISUAL), layers("audio", AUDIO)
    t = {f"before.in.{side}.{i}": x for side, all in (("visual", visual), ("audio", audio)) for i, x in enumerate(all)}
    head = Head()
    with torch.no_grad():
        fill("steps", head)
    t |= {f"before.w.{name}": value.clone() for name, value in head.state_dict().items()}
    head = head.double()
    visual, audio = ([x.double() for x in all] for all in (visual, audio))
    adam = torch.optim.Adam(head.parameters(), lr=0.01)
    falls = torch.optim.lr_scheduler.StepLR(adam, 2, 0.35)
    losses = []
    for _ in range(5):
        loss = loss_of(head(visual, audio))
        losses.append(loss.item())
        adam.zero_grad()
        loss.backward()
        adam.step()
        falls.step()
    t["before.losses"] = torch.tensor(losses)
    t |= {f"after.w.{name}": value.float() for name, value in head.state_dict().items()}
    print(losses)
    save("steps", t)


if __name__ == "__main__":
    assert CLASSES == 5
    steps()
