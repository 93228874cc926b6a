"""Who may call what: scopes, the one table of routes, and keys."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What a key may do."""

    SUBMIT = "submit"
    READ = "read"
    OPERATE = "operate"


# Route keys as API Gateway writes them. A route that is not here needs no key, and only these may be absent:
OPEN_ROUTES = frozenset({"GET /health", "GET /openapi.json", "GET /docs", "$default"})
ROUTE_SCOPES: dict[str, Scope] = {
    "POST /tickets": Scope.SUBMIT,
    "POST /tickets/batch": Scope.SUBMIT,
    "POST /score": Scope.READ,
    "GET /tickets": Scope.READ,
    "GET /tickets/{ticket_id}": Scope.READ,
    "GET /changes": Scope.READ,
    "GET /stats": Scope.READ,
    "GET /deliveries": Scope.READ,
    "GET /destinations": Scope.READ,
    "GET /incidents": Scope.READ,
    "GET /incidents/{incident_id}": Scope.READ,
    "GET /dead-letters": Scope.READ,
    "GET /model": Scope.READ,
    "GET /audit": Scope.READ,
    "GET /key": Scope.READ,
    "POST /tickets/{ticket_id}/feedback": Scope.SUBMIT,
    "GET /feedback": Scope.READ,
    # Operate though it only reads: what a receiver answered is shown to operators alone.
    "GET /deliveries/{delivery_id}": Scope.OPERATE,
    "POST /deliveries/replay": Scope.OPERATE,
    "POST /destinations/{destination_id}/test": Scope.OPERATE,
    "POST /deliveries/{delivery_id}/replay": Scope.OPERATE,
    "POST /incidents/{incident_id}/ack": Scope.OPERATE,
    "POST /incidents/{incident_id}/resolve": Scope.OPERATE,
    "POST /incidents/{incident_id}/mute": Scope.OPERATE,
    "POST /dead-letters/redrive": Scope.OPERATE,
    "DELETE /tickets/{ticket_id}": Scope.OPERATE,
    "DELETE /customers/{customer}/tickets": Scope.OPERATE,
}

KEY_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEY = re.compile(rf"tr_(?P<id>{KEY_ID.pattern})_(?P<secret>[A-Za-z0-9_-]{{32,128}})")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key as it is stored: never the key itself.

    Attributes:
        id: Public part of the key, named in limits and audits.
        sha256: Hex digest of the whole key. Keys hold 256 random bits, so no slow hash is needed.
        scopes: What it may do.
        disabled: Set to lock it out without forgetting it.
        name: For people, as the document of keys has it; may be empty.
    """

    id: str
    sha256: str = field(repr=False)
    scopes: frozenset[Scope]
    disabled: bool = False
    name: str = ""

    def matches(self, key: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), self.sha256)


def key_id_of(key: str) -> str | None:
    """Return the public part of `tr_<id>_<secret>`; None if it is not shaped like a key."""
    match = _KEY.fullmatch(key)
    return match["id"] if match else None
