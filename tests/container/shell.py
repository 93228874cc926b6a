"""Run commands, and fail with what they had to say."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CommandError(Exception):
    """A command failed; holds the end of what it printed."""


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str], stdin: bytes | None = None, limit_s: float = 600
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in the repository's root and return what it wrote.

    Raises:
        CommandError: It ended with another status than 0, or took longer than `limit_s`.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, env=dict(env), cwd=ROOT, input=stdin, capture_output=True, check=False, timeout=limit_s
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{' '.join(words)} took longer than {limit_s} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace")
        raise CommandError(f"{' '.join(words)} ended with {done.returncode}:\n{tail(said)}")
    return done


def tail(text: str, lines: int = 30) -> str:
    """Return the last lines of a text."""
    return "\n".join(text.splitlines()[-lines:])
