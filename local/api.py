"""The API of a running stack or of a deployment, as a command calls it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, cast

from local.errors import LocalStackError

LIMIT_S = 30


@dataclass(frozen=True, slots=True)
class Api:
    """Where the API is, and the key for it."""

    url: str
    key: str = field(repr=False)

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Return the JSON of an answer.

        Raises:
            LocalStackError: It was refused, or nobody answered.
        """
        request = urllib.request.Request(
            self.url.rstrip("/") + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_S) as response:
                return cast("dict[str, Any]", json.loads(response.read()))
        except urllib.error.HTTPError as error:
            raise LocalStackError(f"{method} {path} answered {error.code}: {_reason(error.read())}") from error
        except OSError as error:
            raise LocalStackError(f"{method} {path}: {error}; does the stack still run?") from error


def _reason(body: bytes) -> str:
    """Return what a refusal says to people; the gateway's own have no more than a message."""
    try:
        problem = json.loads(body)
        return str(problem.get("detail") or problem["message"])
    except (ValueError, LookupError, AttributeError):
        return body.decode(errors="replace")
