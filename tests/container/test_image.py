"""The image of worker and score: small, complete, compiled, and readable for the user that Lambda runs it as."""

from __future__ import annotations

import pytest

from tests.container.conftest import Report
from tests.container.engine import Engine

MB = 1_000_000
# The packages (libraries of inference and AWS), the bundle and our code; what the issue allows on top of the base.
LIMIT_MB = 200
# Lambda gives a function a user that owns nothing, and a file system that it cannot write to.
AS_LAMBDA = ("--rm", "--user", "993:990", "--read-only", "--tmpfs", "/tmp")
TASK = "/var/task"


@pytest.fixture(scope="session")
def layers(engine: Engine, base: str, image: str) -> dict[str, int]:
    """Bytes of each layer with files that the image adds to its base, first to last."""
    below = len(engine.docker("history", "--quiet", base).splitlines())
    sizes = engine.docker("history", "--human=false", "--format", "{{.Size}}", image).splitlines()
    filled = [int(size) for size in reversed(sizes[: len(sizes) - below]) if int(size)]
    return dict(zip(("packages", "model", "code"), filled, strict=True))


def test_it_adds_less_than_allowed_to_its_base(layers: dict[str, int], base: str, report: Report) -> None:
    heading = f"image, on top of {base}"
    for name, size in {**layers, "in all": sum(layers.values())}.items():
        report(heading, f"{name:10} {size / MB:6.1f} MB")

    assert 50 * MB < sum(layers.values()) <= LIMIT_MB * MB


def test_a_deploy_of_new_code_pushes_little(layers: dict[str, int]) -> None:
    assert layers["code"] < 5 * MB


def test_it_holds_what_is_named_and_nothing_else(engine: Engine, image: str) -> None:
    there = engine.docker("run", *AS_LAMBDA, "--entrypoint", "ls", image, TASK).split()

    assert {"ticketrouter", "worker", "score", "models", "onnxruntime", "tokenizers"} <= set(there)
    assert not {"torch", "transformers", "optimum", "huggingface_hub", "tests", "local", "requirements"} & set(there)
    assert engine.docker("run", *AS_LAMBDA, "--entrypoint", "ls", image, f"{TASK}/models").split() == [
        "artifacts",
        "evaluation.json",
        "manifest.json",
    ]


def test_every_file_is_compiled_and_readable(engine: Engine, image: str) -> None:
    # As root, so that a folder closed to others does not hide what it holds.
    search = (
        f"find {TASK} -not -perm -o=r; find {TASK} -type d -not -perm -o=x; "
        f"for file in $(find {TASK} -name '*.py' -not -path '*/__pycache__/*'); do "
        'ls "$(dirname $file)/__pycache__/$(basename $file .py).cpython-313.pyc" > /dev/null; done 2>&1'
    )

    assert engine.docker("run", "--rm", "--entrypoint", "sh", image, "-c", search) == ""


def test_it_scores_as_lambdas_user_on_a_read_only_disk(engine: Engine, image: str) -> None:
    code = (
        "from ticketrouter.adapters.onnx_scorer import OnnxScorer\n"
        f"scorer = OnnxScorer('{TASK}/models')\n"
        "print(scorer.self_test(), scorer.score(['Where is my invoice?'])[0].category)"
    )
    words = ("--env", f"PYTHONPATH={TASK}", "--entrypoint", "python", image, "-c", code)

    assert engine.docker("run", *AS_LAMBDA, *words).split() == ["0", "Billing"]
