"""The window of vectors: what one worker puts down, the others read; on memory and on a real Redis."""

from __future__ import annotations

from ticketrouter.adapters.redis_store import RedisVectorLog
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.joiner import Joiner
from ticketrouter.ports import Embedded


def read(world, since="", own=(), model="m1"):
    return world.log.exchange(own, model_version=model, since=since)


def test_what_is_put_down_is_read_by_its_owner_and_by_others_once(world):
    own = [Embedded("a", bytes([127, 0, 129])), Embedded("b", b"\x00\xff\n")]
    found, cursor, more = read(world, own=own)
    assert [(one.ticket_id, one.vector) for one in found] == [(one.ticket_id, one.vector) for one in own]
    assert all(one.at_ms > 0 for one in found) and not more
    assert read(world, cursor) == ([], cursor, False)

    read(world, own=[Embedded("c", b"\x01\x02\x03")])
    (late,), later, _ = read(world, cursor)
    assert (late.ticket_id, later != cursor) == ("c", True)
    assert [one.ticket_id for one in read(world)[0]] == ["a", "b", "c"], "a new worker reads the whole window"


def test_vectors_of_another_model_are_left_out_but_their_place_is_passed(world):
    read(world, own=[Embedded("a", b"\x01")])
    found, cursor, _ = read(world, own=[Embedded("b", b"\x02")], model="m2")
    assert [one.ticket_id for one in found] == ["b"]
    assert read(world, cursor, model="m2")[0] == []


def test_a_deletion_reaches_every_worker(world):
    _, cursor, _ = read(world, own=[Embedded("a", b"\x01")])
    world.incidents.forget("a", None)
    for model in ("m1", "m2"):
        (gone,), _, _ = read(world, cursor, model=model)
        assert (gone.ticket_id, gone.vector) == ("a", b"")


def test_the_vector_of_a_deleted_ticket_is_gone_for_those_who_have_not_read_it(world):
    others = [Embedded(f"t{n}", b"\x01") for n in range(1_100)]  # more than is looked at in one go
    read(world, own=[Embedded("a", b"\x02"), *others, Embedded("a", b"\x02")])
    world.incidents.join([Joiner("a", f"inc_{'a' * 26}", "Legal", 0.9, True, 1, "on fire", ("oncall",), (), 0)])

    world.incidents.forget("a", None)

    first, cursor, _ = read(world)
    found = first + read(world, cursor)[0]
    assert {one.vector for one in found if one.ticket_id == "a"} == {b""}
    assert len([one for one in found if one.vector]) == len(others)


def test_a_long_window_is_read_in_parts(world):
    for start in range(0, 1_200, 300):
        read(world, own=[Embedded(f"t{n}", b"\x01") for n in range(start, start + 300)])
    first, cursor, more = read(world)
    rest, _, end = read(world, cursor)
    assert (len(first), more, len(rest), end) == (1_000, True, 200, False)


def test_what_is_put_down_again_reaches_every_worker_and_keeps_the_window_alive(world):
    _, cursor, _ = read(world, own=[Embedded("a", b"\x01")])
    world.log.put([Embedded("a", b"\x01")], model_version="m1")
    world.log.put([], model_version="m1")
    (again,), _, _ = read(world, cursor)
    assert (again.ticket_id, again.vector) == ("a", b"\x01")
    assert [one.ticket_id for one in read(world)[0]] == ["a", "a"]


def test_of_more_than_a_worker_looks_at_the_oldest_go_and_after_the_last_one_all_do(redis_client, redis_admin):
    log = RedisVectorLog(redis_client, SystemClock(), window_s=300, kept=500)
    for start in range(0, 2_000, 100):
        own = [Embedded(f"t{n}", b"\x01") for n in range(start, start + 100)]
        log.exchange(own, model_version="m1", since="")
    found, _, _ = log.exchange((), model_version="m1", since="")
    assert 500 <= len(found) <= 700
    assert found[-1].ticket_id == "t1999"
    (ttl_ms,) = redis_admin.run([("PTTL", "{incidents}:window")])
    assert 300_000 < ttl_ms <= 360_000
