"""HTTP requests that mean harm, as bytes: raw ones, and ones that know the API."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from local.stage import FIXTURE_KEY
from tests.faults.harness.hostile_json import HOSTILE_TEXTS, harmed, texts, values, written
from tests.openapi_check import document
from ticketrouter.domain.listing import encode_cursor

TICKET = {"ticket_id": "T-1", "description": "Nobody can log in.", "subject": "Login", "customer": "acme",
          "channel": "email", "metadata": {"plan": "free"}}  # fmt: skip
BODIES: dict[str, list[Any]] = {
    "/tickets": [TICKET, {"text": "The site is down"}],
    "/tickets/batch": [[TICKET, {"text": "x"}], [{"text": "a"}, {"text": ""}, 7]],
    "/score": [{"text": "The site is down. Help!"}, {"ticket_id": "T-1"}],
    "/deliveries/replay": [{"status": "delivered", "since": "2026-11-21T12:00:00Z", "per_minute": 6, "dry_run": True}],
    "/dead-letters/redrive": [{"ids": ["T-1", "m"]}, {"all": True, "until": 1}, {"reason": "poison", "cursor": "x"}],
    "/tickets/{ticket_id}/feedback": [{"category": "Legal", "urgency": 0.5, "sentiment": "neutral", "note": "no"}],
}
CSVS = [
    "text\nx\n", "ticket_id,description,subject\nT-1,a,b\n", "id;text\n1;ä\n", '\ufefftext\r\n"a\r\nb"\r\n',
    'text\n"a\n',
    "text,text\na,b\n", "text\n" + "a,b\n", "\n\ntext\nx", "text\n\x00\n", 'text\na"b"c\n', "text,Plan\nx,\n", "text",
    "",
    'text\n"a" b\n', "text\tid\nx\t1\n", "TEXT\n=1+1\n", "sep=;\ntext;id\nx;1\n", "text\r\rx\r", "text\n" * 502,
    ",,\n,,\n",
]  # fmt: skip
MEDIA_TYPES = [
    "application/json; charset=utf-8", "text/csv",
    "APPLICATION/JSON;Charset=\"UTF-8\"", "application/json; charset=utf-16", "text/plain", "multipart/form-data",
    "multipart/form-data; boundary=", "application/x-www-form-urlencoded", "application/json, text/csv", ";", "",
    "application/problem+json", "text/csv; header=absent", "application/json\xff", "a" * 10_240, "application/json; q",
]  # fmt: skip
HEADERS: dict[str, list[str]] = {
    "Idempotency-Key": ["k", "", " ", "a" * 255, "a" * 256, "ä", "k\x01", "k k", "\xff", "a\tb", "#1"],
    "Content-Encoding": ["gzip", "deflate", "identity", "br", "", "gzip, gzip"],
    "If-None-Match": ["*", '"x"', "W/", ",,,", "\xff", '"' * 1_000],
    "X-Amzn-Trace-Id": ["Root=1-6740f6a0-0123456789abcdef01234567", "Root=" * 200, ";;", "Root=1-x"],
    "Cookie": ["a=b; c", ";", "\xff"],
    "Transfer-Encoding": ["chunked", "gzip", "chunked, chunked"],
    "Expect": ["100-continue", "x"],
    "Host": ["", "a b", "[::1", "\xff"],
    "X-Forwarded-For": ["127.0.0.1", "\xff", "," * 500],
    "X-Long": ["a" * 10_240, "a" * 7_000],
    "X": ["\x00", "a\r\n b", "\x0b"],
}
KEYS = [
    f"Bearer {FIXTURE_KEY}", f"bearer   {FIXTURE_KEY} ", "", "Bearer", "Bearer x", "Basic eDp5",
    f"Bearer {FIXTURE_KEY}x", "Bearer tr__",
    "Bearer tr_dev_" + "a" * 129, "Bearer tr_nobody_" + "a" * 43, "Bearer \xff", "tr_" * 2_000, f"Bearer,{FIXTURE_KEY}",
]  # fmt: skip
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "CONNECT"]
ORDERS = [
    "accepted_at",
    "urgency_score",
    "total_ms",
    "audit",
    "incidents",
    "dead-letters",
    "deliveries",
    "feedback",
    "x",
]
TOKENS = [
    b"\x00", b"\r\n", b"\n", b"\r\n\r\n", b" ", b":", b"%", b"%00", b"%ff", b"%2f", b"%2e%2e", b"\xff", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"/", b"//", b"?", b"#", b"..", b"HTTP/1.0", b"HTTP/9.9", b"Content-Length: 99999999999\r\n",
    b"Content-Length: -1\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n",
    b"0\r\n",
    b"fffffffffffffffff\r\n", b"{", b"[[[[[[[[", b'"', b"\\u0000", b"\\ud800", b"Upgrade: websocket\r\n", b"\t", b"=",
    b"&",
]  # fmt: skip


def request(method: str, target: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """Write a request down; characters beyond latin-1 are written in UTF-8, halves of surrogates as they are."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    head = "\r\n".join([*lines, "Connection: close", "", ""])
    return b"".join(_byte(char) for char in head) + body


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if char < "\u0100" else char.encode("utf-8", "surrogatepass")


def plain(method: str, target: str, body: bytes = b"", media_type: str = "application/json") -> bytes:
    """Write a request down that is right."""
    headers = [("Host", "x"), ("Authorization", KEYS[0])]
    if body:
        headers += [("Content-Type", media_type), ("Content-Length", str(len(body)))]
    return request(method, target, headers, body)


ORDINARY = [
    *(plain("POST", path.replace("{ticket_id}", "T-1"),
    json.dumps(it).encode()) for path in BODIES for it in BODIES[path]),
    plain("POST", "/tickets/batch", CSVS[1].encode(), "text/csv"),
    *(plain("GET", path) for path in (
        "/tickets?q=in&status=scored&sort=-urgency_score&limit=2", "/tickets/T-1?include=explanation,similar",
        "/health",
        "/changes?since=&limit=5", "/stats?window=15m", "/deliveries?status=delivered", "/docs", "/", "/model",
        "/audit",
    )),
    plain("DELETE", "/tickets/T-1"), plain("DELETE", "/customers/acme/tickets"), plain("OPTIONS", "/tickets"),
]  # fmt: skip


@st.composite
def raw_requests(draw: st.DrawFn) -> bytes:
    """Return bytes: any, or those of a request with up to six places harmed."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=400))
    data = draw(st.sampled_from(ORDINARY))
    for _ in range(draw(st.integers(1, 6))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 12)))
        put = draw(
            st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6), st.just(b""), st.just(data[begin:end] * 2))
        )
        data = data[:begin] + put + data[end:]
    return data


@st.composite
def known_requests(draw: st.DrawFn) -> bytes:
    """Return a request that knows a route, its parameters, headers and bodies, and means harm with each."""
    paths = document()["paths"]
    path = draw(st.sampled_from([*sorted(BODIES) * 5, *sorted(paths)]))
    method = draw(st.sampled_from(METHODS if _one_in(draw, 10) else [it.upper() for it in sorted(paths[path])]))
    operation = paths[path].get(method.lower(), {})
    target = _path(draw, path) + _query(draw, operation.get("parameters", []))
    headers = [("Host", "x"), ("Authorization", draw(st.sampled_from(KEYS)) if _one_in(draw, 10) else KEYS[0])]
    if _one_in(draw, 4):
        name = draw(st.sampled_from(sorted(HEADERS)))
        headers.append((name, draw(st.sampled_from(HEADERS[name]))))
    body = b""
    if "requestBody" in operation or _one_in(draw, 10):
        media_type, body = _body(draw, path)
        headers.append(("Content-Type", media_type))
        headers.append(
            ("Content-Length", str(len(body) + (draw(st.sampled_from([1, -1])) if _one_in(draw, 20) else 0)))
        )
    return request(method, target, headers, body)


def _one_in(draw: st.DrawFn, times: int) -> bool:
    """Decide by chance; what is ordinary is the smallest choice, so that inputs shrink to it."""
    return draw(st.integers(1, times)) == times


def _path(draw: st.DrawFn, path: str) -> str:
    parts = []
    for part in path.split("/"):
        if part.startswith("{"):
            known = ["T-1", "T-2", "T-1~sink", "sink", "acme", "batch", "inc_" + "i" * 26, ".", ".."]
            text = draw(st.one_of(st.sampled_from(known), texts))
            raw = text.replace(" ", "").replace("\r", "").replace("\n", "") or "-"
            encoded = quote(text, safe="", errors="replace") or "%20"
            part = raw if _one_in(draw, 6) else encoded
        parts.append(part)
    odd = ["/", "//", "%2f", "%2F..", "/../..", "%00", ";x=1", "%"]
    return "/".join(parts) + (draw(st.sampled_from(odd)) if _one_in(draw, 12) else "")


def _query(draw: st.DrawFn, parameters: list[dict[str, Any]]) -> str:
    known = [it for it in parameters if it["in"] == "query"]
    if not known and not _one_in(draw, 6):
        return ""
    pairs = []
    for _ in range(draw(st.integers(0, 4))):
        parameter = {"name": draw(texts)} if not known or _one_in(draw, 8) else draw(st.sampled_from(known))
        value = draw(st.one_of(_value_of(parameter), _value_of(parameter), texts, _cursors()))
        name = quote(parameter["name"], safe="", errors="replace")
        pairs.append(f"{name}={quote(value, safe='', errors='replace')}")
    odd = ["&", "=", "&&&=", "%ff=%fe", "a=%ED%A0%80", "%", "+", "?", "#", "a=1&a=2", "\xff"]
    return "?" + "&".join(pairs) + (draw(st.sampled_from(odd)) if _one_in(draw, 12) else "")


def _value_of(parameter: dict[str, Any]) -> st.SearchStrategy[str]:
    schema = parameter.get("schema", {})
    ordinary = [
        *map(str, schema.get("enum", ())),
        "1",
        "0.5",
        "200",
        "201",
        "15m",
        "2026-11-21",
        "1795262400000",
        "true",
    ]
    odd = ["1e3", "١٢", "1_000", " 1", "0x1", "-0", "nan", "inf", "1" * 400, "9999-12-31T23:59:59-23:59", "2026-W47-6"]
    return st.sampled_from([*ordinary, *odd])


@st.composite
def _cursors(draw: st.DrawFn) -> str:
    """Return a cursor: a true one, or one that was tampered with."""
    order, member = draw(st.sampled_from(ORDERS)), draw(texts)
    rank = draw(st.one_of(st.integers(), st.sampled_from([0, 2**53, 2**63, 10**400, -1])))
    whole = encode_cursor(order, rank, member.encode("utf-8", "replace").decode())
    at = draw(st.integers(0, len(whole)))
    harmed = [whole, whole[:at], whole[:at] + "=" + whole[at:], whole + "!", whole[:at] + "é" + whole[at:], whole * 9]
    odd = base64.urlsafe_b64encode(draw(st.binary(max_size=20))).decode()
    return draw(st.sampled_from([*harmed, odd]))


def _body(draw: st.DrawFn, path: str) -> tuple[str, bytes]:
    media_type = draw(st.sampled_from(MEDIA_TYPES)) if _one_in(draw, 5) else "application/json"
    if path.endswith("batch") and draw(st.booleans()):
        media_type = media_type if _one_in(draw, 5) else "text/csv"
        text = draw(st.one_of(st.sampled_from(CSVS), _csv()))
    else:
        documents = st.one_of(harmed(BODIES[path]), harmed(BODIES[path]), values) if path in BODIES else values
        text = draw(written(documents))
    body = text.encode("utf-8", "surrogatepass")
    match draw(st.sampled_from(["gzip", "base64", "utf-16", "binary"])) if _one_in(draw, 6) else "whole":
        case "gzip":
            body = gzip.compress(body, mtime=0)
        case "base64":
            body = base64.b64encode(body)
        case "utf-16":
            body = text.encode("utf-16", "surrogatepass")
        case "binary":
            body += draw(st.binary(max_size=20))
    return media_type, body


@st.composite
def _csv(draw: st.DrawFn) -> str:
    """Return rows of cells that have to be quoted and are not, or are and need not."""
    delimiter = draw(st.sampled_from([",", ",", ";", "\t", "|"]))
    cell = st.one_of(
        st.sampled_from([*HOSTILE_TEXTS, '"', '""', '"a', 'a"b', "a,b", "text", "id"]), st.text(max_size=8)
    )
    header = draw(st.sampled_from([["text"], ["ticket_id", "text"], ["id", "description", "plan"], ["Text ", "", "x"]]))
    rows = draw(st.lists(st.lists(cell, max_size=4), max_size=5))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(delimiter.join(row) for row in [header, *rows])
