"""The full-size backbones in another engine, timed pass by pass on request, so that all sides alternate.

    python3 -m venv peer && peer/bin/pip install torch==2.6.0 timm==1.0.31 laion-clap==1.1.7 onnx openvino==2026.4.1 onnxruntime==1.32.0
    mettle bench backbones --device cpu --peer 'peer/bin/python tests/peers/backbones.py torch' \
        --peer 'peer/bin/python tests/peers/backbones.py openvino' --peer 'peer/bin/python tests/peers/backbones.py onnxruntime'

Engines: torch, torch-bf16, openvino, openvino-bf16, onnxruntime; on an NVIDIA card cuda, cuda-f16, and the same compiled: compile,
compile-f16 (PyTorch's own precision for f32 there: products in f32, convolutions in TF32). All but PyTorch's run an ONNX file that `export.py` writes in a process of
its own (`export BATCH NAME...` does nothing else); it is kept in the folder for temporary files. It speaks lines: first what it is, {"peer": ...}; then to `load NAME BATCH THREADS`
{"ready": true} and to each `run` {"ms": ..., "cpu_ms": ..., "mib": the most memory held so far}, or {"error": ...}. It ends with its input.
"""
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).parent


def torch_pass(name, batch, threads, bf16=False):
    """A pass as a function of nothing."""
    import torch
    from export import build

    torch.set_num_threads(threads)
    model, x = build(name, batch)
    if bf16:
        model, x = model.bfloat16(), x.bfloat16()

    def step():
        with torch.inference_mode():
            model(x)

    return step


def cuda_pass(name, batch, f16=False, compile=False):
    """A pass on the card, with what goes in lying there."""
    import torch
    from export import build

    model, x = build(name, batch)
    model, x = model.cuda(), x.cuda()
    if f16:
        model, x = model.half(), x.half()
    if compile:
        model = torch.compile(model)

    def step():
        with torch.inference_mode():
            model(x)
        torch.cuda.synchronize()

    step()
    return step


def exported(name, batch):
    """The ONNX file of a model, written if need be. PyTorch's memory goes with its process."""
    folder = Path(tempfile.gettempdir()) / "mettle-peers"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-{batch}.onnx"
    if not file.exists():
        part = folder / f"{name}-{batch}-{os.getpid()}.onnx"
        subprocess.run([sys.executable, HERE / "export.py", name, str(batch), part], check=True, stdout=sys.stderr)
        part.rename(file)
    return file


def compiled(name, batch, threads, bf16=False):
    """A model in OpenVINO."""
    import openvino

    # Where a processor has bf16, that is what it computes in unless told.
    options = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32"}
    return openvino.Core().compile_model(exported(name, batch), "CPU", options)


def openvino_pass(name, batch, threads, bf16=False):
    import numpy

    model = compiled(name, batch, threads, bf16)
    request = model.create_infer_request()
    x = numpy.random.randn(*model.input(0).shape).astype(numpy.float32)
    return lambda: request.infer([x])


def onnxruntime_pass(name, batch, threads):
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(exported(name, batch), options, providers=["CPUExecutionProvider"])
    x = numpy.random.randn(*session.get_inputs()[0].shape).astype(numpy.float32)
    return lambda: session.run(None, {"x": x})


ENGINES = {
    "torch": ("PyTorch {torch}, timm {timm}, laion-clap {laion-clap}", torch_pass),
    "torch-bf16": ("PyTorch {torch} bf16, timm {timm}, laion-clap {laion-clap}", lambda *of: torch_pass(*of, bf16=True)),
    "openvino": ("OpenVINO {openvino}", openvino_pass),
    "openvino-bf16": ("OpenVINO {openvino} bf16", lambda *of: openvino_pass(*of, bf16=True)),
    "cuda": ("PyTorch {torch} on the card, timm {timm}", lambda name, batch, _: cuda_pass(name, batch)),
    "cuda-f16": ("PyTorch {torch} on the card, f16, timm {timm}", lambda name, batch, _: cuda_pass(name, batch, f16=True)),
    "compile": ("torch.compile {torch}, timm {timm}", lambda name, batch, _: cuda_pass(name, batch, compile=True)),
    "compile-f16": ("torch.compile {torch}, f16, timm {timm}", lambda name, batch, _: cuda_pass(name, batch, f16=True, compile=True)),
    "onnxruntime": ("ONNX Runtime {onnxruntime}", onnxruntime_pass),
}


class Versions(dict):
    def __missing__(self, package):
        return importlib.metadata.version(package)


def peak_mib():
    """The most memory this process held, where the system says."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), None)


def main():
    if sys.argv[1:2] == ["export"]:
        for name in sys.argv[3:]:
            exported(name, int(sys.argv[2]))
        return
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    say = lambda answer: print(json.dumps(answer), file=answers, flush=True)  # noqa: E731
    title, passes = ENGINES[sys.argv[1] if sys.argv[1:] else "torch"]
    say({"peer": title.format_map(Versions())})
    step = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "load":
                step = passes(words[1], int(words[2]), int(words[3]))
                step()
                say({"ready": True})
            else:
                wall, cpu = time.perf_counter(), time.process_time()
                step()
                say({"ms": (time.perf_counter() - wall) * 1e3, "cpu_ms": (time.process_time() - cpu) * 1e3, "mib": peak_mib()})
        except Exception as error:  # noqa: BLE001: whatever it is, the other side should print it
            say({"error": repr(error)})


if __name__ == "__main__":
    main()
