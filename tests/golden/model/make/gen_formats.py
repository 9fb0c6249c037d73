"""Small checkpoints in the layouts users have, each written by the library that writes the real one.

Command: FIXTURES=tests/golden/model TIMM06=DIR python make/gen_formats.py
DIR holds timm 0.6.12 (`pip install --no-deps --target DIR timm==0.6.12`); also needs transformers 4.x. Run after gen_models.py.
"""
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torchvision.models.resnet import Bottleneck, ResNet

from common import OUT, fill, randn, save

SWIN = dict(img_size=32, patch_size=4, embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5,
            drop_path_rate=0.0)


def config(name):
    """A golden file's configuration, as upstream's constructor takes it."""
    with safe_open(OUT / f"{name}.io.safetensors", "pt") as f:
        c = json.loads(f.metadata()["config"])
    return {k: v for k, v in c.items() if k not in ("implementation", "weights")}


def size(name):
    print(name, (OUT / name).stat().st_size, "bytes")


def swin_old():
    """timm 0.6.12: merging at the end of a stage, `head.weight`; the same state under `model`, as in Microsoft's .pth."""
    sys.path.insert(0, os.environ["TIMM06"])
    sys.modules["timm.models.maxxvit"] = types.ModuleType("timm.models.maxxvit")  # does not import under Python 3.11
    import timm
    from timm.models.swin_transformer_v2 import SwinTransformerV2

    assert timm.__version__ == "0.6.12"
    model = fill(SwinTransformerV2(**SWIN))
    x = randn("input", 2, 3, 32, 32)
    double = SwinTransformerV2(**SWIN).double().eval()
    double.load_state_dict(model.state_dict())
    norm = double.forward_features(x.double())
    state = model.state_dict()
    assert "layers.0.downsample.reduction.weight" in state and "head.weight" in state
    save_file(state, OUT / "swin_timm06.safetensors", metadata={"format": "pt"})
    torch.save({"model": state}, OUT / "swin_microsoft.pth")
    save("swin_old.io", {"input": x, "out.norm": norm.float(), "out.logits": double.forward_head(norm).float()},
         {**SWIN, "implementation": "timm 0.6.12 SwinTransformerV2"})
    size("swin_timm06.safetensors")
    size("swin_microsoft.pth")


class Narrow(ResNet):
    """torchvision's ResNet with a sixteenth of the channels a stage, the weights of resnext.weights."""

    def _make_layer(self, block, planes, *args, **more):
        return super()._make_layer(block, planes // 16, *args, **more)


def resnext():
    """As torchvision's files of 2019 are: PyTorch's format of before 1.6; and as its files are today."""
    model = Narrow(Bottleneck, [2, 1, 2, 1], num_classes=5, groups=4, width_per_group=32)
    model.fc = torch.nn.Linear(128, 5)
    model.load_state_dict(load_file(OUT / "resnext.weights.safetensors"), strict=True)
    torch.save(model.state_dict(), OUT / "resnext_torchvision.pth", _use_new_zipfile_serialization=False)
    size("resnext_torchvision.pth")


def clap():
    """transformers' ClapModel with the weights of htsat_b: safetensors and .bin, text tower and projections beside it."""
    from gen_models import htsat_model
    from transformers import ClapAudioConfig, ClapConfig, ClapModel, ClapTextConfig

    c = config("htsat_b")
    audio = ClapAudioConfig(
        spec_size=c["spec_size"], num_mel_bins=c["mel_bins"], patch_size=4, patch_stride=[4, 4],
        window_size=c["window_size"], depths=c["depths"], num_attention_heads=c["num_heads"],
        num_hidden_layers=len(c["depths"]), patch_embeds_hidden_size=c["embed_dim"], layer_norm_eps=1e-5,
        hidden_size=c["embed_dim"] * 2 ** (len(c["depths"]) - 1), enable_fusion=False, projection_dim=8)
    text = ClapTextConfig(vocab_size=16, hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
                          intermediate_size=8, max_position_embeddings=8, projection_dim=8)
    model = ClapModel(ClapConfig(text_config=text.to_dict(), audio_config=audio.to_dict(), projection_dim=8)).eval()
    state = {}
    for key, value in fill(htsat_model(c)).state_dict().items():
        if key.startswith(("spectrogram", "logmel", "head.", "tscam")) or "attn_mask" in key:
            continue
        for ours, theirs in (("bn0", "batch_norm"), ("attn.relative", "attention.self.relative"), (
                "attn.proj", "attention.output.dense"), ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense")):
            key = key.replace(ours, theirs)
        if ".blocks." in key:
            key = key.replace("norm1", "layernorm_before").replace("norm2", "layernorm_after")
        parts = {key: value}
        if "attn.qkv" in key:
            names = ("query", "key", "value")
            parts = {key.replace("attn.qkv", f"attention.self.{n}"): v for n, v in zip(names, value.chunk(3))}
        state |= {f"audio_encoder.{k}": v for k, v in parts.items()}
    missing, unexpected = model.audio_model.load_state_dict(state, strict=False)
    missing = [k for k in missing if "relative_position_index" not in k]
    unexpected = [k for k in unexpected if "relative_position_index" not in k and "num_batches" not in k]
    assert not missing and not unexpected, (missing, unexpected)
    folder = Path("/tmp") / f"clap-{os.getpid()}"
    model.save_pretrained(folder, safe_serialization=True)
    (folder / "model.safetensors").rename(OUT / "clap.safetensors")
    subprocess.run(["rm", "-r", folder], check=True)
    torch.save(model.state_dict(), OUT / "clap.bin")
    size("clap.safetensors")
    size("clap.bin")


def vit_positions():
    """LAVISH's way of giving a ViT pictures of another size: positions interpolated along the tokens, linearly."""
    from timm.models.vision_transformer import VisionTransformer

    c = config("vit")
    model = VisionTransformer(**c).double().eval()
    model.load_state_dict(load_file(OUT / "vit.weights.safetensors"))
    out = {}
    for h, w in ((50, 64), (16, 40)):
        x = randn(f"input.{h}x{w}", 1, 3, h, w)
        t = model.patch_embed.proj(x.double()).flatten(2).transpose(1, 2)
        t = torch.cat((model.cls_token, t), 1)
        t = t + F.interpolate(model.pos_embed.permute(0, 2, 1), t.shape[1], mode="linear").permute(0, 2, 1)
        out |= {f"input.{h}x{w}": x, f"out.{h}x{w}": model.norm(model.blocks(t)).float()}
    save("vit_positions.io", out, {**c, "implementation": "timm VisionTransformer, positions by torch interpolate"})


if __name__ == "__main__":
    with torch.no_grad():
        if len(sys.argv) > 1:
            globals()[sys.argv[1]]()
        else:
            for part in ("swin_old", "resnext", "clap", "vit_positions"):  # two versions of timm: a process each
                subprocess.run([sys.executable, __file__, part], check=True)
