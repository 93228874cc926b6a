"""A Redis that has forgotten our scripts: restarted, failed over or flushed."""

from __future__ import annotations

import re

from ticketrouter.adapters.redis_store.client import call, scripts
from ticketrouter.domain.status import State


def test_a_redis_that_has_forgotten_the_scripts_learns_them_and_none_runs_twice(redis_client, redis_admin, redis_world):
    world = redis_world()
    claims = world.claims.claim([world.item("a")], key_id="k", token="t")
    redis_admin.run([("SCRIPT", "FLUSH")])
    world.claims.confirm(claims)

    assert world.views.stats(60)["counters"]["accepted"] == 1

    redis_admin.run([("SCRIPT", "FLUSH")])
    replies = redis_client.run([call("resend", ["ticket:{a}"]), ("HGET", "ticket:{a}", "resends")])
    assert replies == [1, b"1"], "a read behind a script sees what the script wrote"


def test_a_commit_after_the_scripts_were_forgotten_reads_what_it_wrote(redis_client, redis_admin, redis_world):
    world = redis_world()
    item = world.item("a")
    world.accept(item)
    alert = world.alert(item)
    world.store.begin([item], max_attempts=3)
    redis_admin.run([("SCRIPT", "FLUSH")])

    (record,) = world.store.commit([world.outcome(item, alerts=(alert,))])

    assert record.state is State.SCORED, "else the worker would send no alert and acknowledge the message"
    assert record.alerts == (alert,)
    assert world.views.stats(3_600)["counters"]["scored"] == 1


def test_scripts_touch_no_key_that_the_caller_did_not_name():
    # Redis 6.2 lets it pass, ElastiCache Serverless does not: it finds the node by the keys of the call.
    for name, (text, _) in scripts().items():
        keys = re.findall(r"redis\.call\('(?!TIME)[A-Z]+'(?:, *([^,)\s]+))?", text.decode())

        assert [key for key in keys if not key.startswith("KEYS[")] == [], name
