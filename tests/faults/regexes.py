"""Every regular expression and normaliser of the package on 100 KB of text that was made to cost it time.

A text for a pattern repeats what it begins with and what nearly matches it. Each takes milliseconds: one that takes
quadratic time takes minutes here, and one that takes exponential time does not come back.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from re import _parser  # type: ignore[attr-defined]
from statistics import median
from typing import Any

from tests.faults.harness.hostile_json import HOSTILE_TEXTS
from tests.faults.harness.pattern_walk import Found, example, nested_quantifiers, patterns
from tests.faults.suite import Result
from ticketrouter.domain.alert import excerpt
from ticketrouter.domain.destinations import masked
from ticketrouter.domain.egress import parse_webhook_url
from ticketrouter.domain.errors import RouterError
from ticketrouter.domain.language import prose
from ticketrouter.domain.lexicon import assess, guess_category
from ticketrouter.domain.listing import decode_cursor
from ticketrouter.domain.payload.discord import _MARKDOWN
from ticketrouter.domain.payload.words import inert
from ticketrouter.domain.redaction import redact
from ticketrouter.domain.signature import secret_bytes
from ticketrouter.domain.ticket import MAX_DESCRIPTION_CHARS, clean, fold
from ticketrouter.edge.http import media_type, parse_json, trace_id
from ticketrouter.edge.requests import TicketsParameters, read_parameters
from ticketrouter.edge.tickets import csv_rows
from ticketrouter.usecases.authorizer import key_id_of
from ticketrouter.usecases.score import segments

CHARS = 100_000
LIMIT_MS = 20.0
REPEATS = 3
# One letter stands for eighteen (U+FDFA): of 20,000 of them NFKC writes 360,000 characters, and that takes its time.
MORE_MS = {"fold": 60.0}
SHOWN_CHARS = 3_000  # the longest text that a message may have in any chat, Slack's; each part of it is far shorter
HEADER_CHARS = 10_240  # the gateway takes no longer ones. Source: API Gateway, "Quotas for HTTP APIs"

# What the patterns of a module are given at most, where it is less, by what stands before them in the product.
GIVEN_CHARS: dict[str, int] = {
    "ticketrouter.domain.lexicon": 4_000,  # its beginning
    "ticketrouter.domain.language": 1_000,
    "ticketrouter.domain.redaction": MAX_DESCRIPTION_CHARS,
    "ticketrouter.domain.payload": MAX_DESCRIPTION_CHARS,
    "ticketrouter.usecases.score": MAX_DESCRIPTION_CHARS,
}
# The same for what is made of them.
NORMALISERS: dict[str, tuple[Callable[[str], Any], int]] = {
    "clean": (clean, CHARS),
    "fold": (fold, MAX_DESCRIPTION_CHARS),
    "redact": (redact, MAX_DESCRIPTION_CHARS),
    "assess": (assess, CHARS),
    "guess_category": (guess_category, CHARS),
    "prose": (prose, CHARS),
    "excerpt": (lambda text: excerpt(text, 140), CHARS),
    "inert": (inert, SHOWN_CHARS),
    "discord markdown": (lambda text: _MARKDOWN.sub(r"\\\1", text), SHOWN_CHARS),
    "segments": (segments, MAX_DESCRIPTION_CHARS),
    "csv_rows": (lambda text: csv_rows(f"text\n{text}"), CHARS),
    "parse_json": (parse_json, CHARS),
    "decode_cursor": (lambda text: decode_cursor("x", text), CHARS),
    "read_parameters": (lambda text: read_parameters({"rawQueryString": text}, TicketsParameters), HEADER_CHARS),
    "media_type": (lambda text: media_type({"headers": {"content-type": text}}), HEADER_CHARS),
    "trace_id": (lambda text: trace_id({"headers": {"x-amzn-trace-id": text}}), CHARS),
    "key_id_of": (key_id_of, CHARS),
    "parse_webhook_url": (parse_webhook_url, CHARS),
    "masked": (masked, CHARS),
    "secret_bytes": (secret_bytes, CHARS),
}
MORE_TEXTS = [
    "a@", "@", "1 ", "0", "4111 1111 1111 1111 ", "password x1 ", "aB3", "(at)", "DE89 ", "+49 30 ", "-----BEGIN ",
    "[", "{",
    '"', ",", "a,", '",', ";", "https://", "://a@", "a.", "<!", "no not ", "the outage is over ", "other customers' ",
    "\n",
    "\u3002", "a=&", "%41", "Root=1-", "tr_a_", "whsec_", "a\u0301", "\u0301", "\u1100\u1161", "\ufb03", "\U0001f600",
    " ",
]  # fmt: skip


def texts_against(pattern: re.Pattern[str], chars: int) -> list[str]:
    """Return texts of so many characters that repeat a match, its beginning, and what is not quite one."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    wholes = [example(tree, turn) for turn in (1, 2, 3)]
    pieces = {
        part for whole in wholes for part in (whole, whole[:-1], whole[:1], whole[-1:], whole[: len(whole) // 2 + 1])
    }
    joined = {f"{piece}{joint}" for piece in pieces if piece for joint in ("", " ", "!")}
    return [filled(piece, chars) for piece in sorted(joined)]


def filled(piece: str, chars: int) -> str:
    """Return the piece again and again, and at the end what nothing expects; of 100 KB, bytes are meant."""
    text = (piece * (chars // len(piece) + 1))[: chars - 1]
    if chars == CHARS and not text.isascii():
        text = text.encode("utf-8", "surrogatepass")[: chars - 1].decode("utf-8", "ignore")
    return text + "\x01"


def use(found: Found, text: str) -> None:
    """Look for a pattern as the product does."""
    if found.scans:
        found.pattern.sub("", text)
    found.pattern.match(text)
    found.pattern.fullmatch(text)


def cost_ms(work: Callable[[str], Any], text: str) -> float:
    """Return its processor time; of one that takes long, the median of three, as the machine may have been at fault."""
    took = [_once_ms(work, text)]
    if took[0] > LIMIT_MS / 2:
        took += [_once_ms(work, text) for _ in range(REPEATS - 1)]
    return median(took)


def _once_ms(work: Callable[[str], Any], text: str) -> float:
    began = time.thread_time()
    with suppress(RouterError):  # a refusal costs time, too
        work(text)
    return (time.thread_time() - began) * 1_000


def run(seed: int, scale: float) -> Result:
    """Try all of them; the scale is that of the texts."""
    chance = random.Random(seed)
    found = patterns()
    broken = [
        f"{name}: repeats a repetition, {nested}"
        for name, it in found.items()
        if (nested := nested_quantifiers(it.pattern))
    ]
    slowest: dict[str, float] = {}
    tried = 0
    for name, it in found.items():
        chars = next((chars for module, chars in GIVEN_CHARS.items() if name.startswith(module)), CHARS)
        for text in texts_against(it.pattern, round(chars * scale)):
            slowest[name] = max(slowest.get(name, 0.0), cost_ms(partial(use, it), text))
            tried += 1
    for name, (normalise, chars) in NORMALISERS.items():
        for piece in [*MORE_TEXTS, *filter(None, HOSTILE_TEXTS), "".join(chance.choices("aA1 .@-,;\n", k=50))]:
            slowest[name] = max(slowest.get(name, 0.0), cost_ms(normalise, filled(piece, round(chars * scale))))
            tried += 1
    broken += [f"{name}: {ms:.0f} ms" for name, ms in slowest.items() if ms > MORE_MS.get(name, LIMIT_MS)]
    worst = dict(sorted(slowest.items(), key=lambda it: -it[1])[:10])
    return Result(
        {
            "patterns": len(found),
            "normalisers": len(NORMALISERS),
            "texts": tried,
            "slowest_ms": round(max(slowest.values()), 1),
            "slowest": {name: round(ms, 1) for name, ms in worst.items()},
        },
        broken,
    )
