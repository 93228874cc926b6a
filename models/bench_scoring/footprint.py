"""What each side takes on disk, and the folder in which ours runs: the one that the worker's image would hold."""

from __future__ import annotations

import compileall
import re
import shutil
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from functions.worker.slim import slim
from models.bundle import MODELS_DIR

ROOT = MODELS_DIR.parent
RUNTIME_LOCK = ROOT / "requirements" / "runtime.txt"
# What the scorer alone needs of it.
SCORER_PACKAGES = ("numpy", "numpy.libs", "onnxruntime", "tokenizers")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def build_image_folder(folder: Path, *, compiled: bool = True) -> None:
    """Fill a folder as the worker's Dockerfile does: the lock's packages, slimmed, our package, the two handlers.

    The packages are copied from this environment, which has the same versions (a test compares the locks), so that
    neither Docker nor a network is needed.

    Args:
        folder: Empty.
        compiled: Whether modules are compiled at once, as in the image.
    """
    for name in _PIN.findall(RUNTIME_LOCK.read_text(encoding="utf-8")):
        try:
            _copy(distribution(name), folder)
        except PackageNotFoundError:  # the lock is for all platforms
            continue
    slim(folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "layers" / "core" / "ticketrouter", folder / "ticketrouter", ignore=ignored)
    for word in ("worker", "score"):
        (folder / word).mkdir()
        shutil.copy2(ROOT / "functions" / word / "handler.py", folder / word)
    if compiled:
        compileall.compile_dir(folder, quiet=2, workers=0)


def _copy(installed: Distribution, folder: Path) -> None:
    """Copy what pip has installed, but for scripts and compiled files."""
    for file in installed.files or ():
        if file.parts[0] != ".." and file.suffix != ".pyc":
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)


def bytes_of(*paths: Path) -> int:
    """Return the size of files and of everything in folders."""
    every = (file for path in paths for file in ([path] if path.is_file() else path.rglob("*")))
    return sum(file.stat().st_size for file in every if file.is_file() and not file.is_symlink())


def installed_bytes(site_packages: Path, names: list[str]) -> int:
    """Return the size of packages and of all they need, without compiled files, as pip has installed them."""
    found = {_normal(each.name): each for each in distributions(path=[str(site_packages)])}
    wanted = _closure(found, [_normal(name) for name in names])
    files = (Path(str(file.locate())) for name in wanted for file in found[name].files or ())
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc" and file.is_file())


def _closure(found: dict[str, Distribution], names: list[str]) -> set[str]:
    """Return the names and those of everything that they require, as far as it is installed."""
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found and name not in wanted:
            wanted.add(name)
            waiting += _required(found[name])
    return wanted


def _required(installed: Distribution) -> Iterator[str]:
    for requirement in installed.requires or ():
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if name and "extra ==" not in requirement:
            yield _normal(name[0])


def _normal(name: str) -> str:
    """Return a distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
