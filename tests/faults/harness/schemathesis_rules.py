"""What schemathesis cannot know of our API: how CSV is made, and the few rules that no schema can say.

The command loads this file (`SCHEMATHESIS_HOOKS`). Every exclusion of a check stands here, with its reason, and nowhere
else; what it excluded is counted, by reason, in the file that `EXCLUDED` names.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

from ticketrouter.domain.ticket import clean

EXCLUDED = "SCHEMATHESIS_EXCLUDED"  # environment variable: a file that gets a line for each exclusion

# Refusals of requests that are right by the schema; each problem of an answer must be one of these.
RULES_WITHOUT_SCHEMA = {
    "a cursor is right if an answer of the same list gave it": re.compile("is not a cursor of this list"),
    "the ends of a range are in order": re.compile("lies below the other end of its range"),
    "a text and its key have 1,000 characters together": re.compile("must have at most 1,000 characters"),
    "two keys are one once they are cleaned": re.compile("must have at most 32 keys"),
}
_BATCH = "POST /tickets/batch"
_POSTS = ("POST /tickets", _BATCH)
_TOO_LONG = "violates `maxLength`"

_cells = st.text(st.characters(codec="utf-8", exclude_characters='\x00\r\n",;'), max_size=40)
_rows = st.lists(_cells.filter(str.strip), min_size=1, max_size=5)
schemathesis.openapi.media_type("text/csv", _rows.map(lambda cells: "\n".join(["text", *cells]).encode()))


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Drop a failure that is excluded, and count it."""
    reason = _reason(failure, case, response)
    if reason is None:
        return True
    with Path(os.environ[EXCLUDED]).open("a", encoding="utf-8") as file:
        file.write(f"{reason}\n")
    return False


def _reason(failure: Any, case: Any, response: Any) -> str | None:
    """Return why a failure is none of ours; None if it is one."""
    if "positive_data_acceptance" in failure.checks:
        details = [problem["detail"] for problem in json.loads(response.content).get("errors", ())]
        reasons = [_without_schema(detail) for detail in details]
        return reasons[0] if reasons and all(reasons) else None
    too_long = "negative_data_rejection" in failure.checks and _TOO_LONG in getattr(failure, "message", "")
    if too_long and failure.operation in _POSTS and _is_shorter_once_cleaned(case.body):
        return "a length counts what cleaning leaves"
    if "negative_data_rejection" in failure.checks and failure.operation == _BATCH:
        # The status is of the batch: it says of each row by itself what is wrong with it.
        rejected = json.loads(response.content).get("rejected")
        return "a batch is accepted and tells its bad rows" if rejected else None
    return None


def _is_shorter_once_cleaned(body: Any) -> bool:
    """Tell whether the body holds a text with white space at its ends, or control characters."""
    if isinstance(body, str):
        return len(clean(body)) < len(body)
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return any(map(_is_shorter_once_cleaned, inner))


def _without_schema(detail: str) -> str | None:
    return next((reason for reason, rule in RULES_WITHOUT_SCHEMA.items() if rule.search(detail)), None)
