"""The two documents of destinations: read as a whole, or refused with every place that breaks a rule.

The parameter is a list of `{"id", "kind", "threshold", "categories", "languages", "hourly_budget", "fallback"}`, the
secret an object `{"<id>": {"url", "signing_keys", "routing_key"}}`. Addresses stand in the secret alone: that of a
chat webhook is a password. A document is refused as a whole, so that a typing error is seen at once and not when the
night's alert is missing. No message quotes anything of a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ticketrouter.domain.alert import DEFAULT_HOURLY_BUDGET, KINDS, Destination, DestinationSecret
from ticketrouter.domain.egress import LOOPBACK, parse_webhook_url
from ticketrouter.domain.errors import MissingSettingError, UnsafeWebhookUrlError
from ticketrouter.domain.language import LANGUAGES
from ticketrouter.domain.signature import secret_bytes
from ticketrouter.domain.urgency import ALERT_THRESHOLD

PUBLIC_FIELDS = frozenset({"id", "kind", "threshold", "categories", "languages", "hourly_budget", "fallback"})
SECRET_FIELDS = frozenset({"url", "signing_keys", "routing_key"})
MAX_ID_CHARS = 64
# One fallback after the other is one function calling itself: Lambda ends such a chain after 16 calls.
# Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
MAX_FALLBACKS = 8
_ROUTING_KEY = re.compile(r"[A-Za-z0-9_-]{32}")  # Source: PagerDuty, "Send an Alert Event"
_SHOWN = re.compile(
    r"https?://(?:[^/?#@]*@)?(?P<host>[A-Za-z0-9.-]+(?::[0-9]+)?)[/?#]?(?P<rest>(?<=[/?#]).*|$)", re.DOTALL
)
_ID_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def parse_destinations(document: Any, place: str) -> list[Destination]:
    """Return the destinations of the parameter's document.

    Raises:
        MissingSettingError: Names each entry and field that breaks a rule.
    """
    if not isinstance(document, list):
        raise MissingSettingError(f"{place}: must be a JSON list of destinations")
    problems: list[str] = []
    found = [_destination(entry, f"entry {index}", problems) for index, entry in enumerate(document)]
    if not problems:
        _check_ids(found, problems)
    if problems:
        raise MissingSettingError(f"{place}, {'; '.join(problems)}")
    return found


def parse_secrets(document: Any, place: str) -> dict[str, DestinationSecret]:
    """Return the secrets of the secret's document, by id.

    Raises:
        MissingSettingError: Names each destination and field that breaks a rule, and quotes nothing.
    """
    if not isinstance(document, dict):
        raise MissingSettingError(f"{place}: must be a JSON object, id to secret")
    problems: list[str] = []
    found = {name: _secret(entry, name, problems) for name, entry in document.items()}
    if problems:
        raise MissingSettingError(f"{place}, {'; '.join(problems)}")
    return found


def address_problem(secret: DestinationSecret, *, allow_loopback: bool) -> str | None:
    """Return why the dispatcher would refuse to call this address; None if it would not, as far as its text tells.

    Not a reason to refuse the document: one destination that cannot be called must not silence the others.
    """
    try:
        parse_webhook_url(secret.url, allow_loopback=allow_loopback)
    except UnsafeWebhookUrlError as error:
        return f"{error}, or http on {LOOPBACK}" if allow_loopback else str(error)
    return None


def missing_secret(destination: Destination, secret: DestinationSecret | None) -> str | None:
    """Return what a destination of this kind lacks; None if it lacks nothing."""
    if secret is None:
        return "has no secret"
    if destination.kind == "pagerduty" and not secret.routing_key:
        return "has no routing_key"
    if destination.kind == "generic" and not secret.signing_keys:
        return "has no signing_keys: its receiver cannot know who calls"
    return None


def masked(url: str) -> str:
    """Return what may be shown of an address: its host and its last four characters."""
    shown = _SHOWN.fullmatch(url)
    if shown is None:  # then nobody knows where its secret begins
        return "…"
    rest = shown["rest"]
    # Of a short path, four characters would be most of the secret.
    return f"{shown['host']}/…{rest[-4:] if len(rest) >= 16 else ''}"


def _destination(entry: Any, place: str, problems: list[str]) -> Destination:
    fields = _fields(entry, PUBLIC_FIELDS, place, problems)

    def check(good: bool, rule: str) -> None:
        if not good:
            problems.append(f"{place}: {rule}")

    id_, fallback = fields.get("id", ""), fields.get("fallback", "")
    an_id = f"1 to {MAX_ID_CHARS} letters, digits, dots, dashes, underscores, and neither . nor .."
    check(_is_id(id_), f"id must be {an_id}")
    kind = fields.get("kind", "generic")
    check(kind in KINDS, f"kind must be one of {', '.join(KINDS)}")
    threshold = fields.get("threshold", ALERT_THRESHOLD)
    in_range = _is_number(threshold, int | float) and ALERT_THRESHOLD <= threshold <= 1
    check(in_range, f"threshold must be a number from {ALERT_THRESHOLD} to 1")
    categories, languages = fields.get("categories", []), fields.get("languages", [])
    check(_are_texts(categories), "categories must be a list of texts")
    known = _are_texts(languages) and set(languages) <= set(LANGUAGES)
    check(known, f"languages must be a list of {', '.join(LANGUAGES)}")
    budget = fields.get("hourly_budget", DEFAULT_HOURLY_BUDGET)
    in_words = "hourly_budget must be a whole number above 0, or null for no limit"
    check(budget is None or (_is_number(budget, int) and budget >= 1), in_words)
    check("fallback" not in fields or _is_id(fallback), "fallback must be the id of another destination")
    if problems:
        return Destination("")  # never used: a document with a problem is refused
    return Destination(
        id_, kind, float(threshold), tuple(categories), tuple(languages), hourly_budget=budget, fallback=fallback
    )


def _check_ids(found: list[Destination], problems: list[str]) -> None:
    by_id = {destination.id: destination for destination in found}
    if len(by_id) != len(found):
        problems.append("an id stands there twice")
    for index, destination in enumerate(found):
        chain = [destination.id]
        while (following := by_id[chain[-1]].fallback) and following in by_id and following not in chain:
            chain.append(following)
        if following and following not in by_id:
            rule = f"there is no destination {following}" if len(chain) == 1 else ""  # said of its own entry
        elif following:
            rule = f"it leads in a circle: {' -> '.join([*chain, following])}"
        else:
            rule = f"at most {MAX_FALLBACKS} may follow each other" if len(chain) > MAX_FALLBACKS + 1 else ""
        if rule:
            problems.append(f"entry {index}: fallback: {rule}")


def _secret(entry: Any, place: str, problems: list[str]) -> DestinationSecret:
    fields = _fields(entry, SECRET_FIELDS, place, problems)
    url, signing_keys = fields.get("url"), fields.get("signing_keys", [])
    if not isinstance(url, str) or not url:
        problems.append(f"{place}: url must be a text")
        url = ""
    if not _are_texts(signing_keys):
        problems.append(f"{place}: signing_keys must be a list of texts")
        signing_keys = []
    for key in signing_keys:
        try:
            secret_bytes(key)
        except MissingSettingError as error:
            problems.append(f"{place}: {error}")
    routing_key = fields.get("routing_key", "")
    if not isinstance(routing_key, str) or ("routing_key" in fields and not _ROUTING_KEY.fullmatch(routing_key)):
        problems.append(f"{place}: routing_key must be the 32 characters of a PagerDuty integration")
        routing_key = ""
    return DestinationSecret(url, tuple(signing_keys), routing_key)


def _fields(entry: Any, known: frozenset[str], place: str, problems: list[str]) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        problems.append(f"{place}: must be a JSON object")
        return {"id": "-", "url": "-"}  # so that its fields are not complained of, too
    if unknown := entry.keys() - known:
        problems.append(f"{place}: unknown {', '.join(sorted(unknown))}")
    return entry


def _is_id(value: Any) -> bool:
    # Neither . nor ..: as a ticket's id, it stands in paths.
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_ID_CHARS
        and _ID_CHARS.issuperset(value)
        and value not in (".", "..")
    )


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
