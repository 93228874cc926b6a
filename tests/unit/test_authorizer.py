"""Who may call what."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ticketrouter.adapters.memory import MemoryApiKeys
from ticketrouter.domain import access
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES, ApiKey, Scope
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.usecases.authorizer import Decision, Denial, authorize

SECRET = "s" * 43


def _key(id_: str, *scopes: Scope, disabled: bool = False) -> ApiKey:
    return ApiKey(id_, hashlib.sha256(f"tr_{id_}_{SECRET}".encode()).hexdigest(), frozenset(scopes), disabled)


KEYS = MemoryApiKeys(
    [
        _key("dev", *Scope),
        _key("shop", Scope.SUBMIT),
        _key("board", Scope.READ),
        _key("ops", Scope.OPERATE, Scope.READ),
        _key("former", *Scope, disabled=True),
    ]
)


def _bearer(id_: str, secret: str = SECRET) -> str:
    return f"Bearer tr_{id_}_{secret}"


def test_a_good_key_passes_with_all_its_scopes_in_one_order() -> None:
    assert authorize(_bearer("dev"), "POST /tickets", KEYS) == Decision(None, "dev", tuple(Scope))
    assert authorize(_bearer("ops"), "GET /stats", KEYS).scopes == (Scope.READ, Scope.OPERATE)


@pytest.mark.parametrize(
    "header", [f"bearer tr_dev_{SECRET}", f"BEARER tr_dev_{SECRET}", f"  Bearer   tr_dev_{SECRET} "]
)
def test_the_scheme_is_written_as_one_likes(header: str) -> None:
    assert authorize(header, "POST /tickets", KEYS).allowed


@pytest.mark.parametrize("route", ROUTE_SCOPES)
@pytest.mark.parametrize("id_", ["shop", "board", "ops"])
def test_each_route_opens_to_its_scope_alone(id_: str, route: str) -> None:
    key = KEYS.get(id_)
    assert key is not None
    expected = None if ROUTE_SCOPES[route] in key.scopes else Denial.WRONG_SCOPE

    assert authorize(_bearer(id_), route, KEYS).denial is expected


@pytest.mark.parametrize(
    ("header", "denial"),
    [
        ("", Denial.NO_KEY),
        ("Bearer", Denial.NO_KEY),
        (f"tr_dev_{SECRET}", Denial.NO_KEY),
        (f"Basic tr_dev_{SECRET}", Denial.NO_KEY),
        ("Bearer 1234", Denial.NO_KEY),
        (f"Bearer tr_dev_{SECRET},Bearer tr_dev_{SECRET}", Denial.NO_KEY),  # the header sent twice
        (f"Bearer tr_dév_{SECRET}", Denial.NO_KEY),
        (_bearer("nobody"), Denial.UNKNOWN_KEY),
        (_bearer("dev", "t" * 43), Denial.WRONG_SECRET),
        (_bearer("dev", SECRET + "s"), Denial.WRONG_SECRET),
        (_bearer("former"), Denial.DISABLED),
        (_bearer("former", "t" * 43), Denial.WRONG_SECRET),
    ],
)
def test_what_is_turned_away_gets_nothing(header: str, denial: Denial) -> None:
    decision = authorize(header, "POST /tickets", KEYS)

    assert decision.denial is denial
    assert not decision.allowed
    assert decision.scopes == ()


@pytest.mark.parametrize("route", [*sorted(OPEN_ROUTES), "GET /tickets/1", "post /tickets", "", "PATCH /tickets"])
def test_a_route_without_a_scope_is_never_opened_by_a_key(route: str) -> None:
    assert authorize(_bearer("dev"), route, KEYS).denial is Denial.UNKNOWN_ROUTE


@pytest.mark.parametrize("id_", ["dev", "nobody", "former"])
def test_known_and_unknown_ids_cost_one_comparison_each(id_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a count of what only `ApiKey.matches` does
    compared: list[tuple[str, str]] = []
    original = hmac.compare_digest

    def compare(left: str, right: str) -> bool:
        compared.append((left, right))
        return original(left, right)

    monkeypatch.setattr(access.hmac, "compare_digest", compare)

    authorize(_bearer(id_, "t" * 43), "POST /tickets", KEYS)

    assert len(compared) == 1
    assert [len(side) for side in compared[0]] == [64, 64]


def test_when_the_keys_cannot_be_read_nobody_is_let_in() -> None:
    class Unreadable:
        def get(self, key_id: str) -> ApiKey | None:
            raise MissingSettingError("secret: cannot be fetched")

    with pytest.raises(MissingSettingError):
        authorize(_bearer("dev"), "POST /tickets", Unreadable())
