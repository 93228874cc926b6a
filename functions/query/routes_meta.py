"""The API about itself: health, the key that asks, the OpenAPI document and its page, and the 404."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES, Scope
from ticketrouter.domain.errors import MethodNotAllowedError, NotFoundError
from ticketrouter.edge import http
from ticketrouter.edge.schemas_live import HealthResource, KeyResource
from ticketrouter.http_function import Event
from ticketrouter.telemetry import Metric, count
from ticketrouter.usecases.query import Query

from . import docs_page

OPENAPI = Path(__file__).with_name("openapi.json")
_CACHED = {"cache-control": "public, max-age=300"}


def routes(query: Query) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def get_health(event: Event) -> Event:
        healthy = query.store_answers()
        health = HealthResource(
            status="ok" if healthy else "degraded",
            store="ok" if healthy else "unavailable",
        )
        return http.json_response(200, health.model_dump())

    def get_key(event: Event) -> Event:
        caller = event["requestContext"]["authorizer"]["lambda"]
        key = KeyResource(
            key_id=caller["key_id"],
            name=caller.get("key_name", ""),
            scopes=[Scope(s) for s in caller["scopes"].split()],
        )
        return http.json_response(200, key.model_dump())

    def get_openapi(event: Event) -> Event:
        return {"statusCode": 200, "headers": {"content-type": "application/json", **_CACHED}, "body": _document()}

    def get_docs(event: Event) -> Event:
        headers = {"content-type": "text/html; charset=utf-8", **docs_page.HEADERS, **_CACHED}
        return {"statusCode": 200, "headers": headers, "body": _page()}

    return {
        "GET /health": get_health,
        "GET /key": get_key,
        "GET /openapi.json": get_openapi,
        "GET /docs": get_docs,
        "$default": _unknown,
    }


@cache
def _document() -> str:
    return OPENAPI.read_text(encoding="utf-8")


@cache
def _page() -> str:
    return docs_page.render(json.loads(_document()))


def _unknown(event: Event) -> Event:
    """Answer 405 with the methods that the path has, else 404.

    Of `/tickets/batch` those of that path, as the document has it, and not those of `/tickets/{ticket_id}` too.
    """
    request = event["requestContext"]["http"]
    fitting = [(method, pattern) for method, pattern in _patterns() if pattern.fullmatch(event["rawPath"])]
    exact = [method for method, pattern in fitting if pattern.pattern == re.escape(event["rawPath"])]
    methods = sorted(exact or (method for method, _ in fitting))
    if not methods:
        raise NotFoundError("there is nothing under this path")
    count(Metric.REFUSED)
    problem = http.problem(MethodNotAllowedError(f"{request['method']} is not one of the methods of this path"))
    return replace(problem, headers={**problem.headers, "allow": ", ".join(methods)}).response()


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    keys = [key.split(" ", 1) for key in (*ROUTE_SCOPES, *OPEN_ROUTES) if " " in key]
    return [
        (method, re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{[^{}]+\}", path))))
        for method, path in keys
    ]
