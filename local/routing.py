"""Which route of an HTTP API serves a request.

The most specific route wins: an exact path, then one with parameters, then a greedy `{name+}`, then `$default`; a
named method before ANY. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from local.plan import Route

_PARAMETER = re.compile(r"\{(?P<name>[^}+]+)(?P<greedy>\+?)\}")


class Router:
    """Finds routes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Sort the routes, the most specific first."""
        self._default: Route | None = None
        patterns = []
        for route in routes:
            if route.key == "$default":
                self._default = route
            else:
                patterns.append((_specificity(route), _compile(route.path), route))
        self._patterns = [(pattern, route) for _, pattern, route in sorted(patterns, key=lambda entry: entry[0])]

    def match(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route and its path parameters, decoded; None if nothing serves this."""
        for pattern, route in self._patterns:
            if route.method in (method, "ANY") and (match := pattern.fullmatch(raw_path)):
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return (self._default, {}) if self._default else None


def _specificity(route: Route) -> tuple[int, int, int]:
    parameters = [match["greedy"] for match in _PARAMETER.finditer(route.path)]
    return ("+" in parameters, len(parameters), route.method == "ANY")


def _compile(path: str) -> re.Pattern[str]:
    pattern, position = "", 0
    for match in _PARAMETER.finditer(path):
        pattern += re.escape(path[position : match.start()])
        pattern += f"(?P<{match['name']}>{'.+' if match['greedy'] else '[^/]+'})"
        position = match.end()
    return re.compile(pattern + re.escape(path[position:]))
