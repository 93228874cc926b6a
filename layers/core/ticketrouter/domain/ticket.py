"""A ticket, its identity and its limits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import dataclass, field, replace

from ticketrouter.domain.errors import FieldProblem, InvalidTicketError
from ticketrouter.domain.redaction import redact

MAX_SUBJECT_CHARS = 300
MAX_DESCRIPTION_CHARS = 20_000
MAX_LABEL_CHARS = 200  # customer, channel
MAX_METADATA_KEYS = 32
MAX_METADATA_CHARS = 1_000
CONTENT_WINDOW_MS = 600_000  # the same customer's same words within 10 minutes are one ticket

# Neither . nor ..: in a path clients take them for steps, and would call GET /tickets/.. as GET /.
# Source: https://url.spec.whatwg.org/#double-dot-path-segment
TICKET_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}")
TICKET_ID_RULE = "must be 1 to 128 letters, digits or . _ : -, and neither . nor .."
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")

# Control characters but \t and \n, and the bidi controls and non-characters that let a text look like another
# (Source: Unicode TR 9, TR 36; SQS refuses U+FFFE and U+FFFF).
_UNWANTED_CHARS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
_UNWANTED = re.compile(f"[{_UNWANTED_CHARS}]")
HAS_WORDS = rf"[^\s{_UNWANTED_CHARS}]"  # the pattern of a text of which something is left when it is cleaned

_MAX_MARKS = 30  # Source: Unicode TR 15, "Stream-Safe Text Format"; no script needs as many


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a client told us, cleaned and checked.

    Attributes:
        original_fingerprint: That of the ticket before it was redacted; empty where it was not.
    """

    ticket_id: str
    description: str
    subject: str = ""
    customer: str = ""
    channel: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    original_fingerprint: str = ""

    @property
    def text(self) -> str:
        """Return what is scored: the subject, if there is one, above the description."""
        return f"{self.subject}\n{self.description}" if self.subject else self.description

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of what makes two posts under one id the same ticket: its words and its customer."""
        if self.original_fingerprint:
            return self.original_fingerprint
        canonical = json.dumps([fold(self.subject), fold(self.description), self.customer], ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def redacted(self) -> Ticket:
        """Return the ticket as it is stored without personal data and secrets.

        The customer stays: it is the name under which a customer's tickets are found, and deleted. The fingerprint
        stays that of the original: the same post again is the same ticket, and one with another card number is not.
        """
        return replace(
            self,
            subject=redact(self.subject),
            description=redact(self.description),
            metadata={key: _redacted_entry(key, value) for key, value in self.metadata.items()},
            original_fingerprint=self.fingerprint,
        )


def _redacted_entry(key: str, value: str) -> str:
    """Return a value without personal data and secrets; its key tells what it is, as in {"password": "…"}."""
    named = f"{key}: "
    shown = redact(named + value)
    return shown.removeprefix(named) if shown.startswith(named) else redact(value)


def clean(text: str) -> str:
    """Return `text` in NFC, with one kind of line end and without control, bidi and non-characters."""
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isascii():
        # Last, for what is taken out may stand between a letter and its mark.
        text = unicodedata.normalize("NFC", _without_piles(text))
    return text.strip()


def _without_piles(text: str) -> str:
    """Drop marks beyond the 30th on one letter: sorting a pile of them takes quadratic time, a megabyte minutes."""
    kept, pile = [], 0
    for char in text:
        pile = pile + 1 if unicodedata.combining(char) else 0
        if pile <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def fold(text: str) -> str:
    """Return the words of `text`, whatever their case, spacing and line ends."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def check_lengths(subject: str, description: str, labels: dict[str, str], metadata: dict[str, str]) -> None:
    """Refuse what is empty or too long.

    Raises:
        InvalidTicketError: Naming each field at fault.
    """
    problems = []
    if not description:
        problems.append(FieldProblem("/description", "must not be empty"))
    for name, text, limit in [
        ("subject", subject, MAX_SUBJECT_CHARS),
        ("description", description, MAX_DESCRIPTION_CHARS),
        *((name, text, MAX_LABEL_CHARS) for name, text in labels.items()),
    ]:
        if len(text) > limit:
            problems.append(FieldProblem(f"/{name}", f"must have at most {limit:,} characters, has {len(text):,}"))
    if len(metadata) > MAX_METADATA_KEYS:
        problems.append(FieldProblem("/metadata", f"must have at most {MAX_METADATA_KEYS} keys"))
    problems += [
        FieldProblem(f"/metadata/{key}", f"must have at most {MAX_METADATA_CHARS:,} characters")
        for key, value in metadata.items()
        if len(key) + len(value) > MAX_METADATA_CHARS
    ]
    if problems:
        raise InvalidTicketError(*problems)


class TicketIds:
    """Deterministic ids: a retry with the same key, or the same words of a customer, is the same ticket.

    HMAC, not a bare hash, so that an id cannot be guessed from the text.

    Args:
        secret: Key of the HMAC; the same in every process.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def from_idempotency_key(self, key: str) -> str:
        """Return the id that belongs to a client's Idempotency-Key."""
        return self._derive("key", key)

    def from_content(self, customer: str, text: str, now_ms: int) -> str:
        """Return the id of these words of this customer in the 10-minute bucket of `now_ms`."""
        return self._derive("content", customer, fold(text), str(now_ms // CONTENT_WINDOW_MS))

    def _derive(self, *parts: str) -> str:
        digest = hmac.new(self._secret, "\0".join(parts).encode(), hashlib.sha256).digest()
        return f"t_{base64.b32encode(digest[:16]).decode().rstrip('=').lower()}"
