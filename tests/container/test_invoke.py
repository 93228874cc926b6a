"""`sam local invoke`, for every function, on its file in events/."""

from __future__ import annotations

import pytest

from local.expectations import differences, load_case
from tests.container.conftest import Report
from tests.container.sam import Sam
from tests.container.services import FUNCTIONS, Services
from tests.container.shell import ROOT

# One event a function that needs nothing to be there first; test_lambda.py runs them all.
EVENTS = {
    "ingest": "valid",
    "worker": "one",
    "dispatcher": "unknown_destination",
    "query": "get_health",
    "score": "text",
    "reconciler": "schedule",
    "authorizer": "good",
}


def test_there_is_one_for_each_function(stack: Services) -> None:
    assert set(EVENTS) == set(FUNCTIONS) == {it.word for it in stack.plan.functions.values()}


@pytest.mark.parametrize(("word", "event"), EVENTS.items())
def test_it_answers_as_expected(sam: Sam, stack: Services, report: Report, word: str, event: str) -> None:
    stack.stage.empty()
    case = load_case(ROOT / "events" / word / f"{event}.json")

    answer = sam.invoke(f"{word.capitalize()}Function", case.path, stack)

    report("sam local invoke", f"{case.name:32} {answer.wall_s:5.1f} s, as expected")
    assert differences(case.answer, answer.payload) == [], answer.log
