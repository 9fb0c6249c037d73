"""The full-size backbones in PyTorch, timed pass by pass on request, so that the two sides alternate.

    python3 -m venv peer && peer/bin/pip install torch==2.6.0 timm==1.0.31 laion-clap==1.1.7
    mettle bench backbones --device cpu --peer 'peer/bin/python tests/peers/backbones.py'

It speaks lines: first what it is, {"peer": ...}; then to `load NAME BATCH THREADS` {"ready": true} and to each `run` {"ms": ..., "cpu_ms": ...},
or {"error": ...}. It ends with its input. Weights are random: speed does not depend on them.
"""
import importlib
import importlib.util
import json
import sys
import time
import types
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import timm  # noqa: E402
import torch  # noqa: E402


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


def htsat_features(model, x):
    """From the spectrogram to the last norm, without the classifier: what the other side computes."""
    x = model.bn0(x.transpose(1, 3)).transpose(1, 3)
    x = model.pos_drop(model.patch_embed(model.reshape_wav2img(x)))
    for layer in model.layers:
        x, _ = layer(x)
    return model.norm(x)


def build(name, batch):
    """A model's pass as a function of nothing."""
    if name.startswith("htsat"):
        model, x = htsat().eval(), torch.randn(batch, 1, 101, 64)
        return lambda: htsat_features(model, x)
    # Upstream's own name for the picture size; without a classifier.
    model = timm.create_model(name, num_classes=0).eval()
    x = torch.randn(batch, *model.default_cfg["input_size"])
    return lambda: model.forward_features(x)


def main():
    say = lambda answer: print(json.dumps(answer), flush=True)  # noqa: E731
    say({"peer": f"PyTorch {torch.__version__}, timm {timm.__version__}, laion-clap {importlib.metadata.version('laion-clap')}"})
    step = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "load":
                torch.set_num_threads(int(words[3]))
                step = build(words[1], int(words[2]))
                with torch.inference_mode():
                    step()
                say({"ready": True})
            else:
                wall, cpu = time.perf_counter(), time.process_time()
                with torch.inference_mode():
                    step()
                say({"ms": (time.perf_counter() - wall) * 1e3, "cpu_ms": (time.process_time() - cpu) * 1e3})
        except Exception as error:  # noqa: BLE001: whatever it is, the other side should print it
            say({"error": repr(error)})


if __name__ == "__main__":
    import importlib.metadata
    main()
