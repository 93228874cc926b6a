"""Which python3.13 `sam build` gets: a real one with pip, never a shim that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.errors import LocalStackError
from local.python313 import python313_folder


def _interpreter(folder: Path, answer: str) -> Path:
    """Put a stand-in for python3.13 into a folder; `answer` is the shell command with which it replies."""
    folder.mkdir(parents=True)
    path = folder / "python3.13"
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return folder


def _environment(home: Path, *path: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": ":".join(map(str, path))}


def test_the_first_on_path_is_taken(tmp_path: Path) -> None:
    first = _interpreter(tmp_path / "first", f"echo {tmp_path}/first")
    second = _interpreter(tmp_path / "second", f"echo {tmp_path}/second")

    assert python313_folder(_environment(tmp_path, first, second)) == first


def test_a_shim_that_fails_is_passed_over_for_the_real_one_of_its_manager(tmp_path: Path) -> None:
    # Given pyenv's shim, which knows no global 3.13, and the version that it manages
    shims = _interpreter(tmp_path / ".pyenv/shims", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    real = tmp_path / ".pyenv/versions/3.13.0/bin"
    _interpreter(real, f"echo {real}")

    assert python313_folder(_environment(tmp_path, shims)) == real


def test_a_shim_that_works_tells_the_real_one(tmp_path: Path) -> None:
    real = _interpreter(tmp_path / "real", f"echo {tmp_path}/real")
    shims = _interpreter(tmp_path / "shims", f"exec {real}/python3.13")

    assert python313_folder(_environment(tmp_path, shims)) == real


def test_uv_is_asked_too(tmp_path: Path) -> None:
    folder = tmp_path / ".local/share/uv/python/cpython-3.13.2-linux-x86_64-gnu/bin"
    _interpreter(folder, f"echo {folder}")

    assert python313_folder(_environment(tmp_path)) == folder


def test_one_that_does_not_lie_where_it_says_is_passed_over(tmp_path: Path) -> None:
    odd = _interpreter(tmp_path / "odd", f"echo {tmp_path}/elsewhere")
    real = _interpreter(tmp_path / "real", f"echo {tmp_path}/real")

    assert python313_folder(_environment(tmp_path, odd, real)) == real


def test_without_any_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # whatever this machine has in /usr/bin

    with pytest.raises(LocalStackError, match=r"uv python install 3\.13"):
        python313_folder(_environment(tmp_path))
