"""Which route of the HTTP API answers a path."""

from __future__ import annotations

from local.plan import Route
from local.routing import Router


def test_the_most_specific_route_wins() -> None:
    keys = ["$default", "ANY /a/{x}", "GET /a/{x}", "GET /a/{rest+}", "GET /a/b", "ANY /a/{x}/c"]
    router = Router(Route(key, "toy", None) for key in keys)

    def chosen(method: str, path: str) -> tuple[str, dict[str, str]]:
        matched = router.match(method, path)
        assert matched is not None
        return matched[0].key, matched[1]

    assert chosen("GET", "/a/b") == ("GET /a/b", {})
    assert chosen("GET", "/a/z") == ("GET /a/{x}", {"x": "z"})
    assert chosen("PUT", "/a/z") == ("ANY /a/{x}", {"x": "z"})
    assert chosen("GET", "/a/z/y") == ("GET /a/{rest+}", {"rest": "z/y"})
    assert chosen("GET", "/a/z/c") == ("ANY /a/{x}/c", {"x": "z"})
    assert chosen("GET", "/b") == ("$default", {})
    assert chosen("GET", "/a/") == ("$default", {})
