"""Decide who may call which route: one key, one scope, and no hint to whoever is turned away.

The reason of a denial is for our logs; the caller gets the same answer, after the same work, for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ticketrouter.domain.access import ROUTE_SCOPES, ApiKey, Scope, key_id_of
from ticketrouter.ports import ApiKeys

# Stands in where the id is unknown, so that the time of the answer does not tell which ids exist. No key hashes to it.
_NOBODY = ApiKey(id="nobody", sha256="0" * 64, scopes=frozenset())


class Denial(StrEnum):
    """Why a call was turned away."""

    NO_KEY = "no-key"  # not `Bearer tr_<id>_<secret>`
    UNKNOWN_KEY = "unknown-key"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 -- a word, not a secret
    DISABLED = "disabled"
    UNKNOWN_ROUTE = "unknown-route"
    WRONG_SCOPE = "wrong-scope"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one call.

    Attributes:
        denial: Why not; None when the call is allowed.
        key_id: Public id of the key, when we know one by that id.
        key_name: Its name, for the audit; empty when the call is denied.
        scopes: What the key may do, in the order of `Scope`; empty when the call is denied.
    """

    denial: Denial | None
    key_id: str = ""
    scopes: tuple[Scope, ...] = ()
    key_name: str = ""

    @property
    def allowed(self) -> bool:
        """Tell whether the call may pass."""
        return self.denial is None


def authorize(authorization_header: str, route_key: str, api_keys: ApiKeys) -> Decision:
    """Decide on one call.

    Args:
        authorization_header: `Bearer tr_<id>_<secret>`, or whatever came instead.
        route_key: The route as API Gateway writes it, e.g. `GET /tickets/{ticket_id}`.
        api_keys: The keys that may call.

    Raises:
        MissingSettingError: The keys cannot be read, so nobody can be let in.
    """
    scheme, _, key = authorization_header.strip().partition(" ")
    key = key.strip()
    key_id = key_id_of(key)
    if scheme.lower() != "bearer" or key_id is None:
        return Decision(Denial.NO_KEY)
    known = api_keys.get(key_id)
    right = (known or _NOBODY).matches(key)
    if known is None:
        return Decision(Denial.UNKNOWN_KEY)
    denial = _denial(known, right, ROUTE_SCOPES.get(route_key))
    if denial:
        return Decision(denial, known.id)
    return Decision(None, known.id, tuple(scope for scope in Scope if scope in known.scopes), known.name)


def _denial(key: ApiKey, right: bool, needed: Scope | None) -> Denial | None:
    if not right:
        return Denial.WRONG_SECRET
    if key.disabled:
        return Denial.DISABLED
    if needed is None:
        return Denial.UNKNOWN_ROUTE
    return None if needed in key.scopes else Denial.WRONG_SCOPE
