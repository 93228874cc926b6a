"""Drop from the image what worker and score never import: `python slim.py FOLDER`, once, in the Dockerfile.

Run time needs the inference half of onnxruntime, the kernels of numpy, and what botocore knows of four services. A test
makes such a folder and starts both functions in it, so a new version that needs more is found before it ships.

Never `strip` the libraries in numpy.libs: the import breaks (measured).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

# Distributions that the lock brings along: with these tokenizers would fetch models and onnxruntime build graphs.
UNUSED = frozenset(
    {
        *("anyio", "click", "filelock", "flatbuffers", "fsspec", "h11", "hf-xet", "httpcore2", "httpx2"),
        *("huggingface-hub", "idna", "packaging", "protobuf", "pyyaml", "tqdm", "truststore"),
    }
)
# Parts of those that stay, as patterns.
PARTS = (
    "**/*.pyi",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.*s",
    "boto3/data",  # for its resources; ours are clients
    "boto3/examples",
    "numpy/*/tests",
    "numpy/_core/_*_tests.*.so",
    "numpy/_core/_simd.*.so",  # only numpy's own tests look at it
    "numpy/_core/include",
    "numpy/f2py",
    "numpy/fft",
    "numpy/ma",
    "numpy/polynomial",
    "numpy/random",
    "numpy/testing",
    "onnxruntime/ThirdPartyNotices.txt",
    "onnxruntime/backend",
    "onnxruntime/capi/libonnxruntime.so.*",  # the C library; the Python extension holds all of it once more
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
)
SERVICES = frozenset({"secretsmanager", "sqs", "ssm", "sts"})  # sts: one way to credentials


def slim(folder: Path) -> None:
    """Drop what is named above from a folder that `pip install --target` has filled.

    Raises:
        FileNotFoundError: There is nothing of a name, so the list wants another look.
    """
    for path in [*_unused(folder), *_parts(folder), *_other_services(folder)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    _keep_endpoints(folder / "botocore" / "data" / "endpoints.json")


def _unused(folder: Path) -> Iterator[Path]:
    installed = {found.name.lower().replace("_", "-"): found for found in distributions(path=[str(folder)])}
    for name in sorted(UNUSED):
        if name not in installed:
            raise FileNotFoundError(f"{name} is not installed in {folder}")
        yield from (folder / top for top in _top_level(installed[name]))


def _top_level(found: Distribution) -> set[str]:
    """Return what a distribution has put into the folder: its packages, modules and dist-info."""
    return {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "bin", "__pycache__")}


def _parts(folder: Path) -> Iterator[Path]:
    for pattern in PARTS:
        found = list(folder.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{folder} has no {pattern}")
        yield from found


def _other_services(folder: Path) -> Iterator[Path]:
    folders = (path for path in (folder / "botocore" / "data").iterdir() if path.is_dir())
    yield from (path for path in folders if path.name not in SERVICES)


def _keep_endpoints(file: Path) -> None:
    """Keep the endpoints of our services: the first client parses them all, 8 MB of memory for 1.2 MB of text."""
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        partition["services"] = {name: at for name, at in partition["services"].items() if name in SERVICES}
    file.write_text(json.dumps(endpoints, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
