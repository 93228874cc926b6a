"""HTTP API events (payload 2.0): the guard in front of every body, and errors as problem+json (RFC 9457).

The guard runs before a framework parses: JSON nested 100,000 deep, an integer of 5,000 digits or a body that is not
UTF-8 makes frameworks throw, and a throw is a 500.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ticketrouter.domain import errors

MAX_BODY_BYTES = 64 * 1024
MAX_BATCH_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_INTEGER_DIGITS = 15  # beyond it, JavaScript clients round

# The one table: which status each error has. A subclass not named here has its base's.
STATUS: dict[type[errors.RouterError], int] = {
    errors.MalformedBodyError: 400,
    errors.NotFoundError: 404,
    errors.MethodNotAllowedError: 405,
    errors.ConflictError: 409,
    errors.InProgressError: 409,
    errors.CursorExpiredError: 410,
    errors.PayloadTooLargeError: 413,
    errors.UnsupportedMediaTypeError: 415,
    errors.InvalidInputError: 422,
    errors.RateLimitedError: 429,
    errors.QueueUnavailableError: 503,
    errors.CacheUnavailableError: 503,
}
TITLES = {
    400: "The body cannot be read",
    404: "Not found",
    405: "The method is not allowed here",
    409: "In conflict with an earlier request",
    410: "The cursor has expired",
    413: "The body is too large",
    415: "The media type is not supported",
    422: "The request breaks a rule",
    429: "Too many requests",
    500: "The router failed",
    503: "A part of the router does not answer",
}
DEFAULT_RETRY_AFTER_S = 5
# Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html (trace id: version, time, 96 bits)
_TRACE_ID = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as a client sees it."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> dict[str, Any]:
        """Return the Lambda response."""
        return {
            "statusCode": self.status,
            "headers": {"content-type": "application/problem+json", "cache-control": "no-store", **self.headers},
            "body": json.dumps(self.body, ensure_ascii=False),
            "isBase64Encoded": False,
        }


def problem(error: Exception) -> Problem:
    """Translate an error; what is not ours, or is our own set-up, is a 500 that tells nothing."""
    if not isinstance(error, errors.RouterError) or isinstance(error, errors.ConfigError):
        return Problem(500, _body(500, "internal", "The failure was logged; the same request may be sent again."))
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    body = _body(status, error.code, str(error))
    headers = {}
    if isinstance(error, errors.InvalidInputError):
        body["errors"] = [{"pointer": part.pointer, "detail": part.detail} for part in error.problems]
    if isinstance(error, errors.TransientError):
        headers["retry-after"] = str(error.retry_after_s or DEFAULT_RETRY_AFTER_S)
    return Problem(status, body, headers)


def _body(status: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:ticket-router:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "detail": detail,
    }


def json_response(status: int, body: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a Lambda response with a JSON body."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }


def header(event: Mapping[str, Any], name: str) -> str | None:
    """Return a header of the request.

    Args:
        event: API Gateway writes the names in lower case, `sam local start-api` as they were sent.
        name: In lower case.
    """
    headers: Mapping[str, Any] = event.get("headers", {})
    if name in headers:
        return str(headers[name])
    return next((str(value) for sent, value in headers.items() if sent.lower() == name), None)


def media_type(event: Mapping[str, Any]) -> str:
    """Return the lower-cased media type of the body, without its parameters."""
    return (header(event, "content-type") or "").split(";")[0].strip().lower()


def trace_id(event: Mapping[str, Any]) -> str:
    """Return the id of the request's X-Ray trace, or nothing: a client can send the header too, with anything in it."""
    found = _TRACE_ID.search(header(event, "x-amzn-trace-id") or "")
    return found[1] if found else ""


def read_body(event: Mapping[str, Any], *, media_types: tuple[str, ...], max_bytes: int) -> str:
    """Return the body as text, after all that can be said without parsing it.

    Raises:
        UnsupportedMediaTypeError: Another media type, charset or encoding.
        PayloadTooLargeError: More than `max_bytes`.
        MalformedBodyError: Empty, not base64 where it must be, or not UTF-8.
    """
    if media_type(event) not in media_types:
        raise errors.UnsupportedMediaTypeError(f"send {' or '.join(media_types)} in Content-Type")
    parameters = (header(event, "content-type") or "").lower().replace(" ", "").replace('"', "").split(";")[1:]
    charsets = {part.removeprefix("charset=") for part in parameters if part.startswith("charset=")}
    if charsets - {"utf-8", "utf8", "us-ascii"}:
        raise errors.UnsupportedMediaTypeError("send UTF-8")
    if (header(event, "content-encoding") or "").lower() not in ("", "identity"):
        raise errors.UnsupportedMediaTypeError("send the body without a Content-Encoding")
    raw = _raw_body(event, max_bytes)
    try:
        text = raw.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise errors.MalformedBodyError("the body is not UTF-8") from error
    if not text.strip():
        raise errors.MalformedBodyError("the body is empty")
    return text


def _raw_body(event: Mapping[str, Any], max_bytes: int) -> bytes:
    body = event.get("body") or ""
    too_large = errors.PayloadTooLargeError(f"the body may have at most {max_bytes:,} bytes")
    try:
        if event.get("isBase64Encoded"):
            if len(body) > max_bytes * 4 // 3 + 4:
                raise too_large
            raw = base64.b64decode(body, validate=True)
        else:
            raw = body.encode("utf-8", errors="strict")
    except (binascii.Error, ValueError) as error:  # a lone surrogate is a UnicodeEncodeError, a ValueError
        raise errors.MalformedBodyError("the body is not UTF-8") from error
    if len(raw) > max_bytes:
        raise too_large
    return raw


def parse_json(text: str) -> Any:
    """Parse JSON strictly: no duplicate key, no NaN or infinity, no huge integer, no lone surrogate, depth <= 32.

    Raises:
        MalformedBodyError: Says what is wrong.
    """
    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except RecursionError as error:
        raise errors.MalformedBodyError(f"the body is nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise errors.MalformedBodyError(f"the body is not JSON: {error}") from error
    _check_tree(value, MAX_DEPTH)
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise errors.MalformedBodyError("the body has the same key twice in one object")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise errors.MalformedBodyError(f"the body holds {name}, which is not JSON")


def _bounded_int(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise errors.MalformedBodyError(f"the body holds an integer of more than {MAX_INTEGER_DIGITS} digits")
    return int(digits)


def _finite_float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise errors.MalformedBodyError("the body holds a number that is too large")
    return value


def _check_tree(value: Any, levels_left: int) -> None:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise errors.MalformedBodyError("the body holds half of a surrogate pair")
    elif isinstance(value, (dict, list)):
        if not levels_left:
            raise errors.MalformedBodyError(f"the body is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            for key, child in value.items():
                _check_tree(key, levels_left - 1)
                _check_tree(child, levels_left - 1)
        else:
            for child in value:
                _check_tree(child, levels_left - 1)
