"""Every route of the template x every caller, through the local gateway and the authorizer's handler."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from local.plan import Plan, Route
from tests.faults.harness.callers import Caller, Keyring, callers, keyring
from tests.faults.harness.front_door import InProcess, front_door, template_plan
from ticketrouter.adapters.memory import MemoryApiKeys
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES, Scope

REFUSALS = {401: {"message": "Unauthorized"}, 403: {"message": "Forbidden"}}
# All else that changes something is the operator's, and all else that is only read needs `read`: the table of scopes
# must not be its own judge.
NOT_BY_THE_RULE = {
    "POST /tickets": Scope.SUBMIT,
    "POST /tickets/batch": Scope.SUBMIT,
    "POST /tickets/{ticket_id}/feedback": Scope.SUBMIT,
    "POST /score": Scope.READ,  # makes nothing
    "GET /deliveries/{delivery_id}": Scope.OPERATE,  # quotes what receivers answered
}
# What might slip past the routes of a gateway and be taken for one of them behind it.
ODD_PATHS = (
    "/tickets/", "//tickets", "/./tickets", "/health/../tickets", "/%74ickets", "/TICKETS", "/tickets%2F",
    "/tickets;a=b", "/tickets%00", "/tickets/a/..", "/app/../tickets", "/health/%2e%2e/tickets", "/tickets/%2e",
    "/key%20", "/audit.json", "/docs/../audit", "/openapi.json/../key", "/stats/", "/deliveries//", "/%2ftickets",
)  # fmt: skip


@dataclass
class Outcome:
    """What was found."""

    calls: int = 0
    admitted: int = 0
    refused: int = 0
    broken: list[str] = field(default_factory=list)


def attack(seed: int, plan: Plan | None = None) -> Outcome:
    """Let everybody try everything.

    Args:
        seed: Of the keys.
        plan: Whose routes; template.yaml's by default.
    """
    chosen = plan or template_plan()
    outcome = Outcome(broken=_unguarded(chosen))
    asyncio.run(_try_all(chosen, keyring(Random(seed)), outcome))
    return outcome


def _unguarded(plan: Plan) -> list[str]:
    """Say which routes the template and the table of scopes do not agree on."""
    broken = []
    for route in plan.routes:
        if (route.key in OPEN_ROUTES) == (route.key in ROUTE_SCOPES):
            broken.append(f"{route.key} stands in the template, and not in exactly one of ROUTE_SCOPES and OPEN_ROUTES")
        if (route.authorizer is None) != (route.key in OPEN_ROUTES):
            broken.append(f"{route.key} has {'no' if route.authorizer is None else 'an'} authorizer in the template")
    missing = (ROUTE_SCOPES.keys() | OPEN_ROUTES) - {route.key for route in plan.routes}
    for key, scope in ROUTE_SCOPES.items():
        right = NOT_BY_THE_RULE.get(key, Scope.READ if key.startswith("GET ") else Scope.OPERATE)
        if scope is not right:
            broken.append(f"{key} opens to {scope}, and should to {right}")
    return broken + [f"{key} has a scope, and is not in the template" for key in sorted(missing)]


async def _try_all(plan: Plan, ring: Keyring, outcome: Outcome) -> None:
    # Imported here: its logs begin with the process's settings.
    from functions.authorizer.handler import make_handler

    handlers: dict[str, Any] = dict.fromkeys((it.word for it in plan.functions.values()), _answer)
    invoke = InProcess(plan, handlers | {"authorizer": make_handler(api_keys=MemoryApiKeys(ring.stored))})
    # The stage's throttle would refuse the last ones of so many.
    async with front_door(replace(plan, throttle=None), invoke) as session:
        for route in plan.routes:
            for caller in callers(ring):
                headers = {} if caller.header is None else {"Authorization": caller.header}
                method, path = _request(route)
                invoke.invoked.clear()
                async with session.request(method, path, headers=headers) as response:
                    _judge(route, caller, response.status, await response.json(), invoke, outcome)
        for path in ODD_PATHS:
            for method in ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"):
                invoke.invoked.clear()
                async with session.request(method, _as_it_is(session, path), headers={"X-HTTP-Method-Override": "GET"}):
                    outcome.calls += 1
                reached = {event["routeKey"] for _, event in invoke.invoked}
                if reached - OPEN_ROUTES:
                    outcome.broken.append(f"{method} {path} without a key reached {reached - OPEN_ROUTES}")


def _answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}


def _request(route: Route) -> tuple[str, str]:
    if route.key == "$default":
        return "GET", "/nowhere"
    return route.method, re.sub(r"\{[^}]+\}", "x", route.path)


def _as_it_is(session: Any, path: str) -> Any:
    from yarl import URL

    return URL(f"{session._base_url.origin()}{path}", encoded=True)


def _judge(route: Route, caller: Caller, status: int, body: Any, invoke: InProcess, outcome: Outcome) -> None:
    outcome.calls += 1
    what = f"{route.key} by {caller.name}"
    reached = [event for word, event in invoke.invoked if word != "authorizer"]
    needed = ROUTE_SCOPES.get(route.key)  # without one, nobody is let in
    expected = 200 if route.key in OPEN_ROUTES else caller.status(needed)
    if status != expected:
        outcome.broken.append(f"{what}: answered {status}, not {expected}")
        return
    if status in REFUSALS:
        outcome.refused += 1
        if body != REFUSALS[status]:
            outcome.broken.append(f"{what}: a {status} that says {body}")
        if reached:
            outcome.broken.append(f"{what}: refused, and yet its function ran")
        return
    outcome.admitted += 1
    if [event["routeKey"] for event in reached] != [route.key]:
        outcome.broken.append(f"{what}: let in, and {[event['routeKey'] for event in reached]} ran")
    elif (told := reached[0]["requestContext"].get("authorizer")) != _context(route, caller):
        outcome.broken.append(f"{what}: its function was told {told}")


def _context(route: Route, caller: Caller) -> Any:
    if route.key in OPEN_ROUTES:
        return None  # also of somebody with a key: nobody has looked at it
    scopes = caller.scopes or frozenset()
    key_id = (caller.header or "").split("_")[1]
    in_order = [scope for scope in ("submit", "read", "operate") if scope in scopes]
    return {"lambda": {"key_id": key_id, "scopes": " ".join(in_order)}}
