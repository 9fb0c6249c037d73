"""Golden values for the heads: plain PyTorch twins of MGN, HAN, TPAVI and AVSBench's decoder, with gradients.

The twins are written from the descriptions of the networks, in the textbook form: N x N attention for TPAVI, in-place
ReLUs in the decoder, torch.nn.MultiheadAttention in HAN. Values are computed in f64 on f32 weights and inputs and rounded
once to f32. Weights and inputs come from numpy's frozen legacy stream, seeded by crc32 of the tensor's name.

Run with PyTorch 1.13 or later: python tests/golden/heads/make/gen_heads.py
"""
import copy
import json
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_num_threads(1)
OUT = Path(__file__).parent.parent


def randn(name, *shape):
    rng = np.random.RandomState(zlib.crc32(name.encode()))
    return torch.from_numpy(np.asarray(rng.standard_normal(shape)).astype(np.float32))


def fill(prefix, module):
    """Every parameter and running statistic gets a value that is not near zero."""
    for name, t in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        r = randn(f"{prefix}.{name}", *t.shape)
        if name.endswith("running_var"):
            v = torch.exp(0.3 * r)
        elif t.ndim == 1 and name.endswith("weight"):
            v = 1 + 0.2 * r
        elif t.ndim == 1:
            v = 0.2 * r
        else:
            v = r / (t[0].numel() ** 0.5)
        t.copy_(v)
    return module


def case(tensors, prefix, module, inputs, call=None):
    """in.N, w.NAME, out.NAME, cot.NAME, grad.in.N, grad.NAME: gradients of the sum over outputs of <cotangent, output>."""
    call = call or (lambda m, *x: {"0": m(*x)})
    with torch.no_grad():
        fill(prefix, module)
    m = copy.deepcopy(module).double()
    x = [i.detach().clone().double().requires_grad_() for i in inputs]
    # A copy, so that in-place work cannot touch the leaf.
    out = call(m, *[v * 1 for v in x])
    cot = {k: randn(f"{prefix}.cot.{k}", *o.shape) for k, o in out.items()}
    sum((cot[k].double() * o).sum() for k, o in out.items()).backward()
    tensors.update({f"{prefix}.in.{i}": v for i, v in enumerate(inputs)})
    tensors.update({f"{prefix}.w.{n}": v.clone() for n, v in module.state_dict().items()
                    if not n.endswith("num_batches_tracked")})
    tensors.update({f"{prefix}.out.{k}": o.detach().float() for k, o in out.items()})
    tensors.update({f"{prefix}.cot.{k}": c for k, c in cot.items()})
    tensors.update({f"{prefix}.grad.in.{i}": v.grad.float() for i, v in enumerate(x) if v.grad is not None})
    tensors.update({f"{prefix}.grad.{n}": p.grad.float() for n, p in m.named_parameters() if p.grad is not None})


def save(name, tensors):
    tensors = {k: v.detach().contiguous().clone() for k, v in tensors.items()}
    assert all(torch.isfinite(v).all() for v in tensors.values())
    config = json.dumps({"torch": torch.__version__.split("+")[0]}, sort_keys=True)
    # 1 x 1 x 1 convolutions are linear layers.
    tensors = {k: v.flatten(1) if v.ndim == 5 and v.shape[2:] == (1, 1, 1) else v for k, v in tensors.items()}
    save_file(tensors, OUT / f"{name}.safetensors", metadata={"config": config})
    (OUT / f"{name}.safetensors").chmod(0o644)
    print(name, (OUT / f"{name}.safetensors").stat().st_size, "bytes,", len(tensors), "tensors")


# MGN ------------------------------------------------------------------------------------------------------------------------


class Mlp(nn.Module):
    def __init__(self, d, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(d, hidden), nn.Linear(hidden, d)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


def heads_of(x, heads):
    b, n, d = x.shape
    return x.reshape(b, n, heads, d // heads).transpose(1, 2)


def attend(q, k, v, heads):
    b, n, d = q.shape
    q, k, v = (heads_of(x, heads) for x in (q, k, v))
    a = (q @ k.transpose(-2, -1) * (d // heads) ** -0.5).softmax(-1)
    return (a @ v).transpose(1, 2).reshape(b, n, d)


class Cross(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.proj = (nn.Linear(d, d) for _ in range(4))


class CrossBlock(nn.Module):
    """Normed at its end only."""

    def __init__(self, d, heads):
        super().__init__()
        self.attn, self.heads = Cross(d), heads
        self.norm2, self.norm_post, self.mlp = nn.LayerNorm(d), nn.LayerNorm(d), Mlp(d, 4 * d)

    def forward(self, q, kv):
        a = self.attn
        x = q + a.proj(attend(a.q_proj(q), a.k_proj(kv), a.v_proj(kv), self.heads))
        return self.norm_post(x + self.mlp(self.norm2(x)))


class GroupingBlock(nn.Module):
    def __init__(self, d, groups, heads, hard=False):
        super().__init__()
        self.norm_tokens, self.norm_post_tokens, self.norm_x, self.norm_new_x = (nn.LayerNorm(d) for _ in range(4))
        self.mlp_inter, self.mlp_channels = Mlp(groups, d // 2), Mlp(d, 4 * d)
        self.pre_assign_attn, self.assign, self.hard = CrossBlock(d, heads), Cross(d), hard

    def forward(self, x, groups):
        groups, x = self.norm_tokens(groups), self.norm_x(x)
        groups = self.norm_post_tokens(self.mlp_inter(groups.transpose(1, 2)).transpose(1, 2))
        groups = self.pre_assign_attn(groups, x)
        a = self.assign
        raw = a.q_proj(groups) @ a.k_proj(x).transpose(1, 2) * x.shape[-1] ** -0.5
        soft = raw.softmax(-2)
        given = soft
        if self.hard:  # of evaluation: no noise; straight through
            index = soft.argmax(-2, keepdim=True)
            given = torch.zeros_like(soft).scatter_(-2, index, 1.0) - soft.detach() + soft
        given = given / (given.sum(-1, keepdim=True) + 1.0)
        new = a.proj(given @ a.v_proj(x)) + groups
        return new + self.mlp_channels(self.norm_new_x(new)), soft


class SelfAttention(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.norm1, self.norm2, self.attn, self.mlp = nn.LayerNorm(d), nn.LayerNorm(d), SelfAttention(d), Mlp(d, 4 * d)
        self.heads = heads

    def forward(self, x):
        x = x + self.attn.proj(attend(*self.attn.qkv(self.norm1(x)).chunk(3, -1), self.heads))
        return x + self.mlp(self.norm2(x))


class Grouping(nn.Module):
    def __init__(self, d, heads, depth, classes, seconds=None, hard=True):
        super().__init__()
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(depth))
        self.han_encoder = GroupingBlock(d, seconds, heads, hard) if seconds else None
        self.grouping = GroupingBlock(d, classes, heads)

    def forward(self, x, tokens, other=None):
        n = x.shape[1]
        both = torch.cat([x, tokens], 1)
        for block in self.blocks:
            both = block(both)
        x = both[:, :n]
        if self.han_encoder is not None:
            x, _ = self.han_encoder(x, other)
        return self.grouping(x, both[:, n:])


class Mgn(nn.Module):
    def __init__(self, d, heads, depth, joint, classes, seconds, hard):
        super().__init__()
        self.audio_token = nn.Parameter(torch.zeros(classes, d))
        self.visual_token = nn.Parameter(torch.zeros(classes, d))
        self.visual_cug = Grouping(d, heads, depth, classes)
        self.audio_cug = Grouping(d, heads, depth, classes, seconds, hard)
        self.av_mcg = Grouping(d, heads, joint, classes)
        self.fc_prob, self.fc_prob_a, self.fc_prob_v = (nn.Linear(d, 1) for _ in range(3))
        self.fc_cls = nn.Linear(d, classes)

    def forward(self, audio, visual):
        b = audio.shape[0]
        v, v_share = self.visual_cug(visual, self.visual_token.expand(b, -1, -1))
        a, a_share = self.audio_cug(audio, self.audio_token.expand(b, -1, -1), visual)
        x, _ = self.av_mcg(a, v)
        a_prob, v_prob = torch.sigmoid(self.fc_prob_a(a)), torch.sigmoid(self.fc_prob_v(v))
        return {
            "audible": (a_prob * (1 + a_share.softmax(-1))).transpose(1, 2),
            "visible": (v_prob * (1 + v_share.softmax(-1))).transpose(1, 2),
            "clip": torch.sigmoid(self.fc_prob(x)).squeeze(-1),
            "audible_clip": a_prob.squeeze(-1),
            "visible_clip": v_prob.squeeze(-1),
            "audio_tokens": self.fc_cls(self.audio_token),
            "visual_tokens": self.fc_cls(self.visual_token),
        }


class MgnHead(nn.Module):
    """With the layers in front, motion features joined in."""

    def __init__(self, d_in, d, motion, **rest):
        super().__init__()
        self.fc_a, self.fc_v = nn.Linear(d_in, d), nn.Linear(d_in, d)
        self.fc_st, self.fc_fusion = nn.Linear(motion, d), nn.Linear(2 * d, d)
        self.mgn = Mgn(d, **rest)

    def forward(self, audio, visual, motion):
        visual = self.fc_fusion(torch.cat([self.fc_v(visual), self.fc_st(motion)], -1))
        return self.mgn(self.fc_a(audio), visual)


def mgn():
    t = {}
    named = lambda m, *x: dict(zip(("groups", "share"), m(*x)))
    x, groups = randn("grouping.x", 2, 7, 16), randn("grouping.groups", 2, 5, 16)
    case(t, "soft", GroupingBlock(16, 5, 4), [x, groups], named)
    case(t, "hard", GroupingBlock(16, 5, 4, hard=True), [x, groups], named)
    inputs = [randn("mgn.audio", 2, 6, 12), randn("mgn.visual", 2, 6, 12), randn("mgn.motion", 2, 6, 9)]
    shape = dict(heads=4, depth=1, joint=2, classes=5, seconds=6)
    for name, hard in (("mgn", True), ("mgn_soft", False)):
        case(t, name, MgnHead(12, 16, 9, **shape, hard=hard), inputs, lambda m, *x: m(*x))
        for side in ("visual", "audio"):  # what the distillers add to the mean of their tokens: nothing
            t[f"{name}.w.{side}.lcds.0.meta"] = torch.zeros(1, 12)
    # Upstream draws noise where it learns with hard assignments, so only the soft gradients are of use.
    t = {k: v for k, v in t.items() if not k.startswith("mgn.grad.")}
    save("mgn", t)


def ties():
    """Every group wants every segment alike: torch.argmax gives each segment to the first."""
    t = {}

    def tied(m, *x):
        with torch.no_grad():
            m.assign.q_proj.weight.zero_(), m.assign.q_proj.bias.zero_()
        return dict(zip(("groups", "share"), m(*x)))

    x, groups = randn("grouping.x", 2, 7, 16), randn("grouping.groups", 2, 5, 16)
    case(t, "hard", GroupingBlock(16, 5, 4, hard=True), [x, groups], tied)
    for name in ("weight", "bias"):
        t[f"hard.w.assign.q_proj.{name}"] = torch.zeros_like(t[f"hard.w.assign.q_proj.{name}"])
    save("ties", {k: v for k, v in t.items() if ".grad." not in k})


# HAN ------------------------------------------------------------------------------------------------------------------------


class HanLayer(nn.Module):
    def __init__(self, d, heads, hidden):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.cm_attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d, hidden), nn.Linear(hidden, d)
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)

    def forward(self, q, other):
        x = self.norm1(q + self.cm_attn(q, other, other)[0] + self.self_attn(q, q, q)[0])
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))


class Han(nn.Module):
    def __init__(self, d, heads, hidden, classes):
        super().__init__()
        self.hat_encoder = HanLayer(d, heads, hidden)
        self.fc_prob, self.fc_frame_att, self.fc_av_att = (nn.Linear(d, classes) for _ in range(3))

    def forward(self, audio, visual):
        a, v = self.hat_encoder(audio, visual), self.hat_encoder(visual, audio)
        x = torch.stack([a, v], 2)
        frame = torch.sigmoid(self.fc_prob(x))
        temporal = frame * self.fc_frame_att(x).softmax(1)
        return {
            "audible": frame[:, :, 0],
            "visible": frame[:, :, 1],
            "clip": (temporal * self.fc_av_att(x).softmax(2)).sum(2).sum(1),
            "audible_clip": temporal[:, :, 0].sum(1),
            "visible_clip": temporal[:, :, 1].sum(1),
        }


def unpack(tensors):
    """torch packs query, key and value into one matrix; here each is by itself."""
    for key in [k for k in tensors if "in_proj_" in k]:
        stem, kind = key.split("in_proj_")
        for part, value in zip(("query", "key", "value"), tensors.pop(key).chunk(3)):
            tensors[f"{stem}{part}.{kind}"] = value
    for key in [k for k in tensors if ".out_proj." in k]:
        tensors[key.replace("out_proj", "output")] = tensors.pop(key)


def han():
    t = {}
    x = [randn("han.audio", 2, 6, 16), randn("han.visual", 2, 6, 16)]
    case(t, "layer", HanLayer(16, 2, 24), x)
    case(t, "han", Han(16, 1, 20, 5), x, lambda m, *v: m(*v))
    unpack(t)
    save("han", t)


# AVSBench -------------------------------------------------------------------------------------------------------------------


class Tpavi(nn.Module):
    """All seconds and places against all: N x N, divided by N."""

    def __init__(self, c, audio):
        super().__init__()
        self.align_channel, self.norm_layer = nn.Linear(audio, c), nn.LayerNorm(c)
        self.theta, self.phi, self.g = (nn.Conv3d(c, c // 2, 1) for _ in range(3))
        self.w_z, self.w_z_norm = nn.Conv3d(c // 2, c, 1), nn.BatchNorm3d(c)

    def forward(self, x, audio):
        b, c, t, h, w = x.shape
        aligned = self.align_channel(audio)
        sound = aligned.transpose(1, 2)[..., None, None].repeat(1, 1, 1, h, w)
        flat = lambda v: v.flatten(2).transpose(1, 2)
        f = flat(self.theta(x)) @ flat(self.phi(sound)).transpose(1, 2)
        y = (f / f.shape[-1]) @ flat(self.g(x))
        y = y.transpose(1, 2).reshape(b, c // 2, t, h, w)
        z = self.w_z_norm(self.w_z(y)) + x
        return {"maps": self.norm_layer(z.movedim(1, -1)).movedim(-1, 1), "aligned": aligned}


class Unit(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(c, c, 3, padding=1), nn.Conv2d(c, c, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.relu(x)  # x itself is changed, and added at the end
        return self.conv2(self.relu(self.conv1(out))) + x


class Fusion(nn.Module):
    def __init__(self, c, joins):
        super().__init__()
        self.unit1, self.unit2 = Unit(c) if joins else None, Unit(c)

    def forward(self, *xs):
        out = xs[0]
        if len(xs) == 2:
            out = out + self.unit1(xs[1])
        return F.interpolate(self.unit2(out), scale_factor=2, mode="bilinear", align_corners=True)


class Fpn(nn.Module):
    def __init__(self, c, stages):
        super().__init__()
        self.paths = nn.ModuleList(Fusion(c, i + 1 < stages) for i in range(stages))
        self.output1 = nn.Conv2d(c, c // 2, 3, padding=1)
        self.output2, self.output3 = nn.Conv2d(c // 2, c // 8, 3, padding=1), nn.Conv2d(c // 8, 1, 1)

    def forward(self, *maps):
        path = self.paths[-1](maps[-1])
        for block, m in reversed(list(zip(self.paths[:-1], maps[:-1]))):
            path = block(path, m)
        x = F.interpolate(self.output1(path), scale_factor=2, mode="bilinear", align_corners=False)
        return self.output3(F.relu(self.output2(x))).squeeze(1)


class Fn(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, *x):
        return self.f(*x)


def avs():
    t = {}
    clip, sound = randn("tpavi.maps", 2, 8, 3, 4, 5), randn("tpavi.audio", 2, 3, 6)
    case(t, "tpavi_eval", Tpavi(8, 6).eval(), [clip, sound], lambda m, *x: m(*x))
    case(t, "tpavi_train", Tpavi(8, 6).train(), [clip, sound], lambda m, *x: m(*x))
    small, large = randn("fusion.path", 2, 6, 5, 3), randn("fusion.map", 2, 6, 5, 3)
    case(t, "fusion", Fusion(6, True), [small, large])
    case(t, "fusion_lowest", Fusion(6, False), [small])
    maps = [randn(f"fpn.{s}", 2, 16, s, s) for s in (8, 4, 2)]
    case(t, "fpn", Fpn(16, 3), maps)
    tokens, meta = randn("inject.tokens", 2, 9, 6), randn("inject.meta", 2, 3, 6)
    case(t, "inject", Fn(lambda v, m: v + (v @ m.transpose(1, 2)).softmax(-1) @ m), [tokens, meta])
    image = randn("resize", 1, 2, 6, 5)
    for name, mode, corners, size in (
        ("bilinear_corners", "bilinear", True, (12, 10)),
        ("bilinear_edges", "bilinear", False, (12, 10)),
        ("bicubic_edges_up", "bicubic", False, (7, 9)),
        ("bicubic_edges_down", "bicubic", False, (3, 4)),
    ):
        resize = Fn(lambda v: F.interpolate(v, size, mode=mode, align_corners=corners))
        case(t, name, resize, [image])
    save("avs", t)


def mask_losses():
    """AVSBench's losses, from logits of 16 x 16 and maps of 8 and 4."""
    t = {}
    logits, sounds = 2 * randn("loss.logits", 6, 16, 16), [randn(f"loss.sound.{i}", 6, 8) for i in range(2)]
    maps = [randn("loss.map.0", 6, 8, 8, 8).relu(), randn("loss.map.1", 6, 8, 4, 4).relu()]
    masks = (randn("loss.masks", 6, 16, 16) > 0).float()

    def bce(x, y):
        return F.binary_cross_entropy(torch.sigmoid(x), y.double())

    def matching(x, *rest):
        total = 0
        for v, a in zip(rest[:2], rest[2:]):
            mask = torch.sigmoid(F.adaptive_avg_pool2d(x[:, None], v.shape[-2:]))
            seen = (v * mask).mean(-1).mean(-1)
            total = total + F.kl_div(seen.softmax(-1).log(), a.softmax(-1), reduction="sum")
        return total / 2

    parts = [logits, *maps, *sounds]
    case(t, "s4", Fn(lambda x: bce(x[::3], masks[::3])), [logits])
    case(t, "ms3", Fn(lambda x: bce(x, masks)), [logits])
    case(t, "matching", Fn(matching), parts)
    t["masks"] = masks
    clip = (randn("loss.clip", 3, 5) > 0).float()
    probs = [torch.sigmoid(randn(f"loss.{n}", 3, 5)) for n in ("clip_p", "audible_p", "visible_p")]
    # The clamp is met at both ends. (1 where the class is not there would measure the distance of 1 - 1e-7 from 1 in f32.)
    probs[0][0, 0] = 0.0
    probs[0][tuple(clip.nonzero()[-1])] = 1.0
    tokens = [randn(f"loss.{n}", 5, 5) for n in ("audio_tokens", "visual_tokens")]

    def avvp(both, heard, seen, audio, visual):
        y = clip.double()
        p = [v.clamp(1e-7, 1 - 1e-7) for v in (both, heard, seen)]
        own = torch.arange(5)
        return (F.binary_cross_entropy(p[0], y) + F.binary_cross_entropy(p[1], y)
                + F.binary_cross_entropy(p[2], 0.9 * y + 0.05)
                + F.cross_entropy(audio, own) + F.cross_entropy(visual, own))

    case(t, "avvp", Fn(avvp), [*probs, *tokens])
    t["clip"] = clip
    save("losses", t)


if __name__ == "__main__":
    mgn()
    ties()
    han()
    avs()
    mask_losses()
