"""Locks: complete, hashed, equal to each other, and without the address of any index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.template.transformed import ROOT

LAYER = ROOT / "layers/core/requirements.txt"
RUNTIME = ROOT / "requirements/runtime.txt"
DEV = ROOT / "requirements/dev.txt"
LOCKS = [LAYER, *sorted((ROOT / "requirements").glob("*.txt"))]
_PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)(\[.*\])?==(?P<version>\S+)", re.MULTILINE)


def _pins(lock: Path) -> dict[str, str]:
    return {match["name"]: match["version"] for match in _PIN.finditer(lock.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda it: it.name)
def test_no_address_and_no_path_of_a_machine(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert not re.search(
        r"://|^--(extra-)?index-url|^--find-links|file:|/(home|root|tmp|opt|work)/", text, re.MULTILINE
    )


@pytest.mark.parametrize(
    "lock",
    [LAYER, RUNTIME, DEV, ROOT / "requirements/sam.txt", ROOT / "requirements/audit.txt"],
    ids=lambda it: it.name,
)
def test_every_package_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8"))
    pinned = [block for block in blocks if _PIN.match(block)]

    assert len(pinned) == len(_pins(lock)) > 0
    assert [block.split()[0] for block in pinned if "--hash=sha256:" not in block] == []


def test_what_is_tested_is_what_runs() -> None:
    layer, runtime, dev = _pins(LAYER), _pins(RUNTIME), _pins(DEV)

    assert layer.items() <= runtime.items() <= dev.items()


def test_the_layer_has_no_model_libraries() -> None:
    # They belong to the image: a layer may have 250 MB, and no zip function scores.
    assert not {"numpy", "onnxruntime", "tokenizers"} & set(_pins(LAYER))
    assert {"numpy", "onnxruntime", "tokenizers"} <= set(_pins(RUNTIME))


def test_the_image_installs_the_runtime_lock() -> None:
    lines = (ROOT / "functions/worker/requirements.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not line.startswith("#")] == ["-r ../../requirements/runtime.txt"]
