"""The audit list: added to, ended once, never changed; on memory and on a real Redis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ticketrouter.domain.audit import AuditEnd, AuditEntry
from ticketrouter.domain.errors import InvalidQueryError

REDRIVE = "POST /dead-letters/redrive"


def entry(world, name, age_ms=0):
    return AuditEntry(name, world.clock.now_ms() - age_ms, "ops", "Nina ✓", REDRIVE, "INC-1~sink")


def test_an_action_is_added_and_then_ends(world):
    begun = entry(world, "aud_1")
    world.audit.begin(begun)
    assert world.audit.find(limit=10, cursor=None) == ([begun], None)

    end = AuditEnd(409, "conflict", {"sent": 3, "delivery_id": "test_x~sink"})
    world.audit.end("aud_1", end)

    assert world.audit.find(limit=10, cursor=None) == ([replace(begun, end=end)], None)


def test_what_was_written_stands(world):
    begun, end = entry(world, "aud_1"), AuditEnd(200)
    world.audit.begin(begun)
    world.audit.end("aud_1", end)

    world.audit.begin(replace(begun, actor="somebody-else"))
    world.audit.end("aud_1", AuditEnd(500, "internal"))
    world.audit.end("aud_unknown", end)

    assert world.audit.find(limit=10, cursor=None) == ([replace(begun, end=end)], None)


def test_newest_first_page_by_page_and_the_oldest_drop_out(world):
    for age, name in reversed(list(enumerate("abcdefg"))):
        world.audit_keeping(5).begin(entry(world, f"aud_{name}", age_ms=age * 1_000))

    cursor, seen = None, []
    while True:
        page, cursor = world.audit.find(limit=2, cursor=cursor)
        seen.append([each.id for each in page])
        if cursor is None:
            break

    assert seen == [["aud_a", "aud_b"], ["aud_c", "aud_d"], ["aud_e"]]
    with pytest.raises(InvalidQueryError):
        world.audit.find(limit=2, cursor="nonsense")


def test_an_entry_is_kept_for_more_than_a_year(redis_client, redis_world):
    world = redis_world()
    world.audit.begin(entry(world, "aud_1"))
    (left_s,) = redis_client.run([("TTL", "audit:{aud_1}")])
    assert 399 * 86_400 < left_s <= 400 * 86_400
