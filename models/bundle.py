"""A bundle on disk: `manifest.json` and the files it names in `artifacts/`. The default one is in this folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MODELS_DIR = Path(__file__).parent
ARTIFACTS = MODELS_DIR / "artifacts"
FILES = ("model.onnx", "model.weights", "tokenizer.json")
MAX_FILE_BYTES = 30_000_000  # a git host's limits, with room to spare

Manifest = dict[str, Any]


def describe(path: Path) -> dict[str, Any]:
    """SHA-256 and size of a file, as the manifest records them."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def refuse_too_large(files: dict[str, dict[str, Any]]) -> None:
    """Stop before a file that git hosts refuse is committed."""
    for name, info in files.items():
        if info["bytes"] > MAX_FILE_BYTES:
            raise ValueError(f"{name}: {info['bytes']} bytes are too many for the repository")


def first_manifest(bundle: str, folder: Path, files: Iterable[str], own: Manifest) -> Manifest:
    """A manifest without any fitted number: S is the model's own; calibration fills in the rest.

    Args:
        bundle: Names the models in it.
        folder: Where the manifest will stand.
        files: Names in its `artifacts/`; the version is named after all of them.
        own: What this kind of bundle says itself: its reader, its labels, how much of a text it reads.
    """
    described = {name: describe(folder / "artifacts" / name) for name in files}
    content = hashlib.sha256(json.dumps(described).encode()).hexdigest()
    return {
        "bundle": bundle,
        "version": f"{dt.datetime.now(dt.UTC):%Y.%m.%d}-{content[:8]}",
        "files": described,
        "tasks": ["category", "sentiment", "urgency", "embedding"],
        **own,
        "temperature": {"category": 1.0},
        "review_below": 0.5,
        "review_unknown_share": 0.25,
        "fusion": {"bias": 0.0, "model": 1.0, "sentiment": 0.0, "lexicon": 0.0},
        "calibration": {"x": [0.0, 1.0], "y": [0.0, 1.0]},
        "threshold": 0.8,
        "duplicate_similarity": 0.7,
        "self_test": [],
        "eval": {},
    }


def read_manifest(folder: Path = MODELS_DIR) -> Manifest:
    """The manifest as it is."""
    manifest: Manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def write_manifest(manifest: Manifest, folder: Path = MODELS_DIR) -> None:
    """Write the manifest in a stable, readable form."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
