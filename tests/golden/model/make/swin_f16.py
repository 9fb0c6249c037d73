"""How far timm's own Swin-V2 is from itself when the inputs, matrices and products of its linear layers are rounded to f16, or those
inputs and matrices and all of attention's to bf16, as ours are: largest difference of each block's output over its largest value. The
fixture's attention scales (up to 100, over heads of four numbers) make it ten times worse than Swin-V2-L.

Usage: python3 swin_f16.py [bf16]   (torch, timm 1.0; prints one line, which stands in tests/promises/model/precision.rs or bf16.rs)
"""
import inspect
import json
import sys
from pathlib import Path

import timm.models.swin_transformer_v2 as swin
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file

HERE = Path(__file__).parent.parent
bf16 = "bf16" in sys.argv
half = lambda x: (x.bfloat16() if bf16 else x.half()).float()
linear, normalize, matmul = F.linear, F.normalize, torch.Tensor.__matmul__
rounding = False


def rounded(x, weight, bias=None):
    # The position bias's perceptron and the classifier stay in f32.
    if not rounding or x.shape[-1] in (2, 512):
        return linear(x, weight, bias)
    y = linear(half(x), half(weight))
    y = y if bf16 else half(y)
    return y if bias is None else y + bias


F.linear = rounded
if bf16:
    F.normalize = lambda *args, **named: half(normalize(*args, **named)) if rounding else normalize(*args, **named)
    torch.Tensor.__matmul__ = lambda a, b: matmul(half(a), half(b)) if rounding else matmul(a, b)
with safe_open(HERE / "swinv2_a.io.safetensors", "pt") as io:
    config, x = json.loads(io.metadata()["config"]), io.get_tensor("input")
known = inspect.signature(swin.SwinTransformerV2).parameters
config = {k: tuple(v) if isinstance(v, list) else v for k, v in config.items() if k in known and k != "drop_path_rate"}
config["pretrained_window_sizes"] = config.get("pretrained_window_sizes") or (0, 0, 0, 0)
model = swin.SwinTransformerV2(**config).eval()
model.load_state_dict(load_file(HERE / "swinv2_a.weights.safetensors"), strict=False)
outputs = []
for stage in model.layers:
    for block in stage.blocks:
        block.register_forward_hook(lambda _, i, o: outputs.append(o.clone()))
runs = []
for rounding in (False, True):
    outputs.clear()
    with torch.inference_mode():
        model.forward_features(x)
    runs.append(list(outputs))
print(["%.4f" % ((a - b).abs().max() / b.abs().max()) for b, a in zip(*runs)])
