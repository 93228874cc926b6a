"""One wrapper around every route that operates, so that none can be added without being written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ticketrouter.domain.access import ROUTE_SCOPES, Scope
from ticketrouter.domain.errors import RouterError
from ticketrouter.edge import http
from ticketrouter.http_function import Event, Route
from ticketrouter.telemetry import logger
from ticketrouter.usecases.audit import AuditTrail

# What a route tells of its action: small numbers and ids, `{"sent": 3}`. Taken out of its answer before that leaves.
FACTS = "audit"
MAX_TARGET_CHARS = 300  # of what a caller may put into a path


def audited(routes: Mapping[str, Route], trail: AuditTrail) -> dict[str, Route]:
    """Return the routes, each that changes something on behalf of an operator behind the audit."""
    return {key: _audited(key, route, trail) if _operates(key) else route for key, route in routes.items()}


def _operates(key: str) -> bool:
    return ROUTE_SCOPES.get(key) is Scope.OPERATE and not key.startswith("GET ")


def _audited(key: str, route: Route, trail: AuditTrail) -> Route:
    def call(event: Event) -> Event:
        caller = event["requestContext"]["authorizer"]["lambda"]
        entry = trail.begin(
            actor=caller["key_id"],
            actor_name=caller.get("key_name", ""),
            action=key,
            target=_target(event.get("pathParameters") or {}),
        )
        status, code, facts = 500, "internal", {}
        try:
            answer = route(event)
            facts = answer.pop(FACTS, {})
            status, code = answer["statusCode"], ""
            return answer
        except RouterError as error:
            problem = http.problem(error)
            status, code = problem.status, problem.body["code"]
            raise
        finally:
            if not trail.end(entry, status=status, code=code, facts=facts):
                logger.error("the end of an action is not in the audit", audit_id=entry.id, route=key, code=code)

    return call


def _target(parameters: Mapping[str, str]) -> str:
    """Return what the path names; of a customer a digest, for an entry outlives the tickets that were deleted."""
    named = [
        f"sha256:{hashlib.sha256(value.encode()).hexdigest()}" if name == "customer" else value
        for name, value in parameters.items()
    ]
    return ", ".join(named)[:MAX_TARGET_CHARS]
