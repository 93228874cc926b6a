"""What others may know of the running stack: .local/stack.json, and the lock that says whether it lives."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any, cast

from local.errors import LocalStackError


class StackFile:
    """`stack.json` of one stack; held for as long as the stack runs."""

    def __init__(self, folder: Path) -> None:
        """Prepare; nothing is touched yet."""
        self.path = folder / "stack.json"
        self._lock_path = folder / "stack.lock"
        self._lock: IO[str] | None = None

    def claim(self) -> None:
        """Become the one stack of this folder. A dead one's leftovers are replaced: the kernel drops its lock.

        Raises:
            LocalStackError: Another one runs, or nothing can be written there.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._lock_path.open("w")
        except OSError as error:
            raise LocalStackError(
                f"{self.path.parent} cannot be written to ({error.strerror}): give another one with --state-dir"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise LocalStackError(
                f"A stack already runs here ({self._whereabouts()}): stop it with Ctrl-C first"
            ) from None
        self._lock = lock
        self.path.unlink(missing_ok=True)

    def write(self, content: dict[str, Any]) -> None:
        """Replace the file in one step; it holds a key, so it is for its owner alone."""
        draft = self.path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        os.replace(draft, self.path)

    def release(self) -> None:
        """Remove the file and let another stack start."""
        if self._lock:
            self.path.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _whereabouts(self) -> str:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            return f"{content['api_url']}, process {content['pid']}"
        except (OSError, ValueError, LookupError):
            return "it is still starting"


def running_stack(folder: Path) -> dict[str, Any]:
    """Return stack.json of the stack that runs.

    Raises:
        LocalStackError: None does.
    """
    try:
        content = cast("dict[str, Any]", json.loads((folder / "stack.json").read_text(encoding="utf-8")))
        os.kill(int(content["pid"]), 0)
        return content
    except (OSError, ValueError, LookupError):
        raise LocalStackError("No stack runs here: start one with `make run` in another terminal") from None
