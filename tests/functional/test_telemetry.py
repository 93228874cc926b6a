"""What the functions really write is what docs/logs.md and the metrics table say, field by field."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from awslambdaric.bootstrap import make_error

from functions.dispatcher import handler as dispatcher
from functions.ingest import handler as ingest
from functions.worker import handler as worker
from tests import log_schema, telemetry_day
from tests.lambda_context import FakeLambdaContext
from tests.telemetry_lines import Line, call, event, records, written
from tests.unit import dispatcher_world, worker_world
from ticketrouter.adapters.memory import MemoryClaims, MemoryClock, MemoryRandomness, MemoryState, MemoryWorkQueue
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.http_function import http_handler
from ticketrouter.telemetry import EMITTED_BY, NAMESPACE, CrashError, Metric, instrumented
from ticketrouter.usecases.ingest import Ingest

REASONS = {"poison", "dead-lettered", "overdue", "malformed-message", "id-conflict"}
OVERHEAD_BYTES = 26  # of each event. Source: https://aws.amazon.com/cloudwatch/pricing/


@pytest.fixture(scope="module")
def day() -> dict[str, list[Line]]:
    return telemetry_day.whole_day()


@pytest.fixture(scope="module")
def logs(day: dict[str, list[Line]]) -> dict[str, list[Line]]:
    return {word: [line for line in lines if "_aws" not in line] for word, lines in day.items()}


def directives(day: dict[str, list[Line]]) -> list[tuple[str, Line, Line]]:
    """Return word, line and directive of every metric line."""
    return [
        (word, line, directive)
        for word, lines in day.items()
        for line in lines
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
    ]


# --- logs -------------------------------------------------------------------------------------------------------------


def test_every_line_is_in_the_table_and_every_row_was_seen(logs: dict[str, list[Line]]) -> None:
    seen = {(word, line["message"]): line["level"] for word, lines in logs.items() for line in lines}

    assert seen == {key: level for key, (level, _) in log_schema.EVENTS.items()}


def test_a_line_has_its_fields_and_no_others(logs: dict[str, list[Line]]) -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for word, lines in logs.items():
        for line in lines:
            seen[word, line["message"]] |= set(line) - log_schema.COMMON

    assert dict(seen) == {key: fields for key, (_, fields) in log_schema.EVENTS.items()}


def test_each_line_says_where_it_comes_from(logs: dict[str, list[Line]]) -> None:
    of_an_invocation = {"function_request_id", "cold_start"}
    for lines in logs.values():
        for line in lines:
            assert log_schema.COMMON - of_an_invocation <= set(line)
        assert any(of_an_invocation <= set(line) for line in lines)


def test_a_crash_is_written_by_the_runtime_as_the_table_says() -> None:
    line = make_error("division by zero", "ZeroDivisionError", ["  File …"], "8f6f5a1e")

    assert set(line) <= log_schema.OTHERS


def test_a_request_is_found_by_its_trace_where_it_was_taken_and_where_it_was_scored(
    logs: dict[str, list[Line]],
) -> None:
    (batch,) = [line for line in logs["ingest"] if line["message"] == "batch"]
    traced = [line["trace"] for line in logs["worker"] if "trace" in line]

    assert traced == [batch["trace"]] == ["1-6740f6a0-0123456789abcdef01234567"]


def test_every_reason_of_a_dead_letter_is_told(logs: dict[str, list[Line]]) -> None:
    told = {
        line["reason"] for word in ("worker", "dispatcher", "reconciler") for line in logs[word] if "reason" in line
    }

    assert told == REASONS


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_each_metric_has_its_functions() -> None:
    assert set(EMITTED_BY) == set(Metric)


def test_each_function_writes_its_metrics_and_no_others(day: dict[str, list[Line]]) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for word, _, directive in directives(day):
        for metric in directive["Metrics"]:
            seen[metric["Name"]].add(word)

    assert seen == {metric.value: set(words) for metric, words in EMITTED_BY.items()}


def test_a_metric_has_its_unit_and_the_normal_resolution(day: dict[str, list[Line]]) -> None:
    for _, _, directive in directives(day):
        assert directive["Namespace"] == NAMESPACE
        for metric in directive["Metrics"]:
            # No StorageResolution: one a second would be three times the price of an alarm on it.
            assert metric == {"Name": metric["Name"], "Unit": Metric(metric["Name"]).unit.value}


def test_dimensions_do_not_explode(day: dict[str, list[Line]]) -> None:
    # Each set of values is one custom metric, $0.30 a month. A ticket's id here would be one metric a ticket.
    for _, _, directive in directives(day):
        names = {metric["Name"] for metric in directive["Metrics"]}
        dimensions = [["function_name", "service"]] if "ColdStart" in names else [["service"]]
        assert directive["Dimensions"] == dimensions, names


def test_the_custom_metrics_are_counted() -> None:
    # What docs/operations.md says that they cost. A new metric is a decision: change the number with the table.
    assert sum(len(words) for words in EMITTED_BY.values()) == 50


# --- bytes ------------------------------------------------------------------------------------------------------------


def _bytes(lines: list[Line]) -> tuple[int, int]:
    """Return what CloudWatch counts, and how much of it is metrics, without the cold start."""
    warm = [line for line in lines if "ColdStart" not in line]
    sizes = [(len(json.dumps(line, separators=(",", ":"))) + OVERHEAD_BYTES, "_aws" in line) for line in warm]
    return sum(size for size, _ in sizes), sum(size for size, is_metric in sizes if is_metric)


def test_what_a_ticket_costs_in_log_bytes_is_what_the_table_says() -> None:
    clock = MemoryClock()
    accepting = Ingest(
        claims=MemoryClaims(MemoryState(clock), rate_limit_per_minute=1_000),
        queue=MemoryWorkQueue(),
        ids=TicketIds(b"secret"),
        clock=clock,
        randomness=MemoryRandomness(),
    )
    working, dispatching = worker_world.World(), dispatcher_world.World()
    with written() as by_ingest:
        call(ingest.make_handler(ingest=accepting), event("ingest", "valid"), "ingest")
    with written() as by_worker:
        call(worker.make_handler(worker=working.worker), records(working.message("INC-2041", "fire")), "worker")
    with written() as by_dispatcher:
        alert = dispatcher_world.message(dispatcher_world.alert("INC-2041"))
        call(dispatcher.make_handler(dispatcher=dispatching.dispatcher), records(alert), "dispatcher")

    measured = {"ingest": _bytes(by_ingest), "worker": _bytes(by_worker), "dispatcher": _bytes(by_dispatcher)}

    for word, (all_bytes, metric_bytes) in log_schema.BYTES.items():
        # A tenth either way: ids and times vary in length.
        assert measured[word] == (pytest.approx(all_bytes, rel=0.1), pytest.approx(metric_bytes, rel=0.1)), word
    assert set(log_schema.BYTES) == set(measured)


@pytest.mark.parametrize("word", ["ingest", "worker"])
def test_an_exception_is_told_by_its_kind_and_place_and_never_by_its_words(word: str, output: Any) -> None:
    def quote(event: Any) -> Any:
        try:
            raise KeyError("my card is 4111")
        except KeyError as error:
            raise ValueError("my card is 4111") from error

    context = FakeLambdaContext(word)
    if word == "ingest":
        answer = http_handler({"POST /tickets": quote})({"routeKey": "POST /tickets"}, context)
        said = output.readouterr().out
        assert answer["statusCode"] == 500
        line = json.loads(said.splitlines()[0])
        assert (line["exception_name"], line["frames"][-1].split()[-1]) == ("ValueError from KeyError", "quote")
    else:
        with pytest.raises(CrashError) as crash:
            instrumented(lambda event, context: quote(event))({}, context)
        said = f"{crash.value} {crash.value.__cause__} {output.readouterr().out}"
        assert "ValueError from KeyError at" in said and "quote" in said
        assert crash.value.__suppress_context__
    assert "4111" not in said


def test_an_error_of_ours_leaves_a_handler_as_it_is() -> None:
    def unset(event: Any, context: Any) -> Any:
        raise MissingSettingError("secret arn: cannot be fetched")

    with pytest.raises(MissingSettingError, match="secret arn"):
        instrumented(unset)({}, FakeLambdaContext("worker"))
