"""A bundle on disk: `manifest.json`, and in `artifacts/` the files that it names. What is read here is verified."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketrouter.domain.errors import ModelMismatchError


@dataclass(frozen=True, slots=True)
class Bundle:
    """The manifest, and where each file that it names is.

    Paths, not content: what onnxruntime reads itself is in memory once, and constants beside a graph not even that.
    """

    manifest: dict[str, Any]
    files: dict[str, Path]


def read_bundle(folder: Path) -> Bundle:
    """Read the manifest and the files it names; each must be the very one that it means.

    Raises:
        ModelMismatchError: A file is missing, or its SHA-256 is not the manifest's.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
        files = {name: folder / "artifacts" / name for name in manifest["files"]}
        wrong = [name for name, path in files.items() if _sha256(path) != manifest["files"][name]["sha256"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # whatever else than a manifest it is
        raise ModelMismatchError(f"{folder} holds no complete bundle: {error}") from error
    if wrong:
        raise ModelMismatchError(f"{', '.join(wrong)}: not the file of the manifest")
    return Bundle(manifest, files)


def read_evaluation(folder: Path, version: str) -> dict[str, Any] | None:
    """Read how well the bundle did on held-out tickets; None if that is not known of this very version."""
    try:
        evaluation: dict[str, Any] = json.loads((folder / "evaluation.json").read_bytes())
        return evaluation if evaluation["model_version"] == version else None
    except (OSError, ValueError, KeyError, TypeError):  # scoring does not need it
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
