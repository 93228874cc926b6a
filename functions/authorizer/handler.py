"""Authorizer: API Gateway's question -> yes or no. Translation only; the rules are in `usecases/authorizer.py`.

Source: API Gateway developer guide, "Control access to HTTP APIs with AWS Lambda authorizers" (payload 2.0, simple
response). An exception is answered 500 by the gateway: whoever cannot be checked is not let in.
"""

from __future__ import annotations

import os
from typing import Any

from ticketrouter.domain.errors import RouterError
from ticketrouter.edge import http
from ticketrouter.ports import ApiKeys
from ticketrouter.telemetry import Handler, Metric, count, instrumented, logger
from ticketrouter.usecases.authorizer import authorize

Event = dict[str, Any]


def make_handler(*, api_keys: ApiKeys) -> Handler:
    """Build the handler that the gateway asks before every route with a scope."""

    @instrumented
    def handler(event: Event, context: Any) -> Event:
        route = event["routeKey"]
        decision = authorize(http.header(event, "authorization") or "", route, api_keys)
        if not decision.allowed:
            count(Metric.REFUSED)
            logger.info("denied", reason=decision.denial, key_id=decision.key_id, route=route)
            return {"isAuthorized": False}
        context_of_key = {"key_id": decision.key_id, "scopes": " ".join(decision.scopes)}
        if decision.key_name:
            context_of_key["key_name"] = decision.key_name
        return {"isAuthorized": True, "context": context_of_key}

    return handler


def warn_stale(error: RouterError) -> None:
    """Say aloud that calls are judged by an old copy of the keys."""
    logger.error("the keys cannot be renewed: the last copy stands", code=error.code, detail=str(error))


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    lambda_handler = make_handler(api_keys=bootstrap.api_keys(on_stale=warn_stale))
