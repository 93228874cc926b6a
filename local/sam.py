"""The SAM CLI of .venv-sam, as a program that speaks to the terminal itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.errors import LocalStackError
from local.python313 import python313_folder

_SAM = ".venv-sam/bin/sam"


def sam(root: Path, *words: str) -> None:
    """Run a command of SAM in the repository's root.

    Raises:
        LocalStackError: It failed, or is not installed; what it said stands above.
    """
    try:
        done = subprocess.run([root / _SAM, *words], cwd=root, check=False, env=sam_environment(os.environ))
    except FileNotFoundError as error:
        raise LocalStackError(f"{_SAM} is missing: `make check` makes it from its lock") from error
    if done.returncode:
        raise LocalStackError(f"sam {words[0]} failed (exit code {done.returncode})")


def sam_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of `sam build`: a real python3.13 first on PATH, and no telemetry."""
    path = f"{python313_folder(environment)}{os.pathsep}{environment.get('PATH', '')}"
    return {**environment, "PATH": path, "SAM_CLI_TELEMETRY": "0"}


def override_words(parameters: Mapping[str, str]) -> Sequence[str]:
    """Return the words that set the template's parameters; none for none.

    In quotes: the SAM CLI refuses or misreads a bare value that is empty, and cuts it at a space.
    """
    quoted = {key: value.replace('"', '\\"') for key, value in parameters.items()}
    pairs = [f'{key}="{value}"' for key, value in quoted.items()]
    return ["--parameter-overrides", *pairs] if pairs else []
