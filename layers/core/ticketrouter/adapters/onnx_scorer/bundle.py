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
    """The manifest and the content of each file that it names."""

    manifest: dict[str, Any]
    files: dict[str, bytes]


def read_bundle(folder: Path) -> Bundle:
    """Read the manifest and the files it names; each must be the very one that it means.

    Raises:
        ModelMismatchError: A file is missing, or its SHA-256 is not the manifest's.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
        files = {name: (folder / "artifacts" / name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError) as error:
        raise ModelMismatchError(f"{folder} holds no complete bundle: {error}") from error
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
            raise ModelMismatchError(f"{name} is not the file of the manifest")
    return Bundle(manifest, files)
