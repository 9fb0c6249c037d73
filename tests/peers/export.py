"""The full-size backbones in PyTorch, with random weights: speed does not depend on them. As a program it writes one as ONNX:

    python3 tests/peers/export.py NAME BATCH FILE.onnx

Needs `pip install torch==2.6.0 timm==1.0.31 laion-clap==1.1.7`, and to write `onnx`.
"""
import importlib
import importlib.util
import sys
import types
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import timm  # noqa: E402
import torch  # noqa: E402

OPSET = 17


def htsat():
    """laion_clap's HTS-AT without laion_clap's own __init__, which needs its text models."""
    root = Path(importlib.util.find_spec("laion_clap").origin).parent / "clap_module"
    package = types.ModuleType("clap_htsat")
    package.__path__ = [str(root)]
    sys.modules["clap_htsat"] = package
    audio = types.SimpleNamespace(sample_rate=32000, mel_bins=64, hop_size=320, fmin=50, fmax=14000, window_size=1024)
    return importlib.import_module("clap_htsat.htsat").HTSAT_Swin_Transformer(
        config=audio, spec_size=256, patch_size=4, patch_stride=(4, 4), in_chans=1, num_classes=527, embed_dim=96,
        depths=[2, 2, 6, 2], num_heads=[4, 8, 16, 32], window_size=8)


class Features(torch.nn.Module):
    """What the other side computes: a picture to the last features, without a classifier."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model.forward_features(x)


class Hears(Features):
    """From the spectrogram to the last norm."""

    def forward(self, x):
        model = self.model
        x = model.bn0(x.transpose(1, 3)).transpose(1, 3)
        x = model.pos_drop(model.patch_embed(model.reshape_wav2img(x)))
        for layer in model.layers:
            x, _ = layer(x)
        return model.norm(x)


def build(name, batch):
    """A model, and a batch for it."""
    if name.startswith("htsat"):
        return Hears(htsat()).eval(), torch.randn(batch, 1, 101, 64)
    # Upstream's own name for the picture size; without a classifier.
    model = timm.create_model(name, num_classes=0).eval()
    return Features(model).eval(), torch.randn(batch, *model.default_cfg["input_size"])


def stretched(x, size, mode, align_corners):
    """A bicubic resize along one axis as the matrix that it is: not every engine has the operation."""
    (old, same), (new, wide) = x.shape[2:], size
    assert mode == "bicubic" and same == wide
    one = torch.nn.functional.interpolate_in_full(torch.eye(old)[None, :, :, None], (new, 1), mode=mode, align_corners=align_corners)
    return one[0, :, :, 0].T @ x


def main():
    name, batch, file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    model, x = build(name, batch)
    functional = torch.nn.functional
    functional.interpolate_in_full, functional.interpolate = functional.interpolate, stretched
    with torch.inference_mode():
        torch.onnx.export(model, (x,), file, opset_version=OPSET, input_names=["x"], output_names=["features"], dynamo=False)


if __name__ == "__main__":
    main()
