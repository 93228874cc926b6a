"""A key is renewed while its owners call every second: nobody is refused before the old one is disabled.

The authorizer's handler over the emulator's Secrets Manager, behind the local gateway's cache, all in virtual time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from functions.authorizer.handler import make_handler
from local.authorizer import DeniedError, Gatekeeper
from local.httpevent import Incoming
from local.key_document import adding, disabling, removing
from local.key_secret import KeySecret, emulator_client
from local.keys import key_entry, new_api_key
from local.plan import Authorizer
from local.runtime import Result
from tests.functional.local_toys import place
from tests.lambda_context import FakeLambdaContext
from tests.servers import aws_server
from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.adapters.secrets import KEYS_MAX_AGE_S, SecretsApiKeys, secrets_provider
from ticketrouter.telemetry import Handler

TTL_S = 60  # the template's; tests/template/test_api.py holds it to that
SHUT_OUT_WITHIN_S = 120  # as docs/guarantees.md promises, whatever the ages of the two copies
ROUTES = ("POST /tickets", "GET /tickets/{ticket_id}")
SANDBOXES = 3
REGION = "us-east-1"
# What happens when, in seconds.
ADDED, NEW_KEY_USED, DISABLED, REMOVED, END = 100, 100 + KEYS_MAX_AGE_S, 250, 450, 550


class World:
    """Sandboxes of the authorizer that started at different times, and the gateway in front of them."""

    def __init__(self, arn: str, root: Any) -> None:
        self.clock = MemoryClock()
        handlers = [self._sandbox(arn) for _ in range(SANDBOXES)]
        self._turn = itertools.cycle(handlers)
        self._authorizer = Authorizer("authorizer", ("$request.header.Authorization", "$context.routeKey"), TTL_S)
        self._gatekeeper = Gatekeeper(self._invoke, place(root), now_s=lambda: self.clock.monotonic_ms() / 1000)

    def _sandbox(self, arn: str) -> Handler:
        return make_handler(api_keys=SecretsApiKeys(secrets_provider(), arn, clock=self.clock, on_stale=pytest.fail))

    async def _invoke(self, function: str, payload: bytes, trace_id: str | None = None) -> Result:
        answer = next(self._turn)(json.loads(payload), FakeLambdaContext("authorizer"))
        return Result(json.dumps(answer).encode())

    async def admitted(self, key: str, route: str) -> bool:
        method, path = route.split()
        headers: Mapping[str, str] = {"authorization": f"Bearer {key}"}
        context = {"routeKey": route, "http": {"method": method, "path": path}}
        try:
            await self._gatekeeper.admit(self._authorizer, Incoming(method, path, "", headers, [], context, {}, route))
        except DeniedError:
            return False
        return True


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[KeySecret, str]]:
    with aws_server("secretsmanager") as url:
        for name, value in (
            ("AWS_ENDPOINT_URL", url),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ):
            monkeypatch.setenv(name, value)
        client = emulator_client(url, REGION)
        arn = client.create_secret(Name="keys", SecretString='{"keys":[]}')["ARN"]
        yield KeySecret(client, arn), arn


def test_a_key_is_renewed_under_load_and_nobody_is_refused_before_the_old_one_is_disabled(
    secret: tuple[KeySecret, str], tmp_path: Any
) -> None:
    keys, arn = secret
    old, new = new_api_key("shop-1"), new_api_key("shop-2")
    keys.edit(adding(key_entry(old)))
    happenings = {
        ADDED: lambda: keys.edit(adding(key_entry(new))),
        DISABLED: lambda: keys.edit(disabling("shop-1", True)),
        REMOVED: lambda: keys.edit(removing("shop-1")),
    }
    world = World(arn, tmp_path)
    refused_old, refused_new = set[int](), set[int]()

    async def scenario() -> None:
        for second in range(END):
            happenings.get(second, bool)()
            for route in ROUTES:
                if not await world.admitted(old, route):
                    refused_old.add(second)
                if second >= NEW_KEY_USED and not await world.admitted(new, route):
                    refused_new.add(second)
            world.clock.advance(1)

    asyncio.run(scenario())

    assert refused_new == set()
    assert min(refused_old) >= DISABLED
    # The authorizer's copy of the document and the gateway's copy of its answer, each at their oldest: not later, and
    # not for good, either.
    locked_out = DISABLED + SHUT_OUT_WITHIN_S
    assert set(range(locked_out, END)) <= refused_old
    assert not set(range(DISABLED, DISABLED + KEYS_MAX_AGE_S // 2)) <= refused_old


def test_a_new_key_that_is_tried_too_early_is_refused_for_two_minutes_at_most(
    secret: tuple[KeySecret, str], tmp_path: Any
) -> None:
    keys, arn = secret
    keys.edit(adding(key_entry(new_api_key("other"))))
    new = new_api_key("shop-2")
    world = World(arn, tmp_path)

    async def scenario() -> list[bool]:
        for _ in range(SANDBOXES):  # each has read the document
            await world.admitted(new_api_key("other"), ROUTES[0])
        keys.edit(adding(key_entry(new)))
        admitted = []
        for _ in range(SHUT_OUT_WITHIN_S + 1):
            admitted.append(await world.admitted(new, ROUTES[0]))
            world.clock.advance(1)
        return admitted

    admitted = asyncio.run(scenario())

    assert not admitted[0]
    assert admitted[-1]
