"""What happens to a connection: it drips, its password is rotated, its socket dies while the sandbox is frozen."""

from __future__ import annotations

import pytest

from tests.redis_proxy import redis_proxy
from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.adapters.redis_store import RedisClaims, RedisClient
from ticketrouter.adapters.redis_store.client import IDLE_MS, LEAST_TRIP_S, RENEW_MS
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.errors import CacheUnavailableError, MissingSettingError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket

PING = [("PING",)]
ACCESS = "on ~* +@all"


@pytest.fixture
def proxy(own_redis):
    with redis_proxy(own_redis.socket) as proxy:
        yield proxy


class FrozenClock(MemoryClock):
    """Both clocks, of which the monotonic one stands still while the sandbox is frozen."""

    def freeze(self, ms):
        before_ms = self.monotonic_ms()
        self.advance(ms=ms)
        self.monotonic_ms = lambda: before_ms


def test_a_reply_that_drips_ends_with_the_trip(proxy):
    client = RedisClient(proxy.url, SystemClock(), trip_s=0.3)
    client.run([("SET", "a", "x" * 200)])
    proxy.delay_s, proxy.piece_bytes = 0.05, 4  # never silent for long, and all there after 2.5 s

    with pytest.raises(CacheUnavailableError):
        client.run([("GET", "a")])

    proxy.delay_s, proxy.piece_bytes = 0.0, 0
    assert client.run(PING) == [b"PONG"]
    client.close()


def test_many_replies_that_come_one_by_one_end_with_the_trip(proxy):
    client = RedisClient(proxy.url, SystemClock(), trip_s=0.3)
    client.run(PING)
    proxy.delay_s, proxy.piece_bytes = 0.05, len(b"+PONG\r\n")  # all there after 3 s

    with pytest.raises(CacheUnavailableError):
        client.run(PING * 60)
    client.close()


def test_a_rotated_password_is_asked_for_and_no_request_fails(own_redis):
    secret = [own_redis.url_of("router", ACCESS, "old")]
    client = RedisClient(secret[0], SystemClock(), renew=lambda: secret[0])
    assert client.run(PING) == [b"PONG"]

    secret[0] = own_redis.url_of("router", "resetpass", "new")
    assert client.run(PING) == [b"PONG"]  # an open connection goes on
    own_redis.admin("CLIENT", "KILL", "USER", "router")

    assert client.run(PING) == [b"PONG"]
    client.close()


def test_a_secret_that_is_not_rotated_yet_is_asked_for_now_and_then(own_redis):
    clock, asked = MemoryClock(), []
    url = own_redis.url_of("router", ACCESS, "old")
    own_redis.url_of("router", "resetpass", "new")
    client = RedisClient(url, clock, renew=lambda: asked.append(1) or url)

    for _ in range(2):
        with pytest.raises(CacheUnavailableError):
            client.run(PING)
    assert len(asked) == 1
    clock.advance(ms=RENEW_MS)
    with pytest.raises(CacheUnavailableError):
        client.run(PING)
    assert len(asked) == 2


@pytest.mark.parametrize("answer", [MissingSettingError("away"), ValueError("no URL")])
def test_a_secret_that_cannot_be_read_is_an_unavailable_cache(own_redis, answer):
    url = own_redis.url_of("router", ACCESS, "old")
    own_redis.url_of("router", "resetpass", "new")

    def renew():
        raise answer

    with pytest.raises(CacheUnavailableError):
        RedisClient(url, SystemClock(), renew=renew).run(PING)


@pytest.mark.parametrize("clock", [MemoryClock(), FrozenClock()], ids=["monotonic goes on", "monotonic stands still"])
def test_a_sandbox_that_was_frozen_does_not_wait_for_a_socket_that_died_meanwhile(proxy, clock):
    client = RedisClient(proxy.url, clock)
    client.run(PING)
    frozen = getattr(clock, "freeze", clock.advance)
    frozen(ms=IDLE_MS + 1)
    # What is open stays open and swallows everything; whoever connects anew is served.
    proxy.forget_open()

    assert client.run(PING) == [b"PONG"]
    client.close()


def test_claim_and_confirmation_together_cost_no_more_than_a_claim_may(proxy):
    clock = SystemClock()
    client = RedisClient(proxy.url, clock, trip_s=0.6)
    claims, trips = RedisClaims(client), []
    warm = claims.claim([WorkItem(Ticket("warm", "up"), Lane.STANDARD, 0.2, clock.now_ms())], key_id="k", token="t")
    claims.confirm(warm)
    run = client.run
    client.run = lambda commands, *, trip_s=None: trips.append(trip_s) or run(commands, trip_s=trip_s)
    proxy.delay_s = 0.2

    claims.confirm(
        claims.claim([WorkItem(Ticket("a", "b"), Lane.STANDARD, 0.2, clock.now_ms())], key_id="k", token="t")
    )

    assert trips[0] is None
    assert LEAST_TRIP_S <= trips[1] <= 0.4
    client.close()
