"""Destinations, their secrets and API keys that a test writes down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ticketrouter.domain.access import ApiKey
from ticketrouter.domain.alert import Destination, DestinationSecret


class MemoryDestinations:
    """The twin of the destinations document."""

    def __init__(self, destinations: Iterable[Destination] = ()) -> None:
        self.destinations = list(destinations)

    def all(self) -> Sequence[Destination]:
        """Return every destination."""
        return self.destinations


class MemoryDestinationSecrets:
    """The twin of the destination secrets."""

    def __init__(self, secrets: Mapping[str, DestinationSecret] | None = None) -> None:
        self.secrets = dict(secrets or {})

    def get(self, destination_id: str) -> DestinationSecret | None:
        """Return the secret of a destination."""
        return self.secrets.get(destination_id)


class MemoryApiKeys:
    """The twin of the key document."""

    def __init__(self, keys: Iterable[ApiKey] = ()) -> None:
        self.keys = {key.id: key for key in keys}

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key with this public id."""
        return self.keys.get(key_id)
