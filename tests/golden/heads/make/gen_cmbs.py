"""Golden values for the CMBS head with each choice of what modalities learn of each other: a plain PyTorch twin, with gradients.

Written from the description of the network (Xia and Zhao 2022, without the temporal stack): time comes first, classes' scores
are sorted and the best four averaged, the clip's class is read off the maximum over time, 0.3 of the modalities' own scores is
added. `none`: both features are joined as they are. `sequential`: pictures look at sound, then sound at what came of that.
`parallel`: both look at what the other was before. Dropout takes no part.

Run with PyTorch 1.13 or later: python tests/golden/heads/make/gen_cmbs.py
"""
import torch
import torch.nn as nn

from gen_heads import case, randn, save, unpack

D, CLASSES = 16, 5


class Inter(nn.Module):
    """The product of both asks, both in one sequence answer."""

    def __init__(self):
        super().__init__()
        self.attention, self.norm = nn.MultiheadAttention(D, 4), nn.LayerNorm(D)

    def forward(self, one, other):
        both = torch.cat([other, one], 0)
        return self.norm(one * other + self.attention(one * other, both, both)[0])


def best_four(x):
    return x.sort(dim=1, descending=True)[0][:, :4].mean(1)


class Cmbs(nn.Module):
    def __init__(self, choice):
        super().__init__()
        self.video_cas, self.audio_cas = nn.Linear(D, CLASSES), nn.Linear(D, CLASSES)
        self.is_event, self.event = nn.Linear(D, 1), nn.Linear(D, CLASSES)
        self.inter = nn.ModuleList(Inter() for _ in range(2)) if choice != "none" else None
        self.choice = choice

    def forward(self, visual, audio):
        v, a = visual.transpose(0, 1), audio.transpose(0, 1)
        own = (best_four(self.video_cas(v).transpose(0, 1)) + best_four(self.audio_cas(a).transpose(0, 1))) / 2
        if self.choice == "sequential":
            v = self.inter[0](v, a)
            a = self.inter[1](a, v)
        elif self.choice == "parallel":
            v, a = self.inter[0](v, a), self.inter[1](a, v)
        fused = (v + a) / 2
        best = fused.transpose(0, 1).max(1)[0]
        return {
            "is_event": self.is_event(fused).transpose(0, 1).squeeze(-1),
            "event": self.event(best) + 0.3 * own,
            "av_score": own,
        }


class Head(nn.Module):
    def __init__(self, choice):
        super().__init__()
        self.cmbs = Cmbs(choice)

    def forward(self, visual, audio):
        return self.cmbs(visual, audio)


def cmbs():
    t = {}
    # Seven seconds: more than the four that count.
    inputs = [randn(f"cmbs.{name}", 2, 7, D) for name in ("visual", "audio")]
    for choice in ("none", "sequential", "parallel"):
        case(t, choice, Head(choice), inputs, lambda m, *x: m(*x))
        for side in ("visual", "audio"):  # what the distillers hold, which take no part
            t[f"{choice}.w.{side}.lcds.0.meta"] = torch.zeros(1, D)
    unpack(t)
    save("cmbs", t)


if __name__ == "__main__":
    cmbs()
