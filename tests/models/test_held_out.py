"""The whole report: baselines on the same rows, who is ahead, slices, pictures and tables."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from models import card, charts
from models.baselines import TASKS, TfIdf, training_rows, word_list
from models.held_out import (
    HeldOut,
    calibration,
    calibrations,
    confusion,
    judged,
    picked,
    slices,
    sources_trained_on,
    verdict,
)
from models.outputs import Outputs
from models.tickets import CATEGORIES, SENTIMENTS, URGENCY_LEVELS, Ticket, read_rubric

N = 240


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    return read_rubric()[1][:N]


def outputs(tickets: list[Ticket], noise: float) -> Outputs:
    """What a system says that sees the labels through noise; pairs are found by the group."""
    rng = np.random.default_rng(3)

    def chances(labels: tuple[str, ...], truth: list[str | None]) -> np.ndarray:
        one_hot = np.array([[float(label == name) for name in labels] for label in truth])
        return (one_hot + noise * rng.random(one_hot.shape)).astype(np.float32)

    urgency = np.clip([(t.urgency or 0.0) + noise * rng.normal(0, 0.3) for t in tickets], 0, 1)
    groups = {name: rng.normal(size=16) for name in sorted({t.group or t.text for t in tickets})}
    vectors = np.array([groups[t.group or t.text] for t in tickets])
    return Outputs(
        chances(CATEGORIES, [t.category for t in tickets]),
        chances(SENTIMENTS, [t.sentiment for t in tickets]),
        urgency.astype(np.float32),
        (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
    )


@pytest.fixture(scope="module")
def good(tickets: list[Ticket]) -> Outputs:
    return outputs(tickets, 0.5)


@pytest.fixture(scope="module")
def poor(tickets: list[Ticket]) -> Outputs:
    return outputs(tickets, 3.0)


def test_tfidf_learns_from_the_rows_of_the_trainer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLIC_DATA", raising=False)
    config = {"seed": 1, "batch_size": 32, "epochs": 2, "public": {}}
    rows, weights = training_rows(config)
    train, dev = read_rubric()
    assert set(rows) == set(train)
    assert not {row.text for row in rows} & {ticket.text for ticket in dev}
    assert all((weights[task] >= 2).all() for task in TASKS)


def test_tfidf_tells_apart_what_words_tell_apart() -> None:
    bills = [Ticket(f"refund my invoice {n}", "Billing", 0.5, "neutral") for n in range(20)]
    bugs = [Ticket(f"server crash outage {n}", "Technical", 1.0, "negative") for n in range(20)]
    rest = [Ticket(f"contract clause {n}", "Legal", 0.25, "positive") for n in range(20)]
    rest += [Ticket(f"office visit {n}", "General", 0.0, "neutral") for n in range(20)]
    rows = [*bills, *bugs, *rest]
    model = TfIdf(rows, {task: np.ones(len(rows)) for task in TASKS})
    said = model.predict([Ticket("an invoice to refund"), Ticket("outage after a server crash")])
    assert [CATEGORIES[row.argmax()] for row in said.category] == ["Billing", "Technical"]
    assert [SENTIMENTS[row.argmax()] for row in said.sentiment] == ["neutral", "negative"]
    assert said.urgency[1] > said.urgency[0] + 0.2
    assert said.category.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


def test_rows_without_weight_teach_nothing() -> None:
    rows = [Ticket(f"{name} word{n}", name, 0.5, tone) for n in range(4) for name in CATEGORIES for tone in SENTIMENTS]
    liars = [Ticket("refund", "Legal", 1.0, "negative")] * 30 + [Ticket("refund", "Billing", 0.0, "positive")]
    rows += liars
    weights = np.array([1.0] * (len(rows) - 31) + [0.0] * 30 + [1.0])
    said = TfIdf(rows, dict.fromkeys(TASKS, weights)).predict([Ticket("refund")])
    assert CATEGORIES[said.category[0].argmax()] == "Billing"
    assert said.urgency[0] < 0.5


def test_the_better_system_is_ahead_and_not_by_chance(tickets: list[Ticket], good: Outputs, poor: Outputs) -> None:
    found = judged(tickets, {"bundle": good, "tfidf": poor, "words": word_list(tickets)}, 0.9)
    assert found["bundle"]["figures"]["pair_f1"] == 1.0
    assert "pair_f1" not in found["tfidf"]["figures"]
    for figure, (difference, low, high) in found["ahead"].items():
        assert 0 < low <= difference <= high, figure
    for name in ("bundle", "tfidf"):
        for figure, (low, high) in found[name]["intervals"].items():
            assert low - 0.02 <= found[name]["figures"][figure] <= high + 0.02, figure


def test_a_bundle_that_loses_out_of_domain_does_not_ship(tickets: list[Ticket], good: Outputs, poor: Outputs) -> None:
    won = judged(tickets, {"bundle": good, "tfidf": poor}, 0.9)
    lost = judged(tickets, {"bundle": poor, "tfidf": good}, 0.9)
    level = judged(tickets, {"bundle": good, "tfidf": good}, 0.9)
    at_home = verdict({"own": lost | {"in_domain": True}, "far": won | {"in_domain": False}})
    assert (at_home["ships"], at_home["loses"]) == (True, [])
    assert len(at_home["wins"]) == 4
    away = verdict({"far": lost | {"in_domain": False}})
    assert not away["ships"]
    assert "far: category_macro_f1" in away["loses"]
    even = verdict({"far": level | {"in_domain": False}})
    assert (even["ships"], len(even["level"])) == (True, 4)


def test_few_tickets_are_no_contest(tickets: list[Ticket], good: Outputs, poor: Outputs) -> None:
    few = list(range(12))
    found = judged(tickets[:12], {"bundle": picked(good, few), "tfidf": picked(poor, few)}, 0.9)
    assert "ahead" not in found
    assert found["bundle"]["intervals"] == {}
    assert found["bundle"]["figures"]["n"] == 12
    assert verdict({"far": found | {"in_domain": False}}) == {"ships": True, "wins": [], "level": [], "loses": []}


def test_sets_are_judged_together_as_if_they_were_one(tickets: list[Ticket], good: Outputs) -> None:
    first, second = list(range(100)), list(range(100, N))
    sets = [HeldOut("a", tickets[:100], False), HeldOut("b", tickets[100:], False)]
    said = {"a": {"bundle": picked(good, first)}, "b": {"bundle": picked(good, second)}}
    assert calibrations(sets, said) == {"bundle": calibration(tickets, good)}


def test_a_source_is_in_domain_when_rows_of_it_are_trained_on() -> None:
    trained_on = sources_trained_on()
    assert {"banking77", "goemotions", "apache_jira"} <= trained_on
    assert not {"bitext", "senti4sd", "askubuntu", "webapps"} & trained_on


def test_slices_hold_each_ticket_once_a_kind(tickets: list[Ticket], good: Outputs) -> None:
    parts = slices(tickets, good)
    for kind in ("language", "length"):
        assert sum(part["n"] for part in parts[kind].values()) == N
    assert next(iter(parts["language"])) == "en"
    assert len(parts["length"]) > 2


def test_confusion_counts_labels_by_verdicts(tickets: list[Ticket], good: Outputs) -> None:
    counts = confusion(tickets, good)
    category, urgency = np.array(counts["category"]), np.array(counts["urgency"])
    assert category.sum() == urgency.sum() == N
    assert category.sum(axis=1).tolist() == [sum(t.category == name for t in tickets) for name in CATEGORIES]
    assert urgency.sum(axis=1).tolist() == [sum(t.urgency == level for t in tickets) for level in URGENCY_LEVELS]
    assert np.trace(category) > 0.9 * N


def drawn(tickets: list[Ticket], outputs: Outputs, folder: Path) -> dict[str, str]:
    figures = calibration(tickets, outputs)
    charts.draw_reliability({"our hands": figures, "other hands": figures}, folder)
    charts.draw_confusion(confusion(tickets, outputs), folder)
    rows = [
        {
            "tickets": n,
            "urgency_spearman": 0.5,
            "category_macro_f1": 0.6,
            "sentiment_accuracy": 0.7,
            "pair_f1_sets": 0.3,
        }
        for n in (100, 200)
    ]
    charts.draw_learning_curve(rows, folder)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_pictures_are_the_same_each_time_and_small(
    tickets: list[Ticket], good: Outputs, poor: Outputs, tmp_path: Path
) -> None:
    first, again, other = (
        drawn(tickets, said, tmp_path / name) for name, said in (("first", good), ("again", good), ("other", poor))
    )
    assert first.keys() == {"reliability.svg", "confusion.svg", "learning_curve.svg"}
    assert first == again
    assert first["reliability.svg"] != other["reliability.svg"]
    assert first["confusion.svg"] != other["confusion.svg"]
    assert max(path.stat().st_size for path in (tmp_path / "first").iterdir()) < 60_000


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.0, "0"), (0.8143, ".814"), (1.0, "1.000"), (-0.05, "-.050"), (213.2, "213"), (7, "7")],
)
def test_figures_are_shown_short(value: float | None, shown: str) -> None:
    assert card.number(value) == shown
