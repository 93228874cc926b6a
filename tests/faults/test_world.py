"""The world of the suites in virtual time is set as template.yaml sets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.plan import Place
from local.template import load_plan
from tests.faults.world import router, sqs, traffic

ROOT = Path(__file__).parents[2]
QUEUES = {"express": "ExpressQueue", "standard": "StandardQueue", "alerts": "AlertQueue"}


@pytest.fixture(scope="module")
def plan():
    return load_plan(ROOT / "template.yaml", Place(ROOT, ""))


@pytest.mark.parametrize(("ours", "of_template"), QUEUES.items())
def test_queues_and_event_sources_are_those_of_the_template(plan, ours, of_template):
    (mapping,) = [each for each in plan.mappings if each.queue.logical_id == of_template]
    assert sqs.VISIBILITY_S[ours] == mapping.queue.visibility_s
    assert sqs.MAX_RECEIVES[ours] == mapping.queue.max_receive_count
    assert mapping.queue.retention_s == sqs.RETENTION_S
    assert traffic.CONCURRENCY[ours] == mapping.maximum_concurrency
    assert mapping.batch_size == (1 if ours == "alerts" else router.BATCH_SIZE)
