"""Calls that are refused, each with a canary where it hurts: in what a parser, a validator or a log might quote."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

# What might break a line of a log, or a terminal that shows it.
BREAKERS = {
    "CR LF": "\r\n", "ANSI": "\x1b[31m", "NUL": "\x00", "U+2028": "\u2028", "U+0085": "\u0085", "bidi": "\u202e",
    "a quote": '"}\n{"level":"ERROR"', "a surrogate": "\ud800",
}  # fmt: skip
Call = tuple[str, str, Any, dict[str, str]]


def hostile_calls(word: Callable[[str], str]) -> Iterator[Call]:
    """Yield method, target, body and headers; `word` gives the canary of a place."""
    json_type = {"content_type": "application/json"}
    for name, breaker in BREAKERS.items():
        broken = f"{word(f'text with {name}')}{breaker}{word(f'text behind {name}')}"
        yield "POST", "/tickets", json.dumps({"text": broken, "ticket_id": broken}), json_type
        yield (
            "POST",
            "/tickets",
            json.dumps({"text": broken, "subject": broken, "metadata": {broken: broken}}),
            json_type,
        )
        yield "POST", "/tickets", json.dumps({broken: broken}), json_type
        yield (
            "POST",
            "/tickets",
            json.dumps({"text": "x"}),
            {**json_type, "idempotency_key": broken.replace("\ud800", "")},
        )
        yield "POST", "/tickets/batch", f"text\n{broken}\n".replace("\ud800", ""), {"content_type": "text/csv"}
        path = quote(broken.replace("\ud800", ""), safe="")
        for target in (
            f"/tickets/{path}",
            f"/deliveries/{path}",
            f"/incidents/{path}",
            f"/{path}",
            f"/tickets?sort={path}",
        ):
            yield "GET", target, None, {}
        yield "POST", f"/destinations/{path}/test", {}, {}
        yield "DELETE", f"/tickets/{path}", None, {}
    yield "POST", "/tickets", f'{{"text": "{word("cut JSON")}', json_type
    yield "POST", "/tickets", f'{{"a": 1, "{word("key twice")}": 1, "{word("key twice")}": 2}}', json_type
    yield "POST", "/tickets", f'{{"{word("NaN")}": NaN}}', json_type
    yield "POST", "/tickets", {"text": 1, "metadata": {"k": {word("nested"): 1}}}, {}
    yield "POST", "/tickets", {"text": word("long") * 60_000}, {}
    yield "POST", "/tickets", "x", {"content_type": f"text/{word('content type')}"}
    yield "POST", "/tickets", "x", {**json_type, "content_encoding": word("content encoding")}
    yield "POST", "/tickets/batch", word("huge CSV") * 60_000, {"content_type": "text/csv"}
    yield "POST", "/score", {"text": "", word("odd field of score"): 1}, {}
    yield "POST", "/tickets/id-1/feedback", {"category": word("odd category"), "note": word("refused note")}, {}
    yield "POST", "/deliveries/replay", {"since": word("odd since")}, {}
    yield "POST", "/dead-letters/redrive", {"ids": [word("id to redrive"), "\u0000"]}, {}
    for parameter in ("cursor", "since", "status", "category", "min_urgency", "limit", "incident", "include"):
        yield "GET", f"/tickets?{parameter}={word(f'parameter {parameter}')}", None, {}
    for target in ("/changes?since=", "/stats?window=", "/incidents?cursor=", "/deliveries?cursor=", "/audit?cursor="):
        yield "GET", f"{target}{word(target)}", None, {}
    yield "PATCH", f"/tickets/{word('wrong method')}", None, {}
