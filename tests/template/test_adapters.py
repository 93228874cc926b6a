"""The one line of the import rule that import-linter cannot say: an adapter has one outside library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template.transformed import ROOT

ADAPTERS = ROOT / "layers/core/ticketrouter/adapters"
# Packages that make up one library.
FAMILIES = {
    "aws_lambda_powertools": "aws",  # its parameters are a cache over boto3
    "boto3": "aws",
    "botocore": "aws",
    "mypy_boto3_sqs": "aws",
    "numpy": "onnx",
    "onnxruntime": "onnx",
    "tokenizers": "onnx",
}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_there_are_adapters() -> None:
    assert list(ADAPTERS.rglob("*.py"))


@pytest.mark.parametrize("path", sorted(ADAPTERS.rglob("*.py")), ids=lambda it: str(it.relative_to(ADAPTERS)))
def test_an_adapter_has_one_outside_library(path: Path) -> None:
    outside = {FAMILIES.get(name, name) for name in _imported(path)} - {"ticketrouter"} - set(sys.stdlib_module_names)

    assert len(outside) <= 1
