"""A cluster: a script, or a command, touches keys of one slot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.crc import key_slot

from ticketrouter.adapters.redis_store.client import scripts
from ticketrouter.domain.alert import IncidentFacts, IncidentPhase
from ticketrouter.domain.audit import AuditEnd, AuditEntry
from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.feedback import Feedback
from ticketrouter.domain.incident import IncidentAction
from ticketrouter.domain.joiner import Joiner, Neighbour
from ticketrouter.domain.record import Attempt, DeadLetter
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import TicketQuery


class TestSlots:
    """A cluster refuses a command whose keys live in different slots."""

    def test_each_script_keeps_to_one_slot_and_every_script_is_called(self, redis_client, redis_world, monkeypatch):
        sent = []
        run = redis_client.run
        monkeypatch.setattr(
            redis_client, "run", lambda commands, **options: sent.extend(commands) or run(commands, **options)
        )

        _live_through_everything(redis_world())

        names = {sha: name for name, (_, sha) in scripts().items()}
        called = {names[command[1]]: command for command in sent if command[0] == "EVALSHA"}
        assert set(called) == set(scripts())
        for command in sent:
            assert len({key_slot(str(key).encode()) for key in _keys_of(command)}) <= 1, command[:3]
        assert not {"MULTI", "EXEC", "WATCH", "KEYS"} & {command[0] for command in sent}


def _keys_of(command):
    if command[0] == "EVALSHA":
        return command[3 : 3 + command[2]]
    if command[0] == "DEL":
        return command[1:]
    return command[1:2]


def _live_through_everything(world):
    claims = world.claims_with(rate_limit_per_minute=60)
    items = [world.item(customer="ada") for _ in range(500)]
    claims.confirm(claims.claim(items, key_id="k", token="t"))
    with pytest.raises(RateLimitedError):
        claims.claim([world.item("over")], key_id="k", token="t")
    scored, failed, deleted, resent, *_ = items
    world.store.begin([scored], max_attempts=3)
    world.store.forgive([scored.ticket.ticket_id])
    alert = world.alert(scored)
    world.store.commit([world.outcome(scored, alerts=(alert,)), world.outcome(deleted)])
    world.store.mark_alerts_enqueued([scored.ticket.ticket_id])
    world.deliveries.claim(alert, token="d", lease_ms=5_000)
    tried = Attempt(world.clock.now_ms(), 1.5, 200)
    world.deliveries.record(alert, tried, DeliveryStatus.DELIVERED, token="d", retry_in_ms=None)
    world.deliveries.close(world.alert(deleted), DeliveryStatus.EXHAUSTED)
    world.deliveries.find(status=None, limit=10, cursor=None)
    held = world.alert(resent)
    world.deliveries.claim(held, token="h", lease_ms=5_000)
    world.budgets.spend(held, 0)
    world.deliveries.hold(held, token="h", digest_id="dig_x", wait_ms=None)
    world.budgets.told(world.budgets.close("oncall"))
    world.budgets.destinations()
    facts = IncidentFacts("inc_a", 1, 1, 1, 1, "Technical", (), IncidentPhase.OPENED)
    world.deliveries.take_turn(facts, "oncall", token="h", lease_ms=1)
    world.deliveries.tell_instead(facts, "oncall", fallback="chat", token="h")
    world.deliveries.told_instead(facts, "oncall")
    world.deliveries.end_turn(facts, "oncall", token="h", told=True)
    world.deliveries.postpone(held, token="h", in_ms=1)
    world.deliveries.note_fallback(held, "chat")
    world.health.admit("oncall", token="h", lease_ms=1, secret_print="p", by_operator=False)
    world.health.failed("oncall", slow=True, wish_s=0)
    world.health.gone("oncall", secret_print="p")
    world.health.conditions(["oncall"])
    like = Joiner("a", "inc_a", "Technical", 0.9, True, 1, "on fire", ("oncall",), (Neighbour("b", 0.9),), 1)
    world.incidents.join([like])
    world.incidents.stand("inc_a", ["a"])
    world.incidents.confirm("inc_a", 1, ["oncall"])
    world.incidents.change("inc_a", IncidentAction.ACK)
    world.incidents.due(quiet_ms=1)
    world.incidents.find(status="", limit=10, cursor=None)
    world.incidents.forget("a", None)
    world.store.link({"a": "inc_a"})
    world.audit.begin(AuditEntry("aud_x", 1, "ops", "", "POST /dead-letters/redrive", ""))
    world.audit.end("aud_x", AuditEnd(200))
    world.audit.find(limit=10, cursor=None)
    world.store.fail(failed, "poison")
    world.store.reopen(failed.ticket.ticket_id)
    world.store.count_resend(resent.ticket.ticket_id, due_at_ms=1)
    world.store.settle(world.store.overdue(2, 10))
    about = replace(world.alert(scored), ticket_id="inc_a", incident=facts)
    world.store.commit([world.outcome(resent, alerts=(about,)), world.outcome(items[4], incident_id="inc_a")])
    world.letters.keep(DeadLetter("n", "id-conflict", 1, items[4].ticket.ticket_id, items[4].to_json()))
    world.store.delete(items[4].ticket.ticket_id)
    world.letters.of_customer("ada")
    world.store.delete(deleted.ticket.ticket_id)
    world.letters.keep(DeadLetter("m", "malformed-message", 1))
    world.feedback.add(Feedback("fb_x", scored.ticket.ticket_id, 1, "ops"), limit=1)
    world.feedback.of_ticket(scored.ticket.ticket_id)
    world.feedback.find(limit=10, cursor=None)
    world.views.pulse()
    world.deliveries.changes(1, 10)
    world.incidents.changes(1, 10)
    world.incidents.count_open()
    world.letters.find(limit=10, cursor=None)
    world.letters.remove(["m"])
    cursor = world.views.changes(None, 10).cursor
    world.views.changes(cursor, 10)
    world.views.find(TicketQuery())
    world.views.find(TicketQuery(text="fire", min_urgency=0.1))
    world.views.stats(3_600)
    world.views.ids_of_customer("ada", 10)
