"""The bundle on disk: `models/manifest.json` and the files it names in `models/artifacts/`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MODELS_DIR = Path(__file__).parent
ARTIFACTS = MODELS_DIR / "artifacts"
MANIFEST = MODELS_DIR / "manifest.json"
FILES = ("model.onnx", "tokenizer.json")
MAX_FILE_BYTES = 30_000_000  # a git host's limits, with room to spare

Manifest = dict[str, Any]


def describe(path: Path) -> dict[str, Any]:
    """SHA-256 and size of a file, as the manifest records them."""
    content = path.read_bytes()
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"{path.name}: {len(content)} bytes are too many for the repository")
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def read_manifest() -> Manifest:
    """The manifest as it is."""
    manifest: Manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def write_manifest(manifest: Manifest) -> None:
    """Write the manifest in a stable, readable form."""
    MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
