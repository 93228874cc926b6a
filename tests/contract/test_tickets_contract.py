"""Records of tickets: forward only; on memory and on a real Redis."""

from __future__ import annotations

from dataclasses import replace

from ticketrouter.domain.record import DeadLetter, TicketRecord
from ticketrouter.domain.status import DeliveryStatus, Lane, State
from ticketrouter.ports import Begin


def begin(world, item, max_attempts=3):
    return world.store.begin([item], max_attempts=max_attempts)[0]


def test_a_missing_record_is_made_from_the_message(world):
    item = world.item("a", customer="Ünal & söhne")  # accepted while the store was away

    begun = begin(world, item)

    assert begun.verdict is Begin.SCORE
    assert begun.record == TicketRecord(item, State.QUEUED, attempts=1)
    assert world.store.get("a") == begun.record
    assert world.store.overdue(item.accepted_at_ms + 3_600_000, 10) == ["a"]
    assert world.views.ids_of_customer("Ünal & söhne", 10) == ["a"]
    begin(world, item)
    assert world.views.stats(60)["counters"]["accepted"] == 1


def test_a_batch_is_begun_ticket_by_ticket_in_its_order(world):
    known, scored, deleted, spent = (
        world.item(name, customer="ada") for name in ("known", "scored", "deleted", "spent")
    )
    world.accept(known, scored, deleted, spent)
    record = world.store.commit([world.outcome(scored)])[0]
    world.store.delete("deleted")
    begin(world, spent, max_attempts=1)
    other, missing, missed = world.item("known", "other words"), world.item("missing", customer="ada"), world.item()

    begun = world.store.begin([missing, scored, other, deleted, missed, spent], max_attempts=1)

    assert [one.verdict for one in begun] == [
        Begin.SCORE, Begin.ALREADY_SCORED, Begin.CONFLICT, Begin.DELETED, Begin.SCORE, Begin.EXHAUSTED,
    ]  # fmt: skip
    assert [one.record.item for one in begun] == [missing, scored, known, deleted, missed, spent]
    assert begun[1].record == record
    assert world.store.get_many(["missing", "known"]) == [
        TicketRecord(missing, State.QUEUED, attempts=1),
        TicketRecord(known, State.QUEUED),
    ]
    assert world.views.stats(60)["counters"]["accepted"] == 6
    assert world.views.ids_of_customer("ada", 10) == ["known", "missing", "scored", "spent"]
    assert world.store.begin([], max_attempts=1) == []


def test_a_message_of_other_content_is_a_conflict_and_changes_nothing(world):
    world.accept(world.item("a"))
    before = world.store.get("a")

    begun = begin(world, world.item("a", "other words"))

    assert (begun.verdict, begun.record) == (Begin.CONFLICT, before)
    assert world.store.get("a") == before


def test_a_final_ticket_is_not_begun_again(world):
    scored, failed = world.item("scored"), world.item("failed")
    world.accept(scored, failed)
    record = world.store.commit([world.outcome(scored)])[0]
    world.store.fail(failed, "poison")

    assert begin(world, scored) == type(begin(world, scored))(Begin.ALREADY_SCORED, record)
    assert begin(world, failed).verdict is Begin.ALREADY_FAILED
    assert world.store.get("scored").attempts == 0


def test_a_commit_writes_everything_and_reads_back_the_same(world):
    item = world.item("a", "Zażółć gęślą jaźń 🔥", subject="火", metadata={"k": "v"}, lane=Lane.EXPRESS)
    world.accept(item)
    begin(world, item)
    outcome = world.outcome(item, cold_start=True, alerts=(world.alert(item), world.alert(item, "chat")))

    (record,) = world.store.commit([outcome])

    assert record == TicketRecord(
        item=item,
        state=State.SCORED,
        attempts=1,
        started_at_ms=outcome.started_at_ms,
        scored_at_ms=outcome.scored_at_ms,
        scoring_ms=12.75,
        cold_start=True,
        score=outcome.score,
        alerts=outcome.alerts,
    )
    assert world.store.get("a") == record
    assert (record.queue_ms, record.total_ms) == (25, 40)


def test_a_second_commit_changes_nothing_and_counts_nothing(world):
    item = world.item("a")
    world.accept(item)
    first = world.store.commit([world.outcome(item, 0.9)])

    second = world.store.commit([world.outcome(item, 0.1, category="Billing")])

    assert second == first == [world.store.get("a")]
    stats = world.views.stats(60)
    assert stats["counters"]["scored"] == stats["counters"]["urgent"] == 1
    assert stats["by_category"] == {"Technical": 1}
    assert stats["latency"]["total_ms"]["count"] == 1


def test_a_batch_commits_in_order_with_late_ones_among_it(world):
    items = [world.item() for _ in range(5)]
    world.accept(*items)
    world.store.fail(items[2], "poison")

    records = world.store.commit([world.outcome(item) for item in items])

    assert [record.item for record in records] == items
    assert [record.state for record in records] == [State.SCORED] * 2 + [State.FAILED] + [State.SCORED] * 2
    assert world.views.stats(60)["counters"]["scored"] == 4
    assert world.store.commit([]) == []


def test_a_commit_makes_a_record_that_is_missing(world):
    item = world.item("a")

    (record,) = world.store.commit([world.outcome(item)])

    assert (record.state, record.item) == (State.SCORED, item)
    counters = world.views.stats(60)["counters"]
    assert (counters["accepted"], counters["scored"]) == (1, 1)


def test_what_is_scored_cannot_fail_and_what_failed_stays_failed(world):
    scored, failed = world.item("scored"), world.item("failed")
    world.accept(scored, failed)
    world.store.commit([world.outcome(scored)])

    assert world.store.fail(scored, "overdue") is False
    assert world.store.fail(failed, "poison") is True
    assert world.store.fail(failed, "overdue") is False

    assert world.store.get("scored").state is State.SCORED
    assert (world.store.get("failed").state, world.store.get("failed").failure) == (State.FAILED, "poison")
    assert world.views.stats(60)["counters"]["failed"] == 1
    assert [letter.id for letter in world.letters.find(limit=10, cursor=None)[0]] == ["failed"]


def test_a_failure_is_a_dead_letter_and_has_no_deadline_any_more(world):
    item = world.item("a")
    world.accept(item)
    before_ms = world.clock.now_ms()

    world.store.fail(item, "poison")

    (letter,) = world.letters.get_many(["a"])
    assert letter == DeadLetter("a", "poison", letter.at_ms, ticket_id="a")
    assert before_ms <= letter.at_ms <= world.clock.now_ms()
    assert world.store.overdue(item.accepted_at_ms + 10**9, 10) == []


def test_a_failure_of_other_content_leaves_the_ticket_alone(world):
    world.accept(world.item("a"))

    assert world.store.fail(world.item("a", "other words"), "id-conflict") is False
    assert world.store.get("a").state is State.QUEUED


def test_a_ticket_that_was_never_recorded_can_fail(world):
    item = world.item("a")

    assert world.store.fail(item, "dead-lettered") is True
    assert world.store.get("a") == TicketRecord(item, State.FAILED, failure="dead-lettered")


def test_the_first_owner_confirms_too_late(world):
    item = world.item("a")
    claims = world.claims.claim([item], key_id="k", token="first")
    world.store.begin([item], max_attempts=3)
    world.store.commit([world.outcome(item)])

    world.claims.confirm(claims)

    assert world.store.get("a").state is State.SCORED


def test_alerts_are_marked_and_only_where_there_is_a_record(world):
    item = world.item("a")
    world.accept(item)
    world.store.commit([world.outcome(item)])

    world.store.mark_alerts_enqueued(["a", "unknown"])

    assert world.store.get("a").alerts_enqueued is True
    assert world.store.get("unknown") is None


def test_who_owes_alerts_keeps_the_deadline_until_they_are_queued(world):
    owing, quiet = world.item("a"), world.item("b")
    world.accept(owing, quiet)
    much_later_ms = owing.accepted_at_ms + 10**9

    world.store.commit([world.outcome(owing, alerts=(world.alert(owing),)), world.outcome(quiet, 0.1)])
    assert world.store.overdue(much_later_ms, 10) == ["a"]

    world.store.mark_alerts_enqueued(["a"])
    assert world.store.overdue(much_later_ms, 10) == []


def test_a_late_commit_without_alerts_takes_no_deadline_from_one_that_owes_them(world):
    item = world.item("a")
    world.accept(item)
    world.store.commit([world.outcome(item, alerts=(world.alert(item),))])

    world.store.commit([world.outcome(item, 0.1)])

    assert world.store.overdue(item.accepted_at_ms + 10**9, 10) == ["a"]


def test_resends_are_counted_until_the_ticket_is_final(world):
    item = world.item("a")
    world.accept(item)
    due_ms = item.accepted_at_ms + 9_000_000

    assert [world.store.count_resend("a", due_at_ms=due_ms) for _ in range(2)] == [1, 2]
    assert world.store.overdue(due_ms - 1, 10) == []
    assert world.store.overdue(due_ms, 10) == ["a"]

    world.store.fail(item, "overdue")
    assert world.store.count_resend("a", due_at_ms=due_ms) == 0
    assert world.store.count_resend("unknown", due_at_ms=due_ms) == 0
    assert world.store.overdue(due_ms, 10) == []


def test_a_redrive_opens_a_failed_ticket_for_a_new_round(world):
    item = world.item("a")
    world.accept(item)
    begin(world, item)
    world.store.count_resend("a", due_at_ms=item.accepted_at_ms)
    world.store.fail(item, "poison")

    reopened = world.store.reopen("a")

    assert reopened == TicketRecord(item, State.QUEUED, epoch=2) == world.store.get("a")
    assert world.letters.find(limit=10, cursor=None) == ([], None)
    assert world.letters.get_many(["a"]) == [None]
    assert world.store.overdue(world.clock.now_ms() + 3_600_000, 10) == ["a"]
    assert world.store.overdue(world.clock.now_ms() + 3_000_000, 10) == []
    assert begin(world, item).verdict is Begin.SCORE
    assert world.store.commit([world.outcome(item)])[0].state is State.SCORED


def test_only_a_failed_ticket_is_reopened(world):
    queued, scored = world.item("queued"), world.item("scored")
    world.accept(queued, scored)
    world.store.commit([world.outcome(scored)])

    assert [world.store.reopen(one) for one in ("queued", "scored", "unknown")] == [None] * 3
    assert world.store.get("scored").state is State.SCORED
    assert world.store.overdue(queued.accepted_at_ms + 3_600_000, 10) == ["queued"]
    assert world.store.overdue(queued.accepted_at_ms + 10**9, 10) == ["queued"]


def test_many_records_come_in_the_order_of_their_ids(world):
    first, second = world.item("a"), world.item("b")
    world.accept(first, second)

    found = world.store.get_many(["b", "unknown", "a"])

    assert [record and record.item for record in found] == [second, None, first]
    assert world.store.get_many([]) == []


def test_the_most_overdue_come_first(world):
    world.store.postpone("late", 3_000)
    world.store.postpone("later", 2_000)
    world.store.postpone("latest", 1_000)

    assert world.store.overdue(2_500, 10) == ["latest", "later"]
    assert world.store.overdue(9_999, 2) == ["latest", "later"]

    world.store.settle(["latest", "unknown"])
    assert world.store.overdue(9_999, 10) == ["later", "late"]
    world.store.settle([])


def test_a_redriven_ticket_keeps_its_place_and_its_delivery_starts_again(world):
    item = world.item("a")
    world.accept(item)
    first = world.alert(item)
    world.deliveries.claim(first, token="d", lease_ms=5_000)
    world.deliveries.close(first, DeliveryStatus.EXHAUSTED)

    second = replace(first, epoch=2)
    assert world.deliveries.claim(second, token="e", lease_ms=5_000).verdict.value == "send"
    assert world.deliveries.of_ticket("a", ["oncall"])[0].alert == second


def test_a_ticket_that_was_deleted_while_it_was_scored_does_not_settle_the_next_one_with_its_id(world):
    # Given other words under the id of a ticket that a worker has in hand
    scored = world.item("a", "The printer is on fire")
    world.accept(scored)
    begin(world, scored)
    world.store.delete("a")
    posted = world.item("a", "The scanner is on fire")
    world.accept(posted)

    (record,) = world.store.commit([world.outcome(scored)])

    assert (record.item, record.state) == (posted, State.QUEUED)
    assert world.store.overdue(posted.accepted_at_ms + 3_600_000, 10) == ["a"], "somebody still looks after it"


def test_alerts_of_a_ticket_that_was_deleted_are_not_noted_for_the_next_one_with_its_id(world):
    first = world.item("a", "The printer is on fire")
    world.accept(first)
    world.store.commit([world.outcome(first, alerts=(world.alert(first),))])
    world.store.delete("a")
    second = world.item("a", "The scanner is on fire")
    world.accept(second)

    world.store.mark_alerts_enqueued(["a"])  # by the worker of the first one

    begin(world, second)
    (record,) = world.store.commit([world.outcome(second, alerts=(world.alert(second),))])
    assert (record.state, record.alerts_enqueued) == (State.SCORED, False), "else nobody would hear of it"
    assert world.store.overdue(second.accepted_at_ms + 3_600_000, 10) == ["a"]
