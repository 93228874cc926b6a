"""Find a python3.13 that `sam build` accepts: `PATH="$(python -m local.python313):$PATH" sam build`.

Lambda's runtime is Python 3.13, and `sam build` compiles the layer with the `python3.13` that it finds first on PATH. A
version manager's shim stands there under that name and fails when asked; the real one lies in the manager's own folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.errors import LocalStackError

NAME = "python3.13"
_ASK_LIMIT_S = 10
# Where it lives, by its own account: a shim that works tells the interpreter behind it. `sam build` needs its pip.
_QUESTION = "import os, sys, pip; assert sys.version_info[:2] == (3, 13); print(os.path.dirname(sys.executable))"


def python313_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder of a real python3.13 with pip; put it first on PATH.

    Args:
        environment: PATH, HOME and the version managers' variables; by default this process's own.

    Raises:
        LocalStackError: This machine has none.
    """
    for folder in _folders(os.environ if environment is None else environment):
        candidate = folder / NAME
        if os.access(candidate, os.X_OK) and (real := _real_folder(candidate)):
            return real
    raise LocalStackError(
        "No python3.13 with pip was found (PATH, pyenv, uv, /usr/bin): "
        "`uv python install 3.13` or `pyenv install 3.13` gets one"
    )


def _folders(environment: Mapping[str, str]) -> Iterator[Path]:
    """Name the folders to look in: PATH first, the newest version of a manager before its older ones."""
    home = Path(environment.get("HOME", "/nonexistent"))
    yield from (Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder)
    # Source: https://github.com/pyenv/pyenv#environment-variables
    pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv")
    yield from sorted(pyenv.glob("versions/3.13*/bin"), reverse=True)
    # Source: https://docs.astral.sh/uv/reference/storage/#python-versions
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    uv = Path(environment.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    yield from sorted(uv.glob("cpython-3.13*/bin"), reverse=True)
    yield from (Path(folder) for folder in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"))


def _real_folder(candidate: Path) -> Path | None:
    """Return the folder that the interpreter says it lives in; None if it is broken, another version or has no pip."""
    try:
        done = subprocess.run(
            [candidate, "-c", _QUESTION], capture_output=True, text=True, check=False, timeout=_ASK_LIMIT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    folder = Path(done.stdout.strip())
    return folder if done.returncode == 0 and (folder / NAME).exists() else None


if __name__ == "__main__":
    try:
        print(python313_folder())
    except LocalStackError as error:
        sys.exit(str(error))
