"""Keys and the table of routes."""

from __future__ import annotations

import hashlib

import pytest

from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES, ApiKey, Scope, key_id_of

SECRET = "s" * 43


@pytest.mark.parametrize(
    ("key", "key_id"),
    [
        (f"tr_dev_{SECRET}", "dev"),
        (f"tr_team-7_{'a_b-' * 8}", "team-7"),  # the secret may hold underscores, the id may not
        (f"tr_dev_{'s' * 32}", "dev"),
        (f"tr_{'i' * 64}_{'s' * 128}", "i" * 64),
    ],
)
def test_a_key_tells_its_id(key: str, key_id: str) -> None:
    assert key_id_of(key) == key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tr_",
        "dev",
        f"tr__{SECRET}",
        f"tr_dev_{'s' * 31}",
        f"tr_dev_{'s' * 129}",
        f"tr_{'i' * 65}_{SECRET}",
        f"tr_dev_{SECRET}\n",
        f" tr_dev_{SECRET}",
        f"TR_dev_{SECRET}",
        f"tr_dév_{SECRET}",
        f"tr_dev_{SECRET}é",
        f"tr_dev_{SECRET}, tr_dev_{SECRET}",
    ],
)
def test_what_is_not_shaped_like_a_key_has_no_id(text: str) -> None:
    assert key_id_of(text) is None


def test_a_key_matches_its_own_digest_alone() -> None:
    key = f"tr_dev_{SECRET}"
    stored = ApiKey("dev", hashlib.sha256(key.encode()).hexdigest(), frozenset({Scope.READ}))

    assert stored.matches(key)
    assert not stored.matches(key[:-1])
    assert not stored.matches(f"tr_dev_{'t' * 43}")
    assert not stored.matches("")


def test_a_stored_key_does_not_print_its_digest() -> None:
    assert "abc" not in repr(ApiKey("dev", "abc" * 21 + "a", frozenset()))


def test_a_route_is_open_or_has_a_scope_and_never_both() -> None:
    assert not OPEN_ROUTES & set(ROUTE_SCOPES)
    assert set(ROUTE_SCOPES.values()) == set(Scope)


def test_what_changes_something_is_not_open_to_readers() -> None:
    writers = {route: scope for route, scope in ROUTE_SCOPES.items() if not route.startswith("GET ")}
    assert [route for route, scope in writers.items() if scope is Scope.READ] == ["POST /score"]  # it keeps nothing
    readers = {route: scope for route, scope in ROUTE_SCOPES.items() if route.startswith("GET ")}
    # What a receiver answered may be anything, so it is for operators alone.
    assert [route for route, scope in readers.items() if scope is not Scope.READ] == ["GET /deliveries/{delivery_id}"]
    assert {scope for route, scope in writers.items() if route.startswith("DELETE ")} == {Scope.OPERATE}
