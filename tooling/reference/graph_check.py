# Requirements: python 3.11, onnx==1.23.2, onnxruntime==1.30.0
"""Checks every kind of graph that @llamella/graph writes with the tools of others: onnx.checker with full shape
inference, and session creation by ONNX Runtime, with its shape inference and type checks.

SimplifiedLayerNormalization is ONNX Runtime's own operator in ONNX's domain, which onnx.checker does not know: there it
is checked under ONNX's name for the same function, RMSNormalization (same inputs, axis and epsilon), at opset 23.

Run: python tooling/reference/graph_check.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import onnx
import onnxruntime

ROOT = Path(__file__).parents[2]


def as_standard(model):
    for entry in model.opset_import:
        if entry.domain == "":
            entry.version = 23
    for node in model.graph.node:
        if node.op_type == "SimplifiedLayerNormalization":
            node.op_type = "RMSNormalization"
    return model


def check(folder):
    path = folder / "model.onnx"
    standard = folder / "standard.onnx"
    onnx.save(as_standard(onnx.load(path, load_external_data=False)), standard)
    onnx.checker.check_model(str(standard), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert session.get_outputs()[0].name == "logits"
    return len(session.get_inputs())


def main():
    with tempfile.TemporaryDirectory() as parent:
        program = ROOT / "packages/graph/test/write-variants.ts"
        subprocess.run(["node", "--conditions=@llamella/source", str(program), parent], check=True)
        failures = 0
        folders = sorted(Path(parent).iterdir(), key=lambda folder: int(folder.name))
        for folder in folders:
            title = (folder / "title.txt").read_text()
            try:
                print(f"good  {title} ({check(folder)} inputs)")
            except Exception as error:
                failures += 1
                print(f"BAD   {title}: {error}")
    print(f"{len(folders) - failures} of {len(folders)} graphs are good")
    sys.exit(failures > 0)


main()
