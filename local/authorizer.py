"""The gateway's side of a Lambda authorizer: identity sources, the call, the cache.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.httpevent import Incoming, authorizer_event
from local.plan import Authorizer, Place
from local.runtime import Result

Invoke = Callable[[str, bytes, str | None], Awaitable[Result]]
_MAX_CACHED = 10_000


class IdentityMissingError(Exception):
    """An identity source is absent: the gateway answers 401 without asking the function."""


class DeniedError(Exception):
    """The authorizer said no: the gateway answers 403."""


class AuthorizerFailedError(Exception):
    """The authorizer failed or answered nonsense: the gateway answers 500."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    is_authorized: bool
    context: Mapping[str, Any]
    until_s: float


class Gatekeeper:
    """Asks authorizers, and remembers their answers by identity."""

    def __init__(self, invoke: Invoke, place: Place, now_s: Callable[[], float] = time.monotonic) -> None:
        """Prepare; `invoke` runs a function by its logical id."""
        self._invoke, self._place, self._now_s = invoke, place, now_s
        self._cache: dict[tuple[str, ...], _Verdict] = {}

    async def admit(self, authorizer: Authorizer, incoming: Incoming) -> Mapping[str, Any]:
        """Return the context that the authorizer grants.

        Raises:
            IdentityMissingError: 401.
            DeniedError: 403.
            AuthorizerFailedError: 500.
        """
        identity = [_value_of(source, incoming) for source in authorizer.identity_sources]
        if not all(identity):
            raise IdentityMissingError
        key = (authorizer.function, *identity)
        verdict = self._cache.get(key)
        if verdict is None or verdict.until_s <= self._now_s():
            verdict = await self._ask(authorizer, incoming, identity)
            if authorizer.ttl_s:
                if len(self._cache) >= _MAX_CACHED:
                    self._cache.clear()
                self._cache[key] = verdict
        if not verdict.is_authorized:
            raise DeniedError
        return verdict.context

    async def _ask(self, authorizer: Authorizer, incoming: Incoming, identity: list[str]) -> _Verdict:
        event = authorizer_event(incoming, self._place, identity)
        result = await self._invoke(
            authorizer.function, json.dumps(event).encode(), incoming.headers.get("x-amzn-trace-id")
        )
        if result.failed:
            raise AuthorizerFailedError
        answer = json.loads(result.payload)
        if not isinstance(answer, dict) or not isinstance(answer.get("isAuthorized"), bool):
            raise AuthorizerFailedError
        return _Verdict(answer["isAuthorized"], answer.get("context") or {}, self._now_s() + authorizer.ttl_s)


def _value_of(source: str, incoming: Incoming) -> str:
    kind, _, name = source.removeprefix("$").rpartition(".")
    if kind == "request.header":
        return incoming.headers.get(name.lower(), "")
    if kind == "request.querystring":
        return incoming.query_parameters.get(name, "")
    return str(incoming.context.get(name, ""))
