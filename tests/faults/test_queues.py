"""The queues of the harness are those of template.yaml."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests.faults.harness.queues import router_queues
from tests.faults.harness.sqs import SqsDouble, arn_of
from tests.template.transformed import read
from ticketrouter.adapters.memory import MemoryClock


@pytest.mark.parametrize(
    ("name", "of_template"),
    [("express", "ExpressQueue"), ("standard", "StandardQueue"), ("alerts", "AlertQueue")],
)
def test_settings_are_those_of_the_template(name, of_template):
    template = read()
    sqs = SqsDouble(MemoryClock(), Random(1))
    queues = router_queues(sqs)
    url = getattr(queues, name)

    def said(resource):
        properties = template["Resources"][resource]["Properties"]
        visibility = template["Parameters"][properties["VisibilityTimeout"]["Ref"]]["Default"]
        return str(visibility), str(properties["MessageRetentionPeriod"])

    def made(address):
        names = ["VisibilityTimeout", "MessageRetentionPeriod"]
        attributes = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=names)["Attributes"]
        return tuple(attributes[name] for name in names)

    assert made(url) == said(of_template)
    assert made(queues.dead[url]) == said(of_template.replace("Queue", "DeadLetters"))
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"])
    assert policy["deadLetterTargetArn"] == arn_of(queues.dead[url])
    assert (
        policy["maxReceiveCount"]
        == template["Resources"][of_template]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    )
