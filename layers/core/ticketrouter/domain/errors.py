"""Every error the router raises on purpose.

    RouterError                     code (stable, kebab case), retryable
     ├─ PermanentError              retrying cannot help
     │   ├─ MalformedBodyError          400   not JSON / CSV / UTF-8, or JSON that no ticket needs
     │   ├─ NotFoundError               404
     │   ├─ MethodNotAllowedError       405
     │   ├─ ConflictError               409   the id is taken by other content
     │   ├─ CursorExpiredError          410   start again without a cursor
     │   ├─ PayloadTooLargeError        413
     │   ├─ UnsupportedMediaTypeError   415
     │   ├─ InvalidTicketError          422   names each field
     │   ├─ InvalidQueryError           422   names the parameter
     │   ├─ MalformedMessageError       queue message that cannot be read: kept as a dead letter
     │   ├─ WebhookRejectedError        the receiver refused for good (4xx but 408, 425, 429)
     │   ├─ WebhookGoneError            410: the destination is disabled
     │   ├─ UnsafeWebhookUrlError       an address that the router must not call
     │   └─ DestinationDisabledError    it answered 410 before: it is not called any more
     ├─ TransientError              the same again later may work
     │   ├─ InProgressError             409   the same ticket is being accepted right now
     │   ├─ RateLimitedError            429
     │   ├─ QueueUnavailableError       503
     │   ├─ CacheUnavailableError       503
     │   ├─ InferenceError              queue: the model failed on this input
     │   ├─ WebhookUnavailableError     time-out, 408, 425, 429, 5xx
     │   └─ UnknownDestinationError     the documents do not name it, or not yet
     └─ ConfigError                 crash at init, before any work is taken
         ├─ MissingSettingError
         └─ ModelMismatchError          files do not match the manifest

A duplicate is a result, not an error. The HTTP status of each class stands in one table, `edge/http.py`;
401 and 403 are the gateway's own answers.
Messages are for people and are never matched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class RouterError(Exception):
    """Base of all errors of ours."""

    code: ClassVar[str] = "router-error"
    retryable: ClassVar[bool] = False


class PermanentError(RouterError):
    """Retrying cannot help."""

    code = "permanent"


class TransientError(RouterError):
    """The same again later may work.

    Attributes:
        retry_after_s: How long a client should wait; None where the caller decides.
    """

    code = "transient"
    retryable = True

    def __init__(self, message: str = "", *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ConfigError(RouterError):
    """The function is not set up: it must fail at init."""

    code = "config"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one part of an input.

    Attributes:
        pointer: JSON pointer into the body (RFC 6901), e.g. `/description`.
        detail: A sentence for a person.
    """

    pointer: str
    detail: str


class MalformedBodyError(PermanentError):
    """The body cannot be parsed."""

    code = "malformed-body"


class NotFoundError(PermanentError):
    """There is nothing under this name."""

    code = "not-found"


class MethodNotAllowedError(PermanentError):
    """The path exists, the method does not."""

    code = "method-not-allowed"


class ConflictError(PermanentError):
    """The ticket id is taken by other content."""

    code = "conflict"


class CursorExpiredError(PermanentError):
    """The cursor points before what is kept: start again without one."""

    code = "cursor-expired"


class PayloadTooLargeError(PermanentError):
    """The body exceeds the limit."""

    code = "payload-too-large"


class UnsupportedMediaTypeError(PermanentError):
    """The content type or encoding is not one that we read."""

    code = "unsupported-media-type"


class InvalidInputError(PermanentError):
    """Readable, but against the rules; `problems` names each place."""

    code = "invalid-input"

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(f"{problem.pointer} {problem.detail}".strip() for problem in problems))
        self.problems = problems


class InvalidTicketError(InvalidInputError):
    """A ticket against the rules."""

    code = "invalid-ticket"


class InvalidQueryError(InvalidInputError):
    """A query parameter or an operator's request against the rules."""

    code = "invalid-query"


class MalformedMessageError(PermanentError):
    """A queue message that cannot be read."""

    code = "malformed-message"


class WebhookRejectedError(PermanentError):
    """The receiver refused for good.

    Attributes:
        status: The receiver's HTTP status; None when the connection was refused by a rule of ours.
        reply: The first characters that it answered.
    """

    code = "webhook-rejected"

    def __init__(self, message: str = "", *, status: int | None = None, reply: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reply = reply


class WebhookGoneError(WebhookRejectedError):
    """The receiver answered 410: it wants no more."""

    code = "webhook-gone"


class UnsafeWebhookUrlError(WebhookRejectedError):
    """An address that the router must not call."""

    code = "unsafe-webhook-url"


class DestinationDisabledError(WebhookRejectedError):
    """The destination answered 410 before, and is left alone until its secret or an operator changes that."""

    code = "destination-disabled"


class InProgressError(TransientError):
    """The same ticket is being accepted right now."""

    code = "in-progress"


class RateLimitedError(TransientError):
    """The key has used up its rate."""

    code = "rate-limited"


class QueueUnavailableError(TransientError):
    """SQS did not take the message, or did not say."""

    code = "queue-unavailable"


class CacheUnavailableError(TransientError):
    """Redis did not answer in time."""

    code = "cache-unavailable"


class InferenceError(TransientError):
    """The model failed on this input."""

    code = "inference"


class WebhookUnavailableError(TransientError):
    """The receiver did not answer, or asked to come back later.

    Attributes:
        status: The receiver's HTTP status; None on a time-out or a broken connection.
        reply: The first characters that it answered.
    """

    code = "webhook-unavailable"

    def __init__(
        self, message: str = "", *, status: int | None = None, retry_after_s: int | None = None, reply: str = ""
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.status = status
        self.reply = reply


class UnknownDestinationError(TransientError):
    """The destination, or its address, is not in the documents; a copy in a cache may be minutes old."""

    code = "unknown-destination"


class MissingSettingError(ConfigError):
    """An environment variable is missing or unreadable."""

    code = "missing-setting"


class ModelMismatchError(ConfigError):
    """The model's files do not match its manifest."""

    code = "model-mismatch"
