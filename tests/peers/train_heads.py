"""The heads of train_step.py, a task each: textbook distillation (nn.MultiheadAttention), then what the paper ends in: a CMBS-like head
for events, a grouping network (MGN) for parsing, meta-token injection and an FPN decoder for masks.

Every head takes lists of layers (heard, seen), each [clips * seconds, tokens, width], and has `loss(heard, seen)` against noise.
"""
import torch
from torch import nn
from torch.nn import functional as F

SWIN = [(2304, 192)] * 2 + [(576, 384)] * 2 + [(144, 768)] * 18 + [(36, 1536)] * 2
HTSAT = [(4096, 96)] * 2 + [(1024, 192)] * 2 + [(256, 384)] * 6 + [(64, 768)] * 2


class Lcd(nn.Module):
    """Equations 3.1 to 3.3 as they are written; gives [n, k, out]."""

    def __init__(self, shape, k, out, repeats=1, heads=8):
        super().__init__()
        n, d = shape
        self.repeats = repeats
        self.tokens = nn.Parameter(torch.randn(1, k, d) * 0.02)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.reduce = nn.Linear(n, k)
        self.proj = nn.Linear(d, out)

    def forward(self, v):
        m = self.tokens.expand(v.shape[0], -1, -1)
        for _ in range(self.repeats):
            m = self.attn(m, v, v, need_weights=False)[0] + self.reduce(v.transpose(1, 2)).transpose(1, 2)
        return self.proj(m)


def mean(lcds, layers):
    return torch.stack([m(x).mean(1) for m, x in zip(lcds, layers)]).mean(0)


class Events(nn.Module):
    seconds, classes, width = 10, 28, 256
    heard, seen = range(12), range(24)

    def __init__(self, clips):
        super().__init__()
        width, classes = self.width, self.classes
        self.a = nn.ModuleList(Lcd(HTSAT[i], 1, width) for i in self.heard)
        self.v = nn.ModuleList(Lcd(SWIN[i], 2, width) for i in self.seen)
        self.inter = nn.ModuleList(nn.MultiheadAttention(width, 4, dropout=0.1) for _ in range(2))
        self.norm = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.cas = nn.ModuleList(nn.Linear(width, classes) for _ in range(2))
        self.event, self.cls = nn.Linear(width, 1), nn.Linear(width, classes)
        self.register_buffer("y", (torch.rand(clips, self.seconds) > 0.2).float(), persistent=False)
        self.register_buffer("c", torch.randint(0, classes, (clips,)), persistent=False)

    def loss(self, heard, seen):
        by_time = lambda x: x.view(-1, self.seconds, self.width).transpose(0, 1)  # noqa: E731
        a, v = by_time(mean(self.a, heard)), by_time(mean(self.v, seen))
        score = sum(c(x).topk(4, 0)[0].mean(0) for c, x in zip(self.cas, (a, v))) / 2
        g, mem = a * v, torch.cat([a, v])
        a, v = (n(g + m(g, mem, mem, need_weights=False)[0]) for n, m in zip(self.norm, self.inter))
        f = (a + v) / 2
        happens, cls = self.event(f).squeeze(-1).t(), self.cls(f.max(0)[0]) + 0.3 * score
        return F.binary_cross_entropy_with_logits(happens, self.y) + F.cross_entropy(cls, self.c) + F.cross_entropy(score, self.c)


def mlp(width, hidden):
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))


class Grouping(nn.Module):
    """Group tokens collect the segments that are given to them, softly or (with Gumbel noise, straight through) one group each."""

    def __init__(self, width, groups, hard=False):
        super().__init__()
        self.hard = hard
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(6))
        self.mix = mlp(groups, width // 2)
        self.attn = nn.MultiheadAttention(width, 8, batch_first=True)
        self.mlps = nn.ModuleList(mlp(width, 4 * width) for _ in range(2))
        self.q, self.k, self.v, self.proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, groups):
        n = self.norms
        x, t = n[0](x), n[1](groups)
        t = n[2](self.mix(t.transpose(1, 2)).transpose(1, 2))
        t = t + self.attn(t, x, x, need_weights=False)[0]
        t = n[4](t + self.mlps[0](n[3](t)))
        raw = self.q(t) @ self.k(x).transpose(1, 2) / x.shape[2] ** 0.5
        share = raw.softmax(1)
        given = F.gumbel_softmax(raw, dim=1, hard=True) if self.hard else share
        new = self.proj(given / (given.sum(2, keepdim=True) + 1) @ self.v(x)) + t
        return new + self.mlps[1](n[5](new)), share


class Unimodal(nn.Module):
    def __init__(self, width, classes, depth, cross=None):
        super().__init__()
        block = lambda: nn.TransformerEncoderLayer(width, 8, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)  # noqa: E731
        self.blocks = nn.Sequential(*(block() for _ in range(depth)))
        self.cross, self.grouping = cross, Grouping(width, classes)

    def forward(self, x, tokens, other=None):
        both = self.blocks(torch.cat([x, tokens], 1))
        x, tokens = both[:, : x.shape[1]], both[:, x.shape[1] :]
        return self.grouping(self.cross(x, other)[0] if self.cross else x, tokens)


class Parsing(nn.Module):
    seconds, classes, width = 10, 25, 128
    heard, seen = (1, 3, 9, 11), (1, 3, 21, 23)

    def __init__(self, clips):
        super().__init__()
        width, classes = self.width, self.classes
        self.a = nn.ModuleList(Lcd(HTSAT[i], 1, 768) for i in self.heard)
        self.v = nn.ModuleList(Lcd(SWIN[i], 1, 768) for i in self.seen)
        self.fc = nn.ModuleList(nn.Linear(768, width) for _ in range(2))
        self.tokens = nn.ParameterList(torch.zeros(1, classes, width) for _ in range(2))
        self.visual = Unimodal(width, classes, 3)
        self.audio = Unimodal(width, classes, 3, Grouping(width, self.seconds, hard=True))
        self.both = Unimodal(width, classes, 6)
        self.prob = nn.ModuleList(nn.Linear(width, 1) for _ in range(3))
        self.cls = nn.Linear(width, classes)
        self.register_buffer("y", (torch.rand(clips, classes) > 0.8).float(), persistent=False)
        self.register_buffer("own", torch.arange(classes), persistent=False)

    def loss(self, heard, seen):
        by_clip = lambda x: x.view(-1, self.seconds, 768)  # noqa: E731
        a, v = self.fc[0](by_clip(mean(self.a, heard))), self.fc[1](by_clip(mean(self.v, seen)))
        ta, tv = (t.expand(a.shape[0], -1, -1) for t in self.tokens)
        (seen, at_v), (heard, at_a) = self.visual(v, tv), self.audio(a, ta, v)
        both, _ = self.both(heard, seen)
        clip, p_a, p_v = (p(x).sigmoid().squeeze(-1).clamp(1e-7, 1 - 1e-7) for p, x in zip(self.prob, (both, heard, seen)))
        by_second = [p.unsqueeze(2) * (1 + at.softmax(2)) for p, at in ((p_a, at_a), (p_v, at_v))]
        y = self.y
        loss = F.binary_cross_entropy(clip, y) + F.binary_cross_entropy(p_a, y) + F.binary_cross_entropy(p_v, 0.9 * y + 0.05)
        of_second = sum(F.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), y.unsqueeze(2).expand_as(p)) for p in by_second)
        return loss + of_second + sum(F.cross_entropy(self.cls(t[0]), self.own) for t in self.tokens)


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.one, self.two = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))

    def forward(self, x):
        x = x.relu()
        return self.two(self.one(x).relu()) + x


class Masks(nn.Module):
    seconds, width, side = 5, 256, 224
    heard, seen = (11,), (1, 3, 21, 23)

    def __init__(self, clips):
        super().__init__()
        width, d = self.width, 1024
        self.a, self.v = Lcd(HTSAT[11], 1, d), Lcd(SWIN[23], 1, d, repeats=2)
        widths = [SWIN[i][1] for i in self.seen]
        self.inject = nn.ModuleList(nn.ModuleList(nn.Linear(d, w) for _ in range(2)) for w in widths)
        self.reduce = nn.ModuleList(nn.Linear(w, width) for w in widths)
        self.joins = nn.ModuleList(Residual(width) for _ in range(3))
        self.paths = nn.ModuleList(Residual(width) for _ in range(4))
        self.out1 = nn.Conv2d(width, width // 2, 3, padding=1)
        self.out2 = nn.Sequential(nn.Conv2d(width // 2, width // 8, 3, padding=1), nn.ReLU(), nn.Conv2d(width // 8, 1, 1))
        self.register_buffer("y", (torch.rand(clips * self.seconds, 1, self.side, self.side) > 0.5).float(), persistent=False)

    def maps(self, heard, seen):
        tokens = self.a(heard[0]), self.v(seen[3])
        for stage, (v, own, reduce) in enumerate(zip(seen, self.inject, self.reduce)):
            for layer, m in zip(own, tokens):
                m = layer(m)
                v = v + (v @ m.transpose(1, 2)).softmax(2) @ m
            side, to = int(v.shape[1] ** 0.5), self.side >> (2 + stage)
            x = reduce(v).transpose(1, 2).unflatten(2, (side, side))
            yield F.interpolate(x, (to, to), mode="bicubic", align_corners=False)

    def loss(self, heard, seen):
        maps, path = list(self.maps(heard, seen)), None
        for stage in reversed(range(4)):
            path = maps[stage] if path is None else path + self.joins[stage](maps[stage])
            path = F.interpolate(self.paths[stage](path), scale_factor=2, mode="bilinear", align_corners=True)
        x = F.interpolate(self.out1(path), scale_factor=2, mode="bilinear", align_corners=False)
        return F.binary_cross_entropy_with_logits(self.out2(x), self.y)


HEADS = {"localize": Events, "parse": Parsing, "segment": Masks}
