"""Keys of every kind, and callers who send them or something else as `Authorization`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

from ticketrouter.domain.access import ApiKey, Scope

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Keyring:
    """The keys that exist, with what was handed out for them."""

    stored: list[ApiKey]
    handed_out: dict[str, str]


@dataclass(frozen=True)
class Caller:
    """Who calls, and what the gateway must answer where `needed` is the route's scope.

    Attributes:
        name: For people.
        header: Value of `Authorization`; None to send none.
        scopes: What its key may do; None if nobody should be let in with it.
    """

    name: str
    header: str | None
    scopes: frozenset[Scope] | None = None

    def status(self, needed: Scope | None) -> int:
        if not self.header:
            return 401  # Source: an identity source that is absent or empty, in the guide of HTTP API's authorizers
        return 200 if self.scopes is not None and needed in self.scopes else 403


def keyring(chance: Random) -> Keyring:
    """Make a key for each set of scopes, none included, and one with all of them that is disabled."""
    names = {"-".join(each) or "none": each for each in _sets(tuple(Scope))} | {"disabled": tuple(Scope)}
    handed_out = {name: f"tr_{name}_{''.join(chance.choices(ALPHABET, k=43))}" for name in names}
    stored = [
        ApiKey(
            name, hashlib.sha256(handed_out[name].encode()).hexdigest(), frozenset(scopes), disabled=name == "disabled"
        )
        for name, scopes in names.items()
    ]
    return Keyring(stored, handed_out)


def callers(ring: Keyring) -> list[Caller]:
    """Return everyone who may try: with each key, with none, and with what is nearly one."""
    right = ring.handed_out["-".join(Scope)]
    secret = right.rpartition("_")[2]
    nearly = {
        "no header": None,
        "an empty header": "",
        "no scheme": right,
        "another scheme": f"Basic {right}",
        "no key": "Bearer",
        "not shaped like a key": "Bearer 1234",
        "an unknown id": f"Bearer tr_nobody_{secret}",
        "an id that ends early": f"Bearer {right.replace('tr_s', 'tr_', 1)}",
        "a wrong secret": f"Bearer {right[:-1]}{'a' if right[-1] != 'a' else 'b'}",
        "a secret that goes on": f"Bearer {right}a",
        "a secret that ends early": f"Bearer {right[:-1]}",
        "the hash itself": f"Bearer tr_none_{hashlib.sha256(right.encode()).hexdigest()}",
        "another key's secret": f"Bearer tr_none_{secret}",
        "two keys": f"Bearer {right}, Bearer {right}",
        "wide letters": f"Bearer {right.replace('tr_', 'ｔr_')}",
        "a wildcard": "Bearer tr_*_" + "*" * 43,
        "the disabled key": f"Bearer {ring.handed_out['disabled']}",
    }
    return [Caller(name, header) for name, header in nearly.items()] + [
        Caller(f"the key {key.id}", f"Bearer {ring.handed_out[key.id]}", key.scopes)
        for key in ring.stored
        if not key.disabled
    ]


def _sets(scopes: Sequence[Scope]) -> Iterator[tuple[Scope, ...]]:
    for size in range(len(scopes) + 1):
        yield from combinations(scopes, size)
