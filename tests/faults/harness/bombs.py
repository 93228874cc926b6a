"""Requests that are small to send and dear to read, or look like something else: each with the one right answer."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from tests.faults.harness.hostile_http import KEYS, plain, request

BATCH, TICKETS = "/tickets/batch", "/tickets"


def _csv(text: str) -> bytes:
    return plain("POST", BATCH, text.encode(), "text/csv")


def _json(body: Any, path: str = TICKETS) -> bytes:
    return plain("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())


def _compressed(body: bytes, encoding: str) -> bytes:
    headers = [("Host", "x"), ("Authorization", KEYS[0]), ("Content-Type", "application/json")]
    headers += [("Content-Encoding", encoding), ("Content-Length", str(len(body)))]
    return request("POST", TICKETS, headers, body)


def bombs() -> dict[str, tuple[bytes, int, str]]:
    """Return request, status and code of the problem (empty where it is taken) by name."""
    deep = b"[" * 100_000 + b"]" * 100_000
    rows = "\n".join(f'id-{n},"a ""b"", c\r\nd",\u202e\x00=1+1,\u00e4' for n in range(500))
    return {
        "CSV of 500 rows of everything": (_csv(f"id,text,plan,extra\n{rows}"), 202, ""),
        "CSV of 501 rows": (_csv("text\n" + "a\n" * 501), 413, "payload-too-large"),
        "CSV with a column of 1 MB": (_csv("text\n" + "a" * 1_000_000), 202, ""),
        "CSV of a million commas": (_csv("text\n" + "," * 1_000_000), 400, "malformed-body"),
        "CSV with a header of a million commas": (_csv("," * 1_000_000 + "\nx"), 400, "malformed-body"),
        "CSV with a quote that is never closed": (_csv('text\n"' + "a,\n" * 300_000), 400, "malformed-body"),
        "CSV of 10,000 columns": (_csv(",".join(["text", *map(str, range(9_999))]) + "\n" + "1," * 9_999 + "1"),
            202, ""),
        "CSV of a million empty lines": (_csv("text\n" + "\n" * 1_000_000), 400, "malformed-body"),
        "gzip of 50 MB": (_compressed(gzip.compress(bytes(50_000_000)), "gzip"), 415, "unsupported-media-type"),
        "gzip of gzip": (_compressed(gzip.compress(gzip.compress(bytes(9_000_000))), "gzip, gzip"), 415,
                         "unsupported-media-type"),
        "deflate of 50 MB": (_compressed(zlib.compress(bytes(50_000_000)), "deflate"), 415, "unsupported-media-type"),
        "JSON nested 30,000 deep": (_json(b"[" * 30_000 + b"]" * 30_000), 400, "malformed-body"),
        "JSON nested 100,000 deep": (_json(deep, BATCH), 400, "malformed-body"),
        "JSON nested 100,000 deep, never closed": (_json(b'{"a":' * 100_000, BATCH), 400, "malformed-body"),
        "an integer of 60,000 digits": (_json(b'{"text":' + b"9" * 60_000 + b"}"), 400, "malformed-body"),
        "a body of 5 MB": (_json(b'{"text":"' + b"a" * 5_000_000 + b'"}'), 413, "payload-too-large"),
        "a batch of 5 MB, never closed": (_json(b"[" * 5_000_000, BATCH), 413, "payload-too-large"),
        "80,000 fields, cut off":
            (_json(json.dumps([{str(n): n for n in range(80_000)}]).encode()[:1_048_576], BATCH), 400,
                                   "malformed-body"),
        "500 times the same row": (_json([{"ticket_id": "a", "text": "b"}] * 500, BATCH), 202, ""),
        "duplicate keys": (_json(b'{"text":"a","text":"b"}'), 400, "malformed-body"),
        "half of a surrogate pair": (_json(b'{"text":"\\ud83d"}'), 400, "malformed-body"),
        "NUL alone": (_json({"text": "\x00"}), 422, "invalid-ticket"),
        "bidi controls alone": (_json({"text": "\u202e\u2066\u200f"}), 422, "invalid-ticket"),
        "bidi controls in words": (_json({"text": "pay \u202eeciovni\u202c now"}), 202, ""),
        "30,000 marks on one letter": (_json(('{"text":"e' + "\u0301" * 30_000 + '"}').encode()), 202, ""),
        "an id of one dot": (_json({"text": "a", "ticket_id": "."}), 422, "invalid-ticket"),
        "an id of two dots": (_json({"text": "a", "ticket_id": ".."}), 422, "invalid-ticket"),
        "an id in a path, encoded": (plain("GET", "/tickets/T%2D1"), 200, ""),
        "an id in a path with an encoded slash": (plain("GET", "/tickets/T-1%2F..%2Fx"), 404, "not-found"),
        "an id in a path, encoded twice": (plain("GET", "/tickets/T%252D1"), 404, "not-found"),
        "NUL in a path": (plain("GET", "/tickets/T-1%00"), 404, "not-found"),
        "two dots in a path": (plain("GET", "/tickets/%2E%2E"), 404, "not-found"),
        "no UTF-8 in a path": (plain("GET", "/tickets/%ff"), 404, "not-found"),
    }  # fmt: skip
