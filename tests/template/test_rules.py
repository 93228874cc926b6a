"""What cannot work is refused before anything is made: each rule, with what it takes and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from local.overrides import parameter_values
from tests.template.transformed import GIVEN, read

WRITTEN = read()


def _holds(node: Any, values: Mapping[str, Any]) -> Any:
    """Evaluate a rule-specific intrinsic function.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
    """
    if not isinstance(node, dict):
        return node
    ((name, arguments),) = node.items()
    if name == "Ref":
        return str(values[arguments])
    functions: dict[str, Callable[..., Any]] = {
        "Fn::Equals": lambda first, second: _holds(first, values) == _holds(second, values),
        "Fn::Not": lambda test: not _holds(test, values),
        "Fn::And": lambda *tests: all(_holds(test, values) for test in tests),
        "Fn::Contains": lambda several, one: _holds(one, values) in several,
    }
    return functions[name](*arguments)


def _refusals(**given: str) -> Iterator[str]:
    values = parameter_values(WRITTEN["Parameters"], given)
    for rule in WRITTEN["Rules"].values():
        if _holds(rule["RuleCondition"], values):
            yield from (it["AssertDescription"] for it in rule["Assertions"] if not _holds(it["Assert"], values))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"StandardBatchSize": "50", "StandardBatchWindow": "1"},
        {"StandardBatchSize": "1"},
        {"SnapStart": "PublishedVersions", "WorkerProvisionedConcurrency": "1"},
        {"IngestProvisionedConcurrency": "1"},
        {"SiteDomain": "a.example", "SiteCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1"},
    ],
    ids=str,
)
def test_what_works_is_taken(given: dict[str, str]) -> None:
    assert list(_refusals(**GIVEN, **given)) == []


def test_a_managed_cache_needs_no_secret() -> None:
    assert list(_refusals(CacheMode="managed")) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"CacheUrlSecretArn": ""}, "needs CacheUrlSecretArn"),
        ({"StandardBatchSize": "11"}, "needs a StandardBatchWindow"),
        ({"SnapStart": "PublishedVersions", "IngestProvisionedConcurrency": "1"}, "not both"),
        ({"SiteDomain": "a.example"}, "go together"),
        ({"SiteCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1"}, "go together"),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused_in_words(given: dict[str, str], words: str) -> None:
    (refusal,) = _refusals(**{**GIVEN, **given})

    assert words in refusal
