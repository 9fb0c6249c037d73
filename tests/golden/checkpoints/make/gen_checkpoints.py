"""One small ViT in the files that people have: every one is written by PyTorch (or NumPy) itself.

Command: python tests/golden/checkpoints/make/gen_checkpoints.py    (torch 2.6.0, numpy; no GPU)
`vit.json` is its configuration, `plain.pth` its state dictionary; every other file must give the same features, or say what it is.
"""
import io
import json
import pickle
from pathlib import Path

import numpy as np
import torch

OUT = Path(__file__).parent.parent
CONFIG = dict(img_size=8, patch_size=4, in_chans=3, num_classes=0, embed_dim=8, depth=1, num_heads=2, mlp_ratio=1.0,
              qkv_bias=True, class_token=True)
SHAPES = {
    "cls_token": (1, 1, 8), "pos_embed": (1, 5, 8), "patch_embed.proj.weight": (8, 3, 4, 4), "patch_embed.proj.bias": (8,),
    "blocks.0.norm1.weight": (8,), "blocks.0.norm1.bias": (8,), "blocks.0.attn.qkv.weight": (24, 8),
    "blocks.0.attn.qkv.bias": (24,), "blocks.0.attn.proj.weight": (8, 8), "blocks.0.attn.proj.bias": (8,),
    "blocks.0.norm2.weight": (8,), "blocks.0.norm2.bias": (8,), "blocks.0.mlp.fc1.weight": (8, 8),
    "blocks.0.mlp.fc1.bias": (8,), "blocks.0.mlp.fc2.weight": (8, 8), "blocks.0.mlp.fc2.bias": (8,),
    "norm.weight": (8,), "norm.bias": (8,),
}
# NumPy's legacy stream is frozen: the same numbers with every version.
RNG = np.random.RandomState(8)
STATE = {name: torch.from_numpy(RNG.standard_normal(shape).astype(np.float32)) for name, shape in SHAPES.items()}


def save(name, content, **more):
    torch.save(content, OUT / name, **more)
    print(name, (OUT / name).stat().st_size, "bytes")


def stems():
    """A stem of 21 letters: the archive's first directory entry is then as long as its zip64 records. And its neighbours."""
    for name in ("swinv2_large_finetun", "swinv2_large_finetune", "swinv2_large_finetuned"):
        save(f"{name}.pth", STATE)


def places():
    """Under the keys that training programs put the state dictionary, beside what they put there too."""
    for key in ("model_state_dict", "net", "module", "ema", "state_dict_ema", "model_ema"):
        save(f"under_{key}.pth", {"epoch": 3, key: STATE, "args": {"lr": 0.1}})
    optimiser = torch.optim.Adam([torch.nn.Parameter(STATE["norm.bias"].clone())])
    optimiser.param_groups[0]["params"][0].grad = torch.ones(8)
    optimiser.step()
    save("nested_twice.pth", {"checkpoint": {"state_dict": STATE, "step": 1}, "optimizer": optimiser.state_dict()})


def wrapped():
    """DataParallel of a compiled model, as PyTorch names it."""
    class Tree(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, value in STATE.items():
                *path, last = name.split(".")
                at = self
                for part in path:
                    if part not in at._modules:
                        at.add_module(part, torch.nn.Module())
                    at = at._modules[part]
                at.register_parameter(last, torch.nn.Parameter(value))

    state = torch.nn.DataParallel(torch.compile(Tree())).state_dict()
    assert all(key.startswith("module._orig_mod.") for key in state), list(state)
    save("wrapped.pth", state)


def attributes():
    """Tensors and parameters with a Python attribute, which PyTorch saves by other functions."""
    state = {name: value.clone() for name, value in STATE.items()}
    for name, value in state.items():
        if name.endswith("bias"):
            state[name] = torch.nn.Parameter(value)
        state[name].note = "no weight decay"
    save("attributes.pth", state)


def unneeded():
    """Element types that are not read, in tensors that no model here has."""
    others = {"freqs": torch.ones(4, dtype=torch.complex64), "scale": torch.ones(4).to(torch.float8_e4m3fn),
              "counts": torch.ones(4).to(torch.uint16), "table": torch.eye(3).to_sparse()}
    save("unneeded.pth", STATE | others)
    old = STATE | {"freqs": others["freqs"]}
    save("unneeded_old.pth", old, _use_new_zipfile_serialization=False)


def needed():
    """The same and quantised numbers where the model has a place for them."""
    save("needed.pth", STATE | {"norm.weight": torch.ones(8).to(torch.float8_e4m3fn)})
    one = lambda value: torch.quantize_per_tensor(value, 0.05, 0, torch.qint8)
    save("quantised.pth", {name: one(value) for name, value in STATE.items()})


class Python2(pickle._Pickler):
    """Text and bytes as Python 2 wrote them: both as its one type of string."""
    dispatch = pickle._Pickler.dispatch.copy()

    def save_string(self, value):
        value = value.encode() if isinstance(value, str) else value
        head = b"U" + bytes([len(value)]) if len(value) < 256 else b"T" + len(value).to_bytes(4, "little")
        self.write(head + value)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_string


def python2():
    """A checkpoint of Python 2, whose accuracy is a NumPy scalar: its value is a string that is no text."""
    module = type("module", (), {"Pickler": Python2, "dump": lambda o, f, protocol: Python2(f, protocol).dump(o)})
    content = {"best_acc": np.float64(-0.7316), "state_dict": STATE}
    save("python2.pth", content, pickle_module=module, _use_new_zipfile_serialization=False)


def others():
    """What is no checkpoint."""
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), OUT / "script.pt")
    arrays = {name: value.numpy() for name, value in STATE.items()}
    save("arrays.pth", arrays)
    np.savez(OUT / "arrays.npz", **{"norm.weight": arrays["norm.weight"]})
    np.savez_compressed(OUT / "arrays_compressed.npz", **{"norm.weight": arrays["norm.weight"]})
    np.save(OUT / "array.npy", arrays["norm.weight"])


if __name__ == "__main__":
    (OUT / "vit.json").write_text(json.dumps(CONFIG, indent=1) + "\n")
    save("plain.pth", STATE)
    for part in (stems, places, wrapped, attributes, unneeded, needed, python2, others):
        part()
