"""Measure what int8 matrix products reach on this machine: `python -m models.bench_scoring.peak GRAPH`.

Prints one JSON object: `peak_gops` (the best shape on all cores, 10^9 operations a second, a multiply-add counts as
two) and `ops_per_token`, what the int8 products of our graph need for a token. Runs where `onnx` is: .venv-models.
"""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

# Of our encoder (384 x 1536 and back), and larger ones, which keep the cores busy for longer.
SHAPES = ((384, 384), (384, 1536), (1536, 384), (768, 768), (1024, 1024), (512, 4096))
ROWS = (64, 256, 1024)
SECONDS_A_SHAPE = 0.25
_PRODUCTS = {"DynamicQuantizeMatMul": 1, "MatMulIntegerToFloat": 1, "MatMulInteger": 1}  # -> index of the weights


def product(inner: int, columns: int) -> bytes:
    """Return a graph with one product: [m, inner] uint8 by constant [inner, columns] int8."""
    weights = np.random.default_rng(0).integers(-64, 64, (inner, columns)).astype(np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "weights"], ["out"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, ["m", inner])],
        [helper.make_tensor_value_info("out", TensorProto.INT32, ["m", columns])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    serialised: bytes = model.SerializeToString()
    return serialised


def peak_gops(threads: int) -> float:
    """Return the most that any shape reaches, in 10^9 operations a second."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    best = 0.0
    for inner, columns in SHAPES:
        session = ort.InferenceSession(product(inner, columns), options, providers=["CPUExecutionProvider"])
        for rows in ROWS:
            left = np.random.default_rng(0).integers(0, 255, (rows, inner)).astype(np.uint8)
            best = max(best, 2 * rows * inner * columns / _least_s(session, left) / 1e9)
    return best


def _least_s(session: ort.InferenceSession, left: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
    least, ends = float("inf"), time.perf_counter() + SECONDS_A_SHAPE
    while time.perf_counter() < ends:
        began = time.perf_counter()
        session.run(None, {"left": left})
        least = min(least, time.perf_counter() - began)
    return least


def ops_per_token(graph: str) -> int:
    """Count the operations of a graph's int8 products with constant weights, for one row of their left side."""
    model = onnx.load(graph, load_external_data=False).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.initializer}
    weights = [shapes[node.input[_PRODUCTS[node.op_type]]] for node in model.node if node.op_type in _PRODUCTS]
    return sum(2 * inner * columns for inner, columns in weights)


if __name__ == "__main__":
    threads = len(os.sched_getaffinity(0))
    print(json.dumps({"peak_gops": peak_gops(threads), "ops_per_token": ops_per_token(sys.argv[1])}))
