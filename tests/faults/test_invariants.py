"""Each invariant on journals written by hand: one where it holds, and one for each way in which it does not."""

from __future__ import annotations

import pytest

from tests.faults import judge
from tests.faults.harness import invariants
from tests.faults.harness.journal import Journal, Kind, read


def journal(*events):
    made = Journal()
    for at_ms, (kind, facts) in enumerate(events):
        made.note(kind, at_ms, **facts)
    return made


def answered(ticket_id, *, key=None, status=202):
    return Kind.ANSWERED, {"key": key or ticket_id, "status": status, "ticket_id": ticket_id, "duplicate": False}


def queued(ticket_id):
    return Kind.QUEUED, {"ticket_id": ticket_id}


def final(ticket_id, state="scored", outcome="a", epoch=1, attempts=1, reason=None):
    return Kind.FINAL, {
        "ticket_id": ticket_id, "epoch": epoch, "state": state, "outcome": outcome, "attempts": attempts,
        "reason": reason,
    }  # fmt: skip


def due(ticket_id, webhook_id, fallback_id=""):
    return Kind.ALERT_DUE, {"ticket_id": ticket_id, "webhook_id": webhook_id, "fallback_id": fallback_id}


def accepted(webhook_id):
    return Kind.ACCEPTED, {"webhook_id": webhook_id}


def delivery(webhook_id, status, told_by=""):
    return Kind.DELIVERY, {"webhook_id": webhook_id, "status": status, "told_by": told_by}


def killed(unrecorded=""):
    return Kind.KILLED, {"function": "dispatcher", "point": "after sender.send", "unrecorded": unrecorded}


def redriven(ticket_id):
    return Kind.REDRIVEN, {"ticket_id": ticket_id}


def poison(ticket_id):
    return Kind.POISON, {"ticket_id": ticket_id}


def invoked(messages, failed=(), unfinished=(), elapsed_ms=10, timeout_ms=60_000):
    return Kind.INVOKED, {
        "function": "worker", "messages": messages, "failed": None if failed is None else list(failed),
        "unfinished": list(unfinished), "elapsed_ms": elapsed_ms, "timeout_ms": timeout_ms,
    }  # fmt: skip


POISONED = final("p", "failed", attempts=3, reason="poison")
GOOD = {
    "accepted_is_durable": [queued("t"), answered("t"), answered("u", status=503)],
    "one_final": [answered("t"), final("t"), final("t"), final("t", "failed", epoch=2)],
    "one_identity": [answered("t", key="k"), answered("t", key="k"), answered("u", key="l"), answered("", status=409)],
    "alert_at_least_once": [
        due("t", "a"), accepted("a"), delivery("a", "delivered"),
        due("t", "b", "c"), delivery("b", "exhausted"), accepted("c"),
        due("t", "d"), delivery("d", "exhausted"),
        due("t", "e"), delivery("e", "suppressed", "digest"), accepted("digest"),
    ],
    "alert_at_most_once": [accepted("a"), killed("a"), accepted("a"), accepted("b"), killed()],
    "poison_isolated": [poison("p"), invoked({"m": "p", "n": "t"}, ["m"]), invoked({"o": "u"}, ["o"]), POISONED],
    "batch_response_exact": [invoked({"m": "t", "n": "u"}, ["n"], ["n"]), invoked({"m": "t"}), invoked({}, [])],
    "alert_not_lost_on_redelivery": [due("t", "a"), (Kind.ALERT_QUEUED, {"webhook_id": "a"})],
    "bounded_time": [invoked({}, elapsed_ms=59_000)],
    "redrive_is_noop_for_done": [
        due("t", "a"), final("t"), accepted("a"), redriven("t"), redriven("t"), final("t"), accepted("b"),
        due("u", "c"), redriven("u"), accepted("c"),  # had not been delivered: that one may
    ],
}  # fmt: skip
BAD = [
    ("accepted_is_durable", [answered("t"), queued("t")]),
    ("accepted_is_durable", [queued("u"), answered("t")]),
    ("one_final", [answered("t")]),
    ("one_final", [answered("t"), final("t"), final("t", "failed")]),
    ("one_final", [answered("t"), final("t", outcome="a"), final("t", outcome="b")]),
    ("one_identity", [answered("t", key="k"), answered("u", key="k")]),
    ("one_identity", [answered("t", key="k"), answered("t", key="l")]),
    ("alert_at_least_once", [due("t", "a"), delivery("a", "delivered")]),
    ("alert_at_least_once", [due("t", "a"), accepted("a"), delivery("a", "pending")]),
    ("alert_at_least_once", [due("t", "a"), accepted("a")]),
    ("alert_at_least_once", [due("t", "a"), delivery("a", "suppressed", "digest")]),
    ("alert_at_least_once", [due("t", "a"), delivery("a", "suppressed")]),
    ("alert_at_least_once", [due("t", "a", "b"), delivery("a", "exhausted")]),
    ("alert_at_most_once", [accepted("a"), accepted("a")]),
    ("alert_at_most_once", [accepted("a"), killed("a"), accepted("a"), accepted("a")]),
    ("alert_at_most_once", [accepted("a"), killed("b"), accepted("a")]),
    ("poison_isolated", [poison("p"), invoked({"m": "p", "n": "t"}, ["m", "n"]), POISONED]),
    ("poison_isolated", [poison("p"), final("p")]),
    ("poison_isolated", [poison("p"), final("p", "failed", attempts=2, reason="poison")]),
    ("poison_isolated", [poison("p"), final("p", "failed", attempts=3, reason="overdue")]),
    ("poison_isolated", [poison("p")]),
    ("batch_response_exact", [invoked({"m": "t"}, None)]),
    ("batch_response_exact", [invoked({"m": "t"}, ["m", "m"])]),
    ("batch_response_exact", [invoked({"m": "t"}, ["n"])]),
    ("batch_response_exact", [invoked({"m": "t"}, [], ["m"])]),
    ("alert_not_lost_on_redelivery", [due("t", "a"), (Kind.ALERT_QUEUED, {"webhook_id": "b"})]),
    ("bounded_time", [invoked({}, elapsed_ms=59_001)]),
    ("redrive_is_noop_for_done", [due("t", "a"), accepted("a"), redriven("t"), accepted("a")]),
    ("redrive_is_noop_for_done", [final("t"), redriven("t"), final("t", outcome="b")]),
    ("redrive_is_noop_for_done", [final("t"), redriven("t"), final("t", epoch=2)]),
]


def test_every_invariant_has_its_journals():
    names = {each.__name__ for each in invariants.ALL}
    assert names == GOOD.keys() == {name for name, _ in BAD}


@pytest.mark.parametrize("name", GOOD)
def test_it_holds(name):
    assert getattr(invariants, name)(journal(*GOOD[name])) == []


@pytest.mark.parametrize(("name", "events"), BAD)
def test_it_does_not(name, events):
    (sentence,) = getattr(invariants, name)(journal(*events))
    assert sentence.startswith("I")


def test_doubles_and_the_kills_that_explain_them_are_counted():
    made = journal(accepted("a"), killed("a"), accepted("a"), accepted("a"), accepted("b"), killed("b"), killed())
    assert (invariants.doubles_in(made), invariants.kills_in_window(made)) == (2, 2)


def test_a_journal_that_was_kept_is_judged_again(tmp_path, capsys):
    path = tmp_path / "journal.jsonl"
    journal(queued("t"), answered("t"), final("t")).write(path)
    with pytest.raises(SystemExit, match="False"):
        judge.main(str(path))
    journal(answered("t"), final("t")).write(path)
    with pytest.raises(SystemExit, match="True"):
        judge.main(str(path))
    assert capsys.readouterr().out == "everything held\nI1: t was answered 202 and was on no queue\n"


def test_a_journal_reads_back_as_it_was_written(tmp_path):
    made = journal(queued("t"), answered("t"), final("t", outcome="ü"))
    made.write(tmp_path / "journal.jsonl")
    assert list(read(tmp_path / "journal.jsonl")) == list(made)
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == 3
