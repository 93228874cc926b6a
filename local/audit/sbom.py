"""Bills of materials in CycloneDX: what is in the layer, in the image and in the dashboard.

They come from the locks, so they can be made where nothing is installed or built. AWS's base image is one component by
its name: its own packages are AWS's to list. Source: https://cyclonedx.org/specification/overview/ (1.5 and 1.6)
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.audit.advisories import Run, run_tool
from local.audit.locks import normal, python_packages
from local.audit.part import Part

_LOCKS = {"layer": "layers/core/requirements.txt", "image": "requirements/runtime.txt"}
# Runs in .venv-audit, which has the schemas; prints what is wrong with each file.
_VALIDATE = """
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for name in sys.argv[1:]:
    text = open(name, encoding="utf-8").read()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    wrong = JsonStrictValidator(version).validate_str(text)
    print(json.dumps({"name": name, "wrong": None if wrong is None else str(wrong)[:300]}))
"""

Document = dict[str, Any]


def write_boms(root: Path, folder: Path, known: Mapping[str, str], run: Run = run_tool) -> Part:
    """Write all of them, and hold them against the schema.

    Args:
        root: The repository.
        folder: Where to.
        known: Licence by package, as far as it is known.
        run: Runs a tool.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = {name: _python_bom(root, lock, known, run) for name, lock in _LOCKS.items()}
    if made["image"]:
        made["image"]["components"] += [_base_image(root), *_model(root)]
    made["dashboard"] = _json(run(["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"],
                                  root / "dashboard"))  # fmt: skip
    unchecked = [f"{name}: its tool wrote none" for name, document in made.items() if not document]
    files = []
    for name, document in made.items():
        if document:
            files.append(folder / f"{name}.cdx.json")
            files[-1].write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    found = _missing(root, made) + _wrong(root, files, run)
    total = sum(len(document["components"]) for document in made.values() if document)
    return Part("SBOM", f"{total} components in {len(files)} files", found, unchecked)


def _python_bom(root: Path, lock: str, known: Mapping[str, str], run: Run) -> Document:
    tool = str(root / ".venv-audit" / "bin" / "cyclonedx-py")
    options = ["--sv", "1.6", "--of", "JSON", "--output-reproducible", "--pyproject", "pyproject.toml"]
    document = _json(run([tool, "requirements", *options, lock], root))
    for component in document.get("components", []):
        component.pop("description", None)  # the lock's line once more
        if licence := known.get(normal(component["name"])):
            component["licenses"] = [{"license": {"name": licence}}]
    return document


def _base_image(root: Path) -> Document:
    """Return the image that ours is built on."""
    dockerfile = (root / "functions" / "worker" / "Dockerfile").read_text(encoding="utf-8")
    base = re.search(r"^ARG BASE_IMAGE=(?P<name>\S+):(?P<tag>\S+)$", dockerfile, re.MULTILINE)
    assert base is not None
    return {"type": "container", "name": base["name"], "version": base["tag"], "bom-ref": "base-image"}


def _model(root: Path) -> list[Document]:
    """Return the model's files with their hashes."""
    manifest = json.loads((root / "models" / "manifest.json").read_text(encoding="utf-8"))
    return [
        {
            "type": "machine-learning-model",
            "name": name,
            "version": manifest["version"],
            "bom-ref": f"model-{name}",
            "hashes": [{"alg": "SHA-256", "content": each["sha256"]}],
        }
        for name, each in manifest["files"].items()
    ]


def _missing(root: Path, made: Mapping[str, Document]) -> list[str]:
    """Say which packages of a lock its bill does not list."""
    found = []
    for name, lock in _LOCKS.items():
        listed = {(normal(one["name"]), one.get("version")) for one in made[name].get("components", [])}
        wanted = {(one.name, one.version) for one in python_packages(root / lock)}
        found += [f"{name}: {package} {version} is not listed" for package, version in sorted(wanted - listed)]
    return found if all(made.values()) else []


def _wrong(root: Path, files: list[Path], run: Run) -> list[str]:
    python = str(root / ".venv-audit" / "bin" / "python")
    lines = run([python, "-c", _VALIDATE, *map(str, files)], root).splitlines()
    verdicts = [json.loads(line) for line in lines]
    wrong = [f"{each['name']}: against the schema: {each['wrong']}" for each in verdicts if each["wrong"]]
    return wrong if len(verdicts) == len(files) else [*wrong, "a bill could not be held against its schema"]


def _json(text: str) -> Document:
    try:
        document: Document = json.loads(text)
        return document
    except ValueError:
        return {}
