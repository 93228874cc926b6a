"""Documents that people write for the router: JSON, read so that nothing in it can be overlooked."""

from __future__ import annotations

import json
from typing import Any

from ticketrouter.domain.errors import MissingSettingError


def read_json(text: Any, place: str) -> Any:
    """Return what a document holds.

    Args:
        text: The document.
        place: Names it in errors, which quote nothing of it.

    Raises:
        MissingSettingError: It is not JSON, has a key twice in one object, of which a reader would drop the first
            without a word, or holds half of a surrogate pair, which no log and no answer can carry. The cause is left
            out, for it holds the document.
    """
    try:
        document = json.loads(text, object_pairs_hook=_unique_keys)
        json.dumps(document, ensure_ascii=False).encode()
    except _RepeatedKeyError:
        raise MissingSettingError(f"{place}: has the same key twice in one object") from None
    except (ValueError, TypeError, RecursionError):
        raise MissingSettingError(f"{place}: is not JSON") from None
    return document


class _RepeatedKeyError(Exception):
    """An object has a key twice."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found
