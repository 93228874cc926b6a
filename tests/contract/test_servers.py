"""What the fault suites rely on: a Redis that keeps or forgets, a replica that is promoted, one that refuses."""

from __future__ import annotations

import pytest
from redis.exceptions import OutOfMemoryError, ReadOnlyError

from tests.servers import redis_server, redis_with_replica


@pytest.mark.parametrize(("append_only", "left"), [(True, b"1"), (False, None)])
def test_a_redis_comes_back_with_what_it_answered_only_if_it_is_append_only(append_only, left):
    with redis_server(append_only=append_only) as server:
        server.admin("SET", "a", 1)
        server.restart()

        assert server.admin("GET", "a") == left


def test_a_replica_refuses_writes_until_it_is_promoted_and_has_what_had_come():
    with redis_with_replica() as (primary, replica):
        primary.admin("SET", "a", 1)
        replica.wait_until(lambda: replica.admin("GET", "a") == b"1")
        with pytest.raises(ReadOnlyError):
            replica.admin("SET", "b", 2)

        primary.kill()
        replica.promote()

        assert replica.admin("SET", "b", 2)
        assert replica.admin("GET", "a") == b"1"


def test_settings_hold():
    with redis_server(settings={"maxmemory": "1mb"}) as server, pytest.raises(OutOfMemoryError):
        for number in range(50):
            server.admin("SET", f"k{number}", "x" * 100_000)
