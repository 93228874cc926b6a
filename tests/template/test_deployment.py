"""samconfig.toml and what `make deploy` prints name only what the template has."""

from __future__ import annotations

import string
from typing import Any

import pytest

from local.commands.deploy import NEXT_STEPS
from local.overrides import parameter_values
from local.samconfig import read_environments
from tests.template.transformed import ROOT

ENVIRONMENTS = read_environments(ROOT / "samconfig.toml")


def test_there_are_two_environments_with_a_stack_each() -> None:
    assert set(ENVIRONMENTS) == {"dev", "prod"}
    assert len({it.stack_name for it in ENVIRONMENTS.values()}) == 2


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_template_takes_the_parameters_of_each(written: dict[str, Any], name: str) -> None:
    given = {"CacheUrlSecretArn": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache"}

    parameter_values(written["Parameters"], given | ENVIRONMENTS[name].parameters)  # raises on what it refuses


def test_every_value_that_the_next_steps_name_is_an_output(written: dict[str, Any]) -> None:
    named = {field for _, field, _, _ in string.Formatter().parse(NEXT_STEPS) if field}

    assert named
    assert named <= set(written["Outputs"])
