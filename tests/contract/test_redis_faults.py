"""What only Redis can do: be away, hang, forget its scripts, refuse writes, and be a cluster."""

from __future__ import annotations

import time

import pytest

from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.adapters.redis_store import RedisClaims, RedisClient, RedisTicketStore
from ticketrouter.adapters.redis_store.breaker import FAILURES_TO_OPEN, OPEN_MS
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.errors import CacheUnavailableError, RateLimitedError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import DeliveryStatus, Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import ClaimOutcome, TicketQuery

BUDGET_MS = 300  # what a request may lose to a Redis that does not answer
PING = [("PING",)]


@pytest.fixture
def clock():
    return MemoryClock()


@pytest.fixture
def connect(clock):
    """Makes clients and closes them."""
    made = []

    def connect(url):
        made.append(RedisClient(url, clock))
        return made[-1]

    yield connect
    for client in made:
        client.close()


def fails_within_ms(client, limit_ms):
    started = time.perf_counter()
    with pytest.raises(CacheUnavailableError):
        client.run(PING)
    return (time.perf_counter() - started) * 1000 < limit_ms


def test_a_refused_connection_fails_fast(connect):
    assert fails_within_ms(connect("unix:///nonexistent/redis.sock"), 50)


def test_a_redis_that_hangs_costs_no_more_than_its_time_out(connect, own_redis):
    client, fresh = connect(own_redis.url), connect(own_redis.url)
    client.run(PING)
    own_redis.hang()
    try:
        assert fails_within_ms(client, BUDGET_MS)
        assert fails_within_ms(fresh, BUDGET_MS)
    finally:
        own_redis.resume()


def test_a_late_reply_is_never_taken_for_the_next_one(connect, own_redis):
    client = connect(own_redis.url)
    client.run([("SET", "a", "1")])
    own_redis.hang()
    with pytest.raises(CacheUnavailableError):
        client.run([("GET", "a")])
    own_redis.resume()

    assert client.run([("SET", "b", "2"), ("GET", "b")]) == [b"OK", b"2"]


def test_the_breaker_opens_after_three_failures_and_closes_after_a_probe(connect, own_redis, clock):
    client = connect(own_redis.url)
    client.run(PING)
    own_redis.hang()
    try:
        for _ in range(FAILURES_TO_OPEN):
            assert not fails_within_ms(client, 200)
        for _ in range(20):
            assert fails_within_ms(client, 50)  # Redis is not even asked

        clock.advance(ms=OPEN_MS - 1)
        assert fails_within_ms(client, 50)
        clock.advance(ms=1)
        assert not fails_within_ms(client, 200)  # the probe
        assert fails_within_ms(client, 50)  # and again nobody asks
    finally:
        own_redis.resume()

    clock.advance(ms=OPEN_MS)
    assert client.run(PING) == [b"PONG"]
    assert client.run(PING) == [b"PONG"]


def test_a_success_forgets_earlier_failures(connect, own_redis):
    client = connect(own_redis.url)
    for _ in range(3):
        for _ in range(FAILURES_TO_OPEN - 1):
            with pytest.raises(CacheUnavailableError):
                client.run([("NO-SUCH-COMMAND",)])
        assert client.run(PING) == [b"PONG"]


def test_a_connection_that_redis_has_closed_is_replaced(connect, own_redis):
    client, other = connect(own_redis.url), connect(own_redis.url)
    client.run(PING)
    assert other.run([("CLIENT", "KILL", "TYPE", "normal")]) == [1]

    assert client.run(PING) == [b"PONG"]


def test_connections_that_idled_too_long_are_replaced(connect, own_redis, clock):
    client = connect(own_redis.url)
    before, same = client.run([("CLIENT", "ID")]), client.run([("CLIENT", "ID")])
    clock.advance(31)

    assert same == before != client.run([("CLIENT", "ID")])


class SlowForMany(RedisClient):
    """A way to a Redis that answers little in time, and much too late."""

    def run(self, commands, *, trip_s=None):
        replies = super().run(commands, trip_s=trip_s)
        if len(commands) > 100:
            raise CacheUnavailableError("too late")
        return replies


def test_a_key_whose_batches_are_too_much_for_redis_keeps_its_rate(own_redis, clock):
    client = SlowForMany(own_redis.url, clock)
    claims = RedisClaims(client, rate_limit_per_minute=6_000)  # a burst of 600

    def post(name):
        items = [_item(f"{name}-{n}", clock) for n in range(500)]
        claims.claim(items, key_id="greedy", token="t")

    with pytest.raises(CacheUnavailableError):  # which ingest takes as leave to accept them unclaimed
        post("first")
    with pytest.raises(RateLimitedError):
        post("second")
    client.close()


def test_a_replica_that_refuses_writes_counts_as_unavailable(connect, own_redis):
    client = connect(own_redis.url)
    client.run([("REPLICAOF", "127.0.0.1", "1")])
    claims = RedisClaims(client)
    clock = SystemClock()

    with pytest.raises(CacheUnavailableError) as failure:
        claims.claim([_item("a", clock)], key_id="k", token="t")
    assert type(failure.value.__cause__).__name__ in ("ReadOnlyError", "ResponseError")

    client.run([("REPLICAOF", "NO", "ONE")])
    assert claims.claim([_item("a", clock)], key_id="k", token="t")[0].outcome is ClaimOutcome.NEW


@pytest.mark.parametrize("setting", [("replicaof", "127.0.0.1", "1"), ("maxmemory", "1")])
def test_a_store_that_answers_reads_alone_is_found_out_and_nothing_is_written(connect, own_redis, setting):
    store = RedisTicketStore(connect(own_redis.url))
    store.check()
    assert own_redis.admin("DBSIZE") == 0
    own_redis.admin("CONFIG", "SET", *setting) if len(setting) == 2 else own_redis.admin(*setting)

    assert store.get("unknown") is None
    with pytest.raises(CacheUnavailableError):
        store.check()


def test_one_bad_reply_leaves_the_connection_in_step(redis_client):
    with pytest.raises(CacheUnavailableError):
        redis_client.run([("SET", "rate:x", "x"), ("INCR", "rate:x"), ("GET", "rate:x")])

    assert redis_client.run([("GET", "rate:x")]) == [b"x"]


def test_lists_forget_what_has_expired(redis_client, redis_world):
    world = redis_world()
    world.accept(world.item("gone", customer="ada"), world.item("here", customer="ada"))
    since = world.views.changes(None, 10).cursor
    world.deliveries.claim(world.alert(world.item("here")), token="d", lease_ms=50)
    redis_client.run([("DEL", "ticket:{gone}")])

    assert [r.item.ticket.ticket_id for r in world.views.find(TicketQuery()).records] == ["here"]
    assert redis_client.run([("ZRANGE", "index:{tickets}:accepted", 0, -1)]) == [[b"here"]]
    assert world.views.ids_of_customer("ada", 1) == ["here"]
    assert world.views.changes(since, 10).removed == []


def test_a_batch_is_begun_in_one_round_trip(redis_client, redis_world, monkeypatch):
    world = redis_world()
    items = [world.item() for _ in range(10)]
    world.accept(*items)
    trips = []
    run = redis_client.run
    monkeypatch.setattr(
        redis_client, "run", lambda commands, **options: trips.append(commands) or run(commands, **options)
    )

    world.store.begin(items, max_attempts=3)

    assert len(trips) == 1


def test_nothing_is_written_beside_a_record_that_is_gone(redis_client, redis_world):
    redis_world().store.mark_alerts_enqueued(["unknown"])

    assert redis_client.run([("EXISTS", "ticket:{unknown}")]) == [0]


def test_lists_are_trimmed_to_what_a_record_can_live(redis_client):
    clock = SystemClock()
    claims = RedisClaims(redis_client, record_ttl_s=3_600)
    for ticket_id, age_ms in (("old", 3_700_000), ("new", 0)):
        item = _item(ticket_id, clock, age_ms=age_ms)
        claims.confirm(claims.claim([item], key_id="k", token="t"))

    assert redis_client.run([("ZRANGE", f"index:{{tickets}}:{one}", 0, -1) for one in ("accepted", "urgency")]) == [
        [b"new"], [b"new"],
    ]  # fmt: skip


def test_everything_but_the_lists_expires(redis_admin, redis_client, redis_world):
    world = redis_world()
    item = world.item("a", customer="ada")
    world.accept(item)
    alert = world.alert(item)
    world.deliveries.claim(alert, token="d", lease_ms=50)
    world.deliveries.close(world.alert(item, "chat"), DeliveryStatus.SUPPRESSED)
    world.store.fail(item, "poison")
    world.letters.keep(DeadLetter("m", "malformed-message", item.accepted_at_ms))
    world.accept(world.item("deleted"))
    world.store.delete("deleted")

    (names,) = redis_admin.run([("KEYS", "*")])
    ttls_s = dict(zip(names, redis_client.run([("TTL", name) for name in names]), strict=True))
    lasting = {name for name, ttl_s in ttls_s.items() if ttl_s == -1}  # -2 has expired meanwhile
    assert lasting == {
        b"index:{tickets}:accepted",
        b"index:{tickets}:urgency",
        b"index:{tickets}:changes",
        b"index:{deliveries}",
        b"index:{deliveries}:pending",
        b"index:{deadletters}",
    }


def _item(ticket_id, clock, age_ms=0):
    return WorkItem(Ticket(ticket_id, "on fire"), Lane.STANDARD, 0.2, clock.now_ms() - age_ms)
