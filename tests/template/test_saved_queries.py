"""Each field that a saved query or a table of the dashboard names is one that some line in its log groups has."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests import log_schema
from tests.template.observability import ALARMS, OPERATIONS, PAGE, QUERIES, WIDGETS

TABLES = {it["properties"]["title"]: it["properties"]["query"] for it in WIDGETS if it["type"] == "log"}

# Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
COMMANDS = {"filter", "display", "fields", "stats", "sort", "limit"}
WORDS = COMMANDS | {"by", "as", "and", "or", "not", "in", "like", "asc", "desc"}
FUNCTIONS = {"count", "sum", "avg", "max", "min", "pct", "latest", "earliest", "ispresent", "strlen", "bin"}
DISCOVERED = {"@timestamp", "@message", "@log", "@logStream", "@ingestionTime"}


def groups_of_table(text: str) -> tuple[list[str], str]:
    """Split a table's query into its log groups and the rest."""
    return re.findall(r"SOURCE '(\w+)'", text), re.sub(r"SOURCE '\w+'\s*\|\s*", "", text)


EVERYTHING: dict[str, tuple[list[str], str]] = {
    **{name: (it["LogGroupNames"], it["QueryString"]) for name, it in QUERIES.items()},
    **{title: groups_of_table(text) for title, text in TABLES.items()},
}


def words_of(group: str) -> str:
    return group.removesuffix("Logs").lower()


def schema(groups: list[str]) -> set[str]:
    """Return every field that some line in these groups may have."""
    if groups == ["ApiLogs"]:
        return log_schema.ACCESS_LOG
    return set().union(*(log_schema.fields_of(words_of(group)) for group in groups if group != "ApiLogs"))


def bare(query: str) -> str:
    """Return a query without comments, texts and patterns."""
    lines = [line for line in query.splitlines() if not line.lstrip().startswith("#")]
    return re.sub(r'"[^"]*"|(?<=like )/[^/]*/', " ", "\n".join(lines))


def fields_in(query: str) -> set[str]:
    """Return the fields that a query names."""
    text = bare(query)
    aliases = set(re.findall(r"\bas (\w+)", text))
    names = set(re.findall(r"(?<![\w.@])@?[A-Za-z_][\w.]*", text))
    functions = set(re.findall(r"\b(\w+)\(", text))
    assert functions <= FUNCTIONS, functions - FUNCTIONS
    return names - WORDS - functions - aliases - DISCOVERED


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_field_is_in_the_log_schema(name: str) -> None:
    groups, query = EVERYTHING[name]

    assert groups
    assert fields_in(query) <= schema(groups)


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_command_is_one(name: str) -> None:
    steps = [step.split()[0] for step in bare(EVERYTHING[name][1]).split("|")]

    assert set(steps) <= COMMANDS


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_message_that_is_asked_for_is_written_in_its_groups(name: str) -> None:
    groups, query = EVERYTHING[name]
    asked = set(re.findall(r'message = "([^"]+)"', query))
    for found in re.findall(r"message in (\[[^\]]+\])", query):
        asked |= set(json.loads(found))
    written = {message for word, message in log_schema.EVENTS if word in map(words_of, groups)}

    assert asked <= written
    for pattern in re.findall(r"message like /([^/]+)/", query):
        assert any(re.search(pattern, message) for message in written), pattern


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_log_group_has_lines_of_its_own_to_add(name: str) -> None:
    # A group is read, and paid for, only if a field that the query filters or counts by can be in it.
    groups, query = EVERYTHING[name]
    wanted = fields_in(query) - log_schema.COMMON - log_schema.OTHERS
    for group in groups:
        if wanted and group != "ApiLogs":
            assert wanted & log_schema.fields_of(words_of(group)), group


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    names = [it["Name"] for it in QUERIES.values()]

    assert len(names) >= 10
    assert len(set(names)) == len(names)
    assert all(name.startswith("router/") for name in names)


def test_one_ticket_is_traced_wherever_its_id_is_written() -> None:
    knowing = {word for (word, _), (_, fields) in log_schema.EVENTS.items() if "ticket_id" in fields}

    assert set(map(words_of, QUERIES["TraceTicket"]["LogGroupNames"])) == knowing


def test_the_access_log_is_the_one_of_the_template(written: dict[str, Any]) -> None:
    line = json.loads(written["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"])

    assert set(line) == log_schema.ACCESS_LOG


def test_the_runbook_names_queries_and_graphs_that_exist() -> None:
    known = {it["Name"].removeprefix("router/") for it in QUERIES.values()}
    known |= {re.sub(r" \(.+\)$", "", it["properties"]["title"]) for it in WIDGETS if "title" in it["properties"]}
    runbook = OPERATIONS.split("## PageAlarm", 1)[1].split("## What watching costs", 1)[0]
    described = " ".join(it["AlarmDescription"] for it in [*ALARMS.values(), PAGE])

    assert set(re.findall(r'"([A-Z][^"]+)"', re.sub(r"\s+", " ", runbook))) <= known
    assert set(re.findall(r'saved query "([^"]+)"', described)) <= known
