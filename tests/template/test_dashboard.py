"""The dashboard answers its four questions, in their order, from metrics that exist, and leaves none out."""

from __future__ import annotations

import re

import pytest

from tests.template import observability as seen
from tests.template.observability import ALARMS, OPERATIONS, PAGE, WIDGETS
from tests.template.transformed import Template
from ticketrouter.telemetry import EMITTED_BY, NAMESPACE, Metric

GRAPHS = {it["properties"]["title"]: it for it in WIDGETS if it["type"] == "metric"}
(COST,) = [it for title, it in GRAPHS.items() if title.startswith("Estimated cost")]
QUESTIONS = ["Is anyone waiting?", "What is urgent?", "Is something failing?", "What does it cost?"]


def test_it_answers_four_questions_in_their_order() -> None:
    headings = [it["properties"]["markdown"].splitlines()[0] for it in WIDGETS if it["type"] == "text"]

    assert headings == [f"## {question}" for question in QUESTIONS]


def test_each_question_links_to_what_to_do() -> None:
    anchors = {re.sub(r"\W+", "-", it.lower()) for it in re.findall(r"^##+ (.+)$", OPERATIONS, re.MULTILINE)}
    links = [
        re.search(r"\]\(docs/operations\.md#([\w-]+)\)", it["properties"]["markdown"])
        for it in WIDGETS
        if it["type"] == "text"
    ]

    assert {link[1] for link in links if link} <= anchors
    assert all(links)


def test_every_alarm_stands_at_the_top() -> None:
    assert WIDGETS[0]["type"] == "alarm"
    shown = [arn.rpartition(":")[2] for arn in WIDGETS[0]["properties"]["alarms"]]

    assert shown == [PAGE["AlarmName"], *(alarm["AlarmName"] for alarm in ALARMS.values())]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("title", GRAPHS)
def test_a_graph_shows_what_exists(title: str) -> None:
    assert seen.watched_in(GRAPHS[title])
    for watched in seen.watched_in(GRAPHS[title]):
        seen.assert_exists(watched)


def test_every_metric_of_ours_is_shown_for_every_function_that_writes_it() -> None:
    shown = {
        (it.name, it.service) for graph in GRAPHS.values() for it in seen.watched_in(graph) if it.namespace == NAMESPACE
    }

    assert shown == {(metric.value, word) for metric, words in EMITTED_BY.items() for word in words}


@pytest.mark.parametrize("title", GRAPHS)
def test_durations_are_percentiles_in_ms_and_counts_are_sums(title: str) -> None:
    ours = [it for it in seen.watched_in(GRAPHS[title]) if it.namespace == NAMESPACE]
    units = {Metric(it.name).unit.value for it in ours}

    if units == {"Milliseconds"}:
        assert title.endswith("(ms)")
        assert {it.stat for it in ours} == {"p50", "p95", "p99"}
    else:
        assert units <= {"Count"}
        # The size of a batch is a count too, but a sum of sizes would be the number of messages.
        assert {it.stat for it in ours} <= ({"Average"} if {it.name for it in ours} == {"BatchSize"} else {"Sum"})


def test_every_function_and_queue_is_shown(template: Template) -> None:
    shown = {value for graph in GRAPHS.values() for it in seen.watched_in(graph) for _, value in it.dimensions}

    assert {f"{word.capitalize()}Function" for word in template.functions()} <= shown
    assert set(template.of_type("AWS::SQS::Queue")) <= shown


def test_every_widget_fits_its_row() -> None:
    # Without x and y CloudWatch fills rows of 24 columns from left to right.
    column = 0
    for widget in WIDGETS:
        column = 0 if column == 24 else column
        column += widget["width"]
        assert column <= 24, widget["properties"].get("title")
    assert column == 24


# --- the estimate -----------------------------------------------------------------------------------------------------


def test_the_estimate_counts_each_function_with_its_memory(template: Template) -> None:
    formula = seen.formulas_in(COST)["lambda"]
    functions = {
        it.id: dict(it.dimensions).get("FunctionName") for it in seen.watched_in(COST) if it.name == "Duration"
    }
    memory_mb = {functions[name]: int(size) for name, size in re.findall(r"FILL\((\w+), 0\) \* (\d+)", formula)}

    assert memory_mb == {
        f"{word.capitalize()}Function": template.value(function["MemorySize"])
        for word, function in template.functions().items()
    }


def test_the_estimate_uses_what_it_loads_and_adds_up_all_of_it() -> None:
    formulas = seen.formulas_in(COST)
    loaded = {it.id for it in seen.watched_in(COST)}
    used = set(re.findall(r"FILL\((\w+), 0\)", " ".join(formulas.values())))

    assert used == loaded
    assert not any(it.visible for it in seen.watched_in(COST))
    assert set(re.findall(r"\b[a-z]+\b", formulas["all"])) == set(formulas) - {"all"}


def test_the_estimate_is_right_for_a_million_tickets() -> None:
    # Given what a million tickets that come alone might cause in an hour (per id of the formulas)
    prices = {
        "lambda": (
            {"d0": 1_000_000 * 10.0, "d1": 1_000_000 * 50.0},
            (10_000 * 1.0 + 50_000 * 3008 / 1024) * 0.0000166667,
        ),
        "calls": ({"i0": 1_000_000, "i1": 1_000_000}, 0.40),
        "sqs": ({"s1": 1_000_000, "r1": 1_000_000, "x1": 1_000_000}, 1.20),
        "api": ({"requests": 1_000_000}, 1.00),
        "logs": ({"l1": 1e9, "l2": 1e9}, 1.00),
    }
    formulas = seen.formulas_in(COST)

    for name, (figures, dollars) in prices.items():
        assert evaluate(formulas[name], figures) == pytest.approx(dollars), name


def evaluate(formula: str, figures: dict[str, float]) -> float:
    """Compute a formula as CloudWatch would: sums of what is there, and zero for what is not."""
    names = {"SUM": sum, "FILL": lambda value, _: value}
    values = {name: figures.get(name, 0.0) for name in re.findall(r"FILL\((\w+), 0\)", formula)}
    return float(eval(formula, {"__builtins__": {}}, names | values))  # a formula of our own file
