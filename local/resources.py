"""Creates in the emulator what the template declares: queues, secrets, parameters; and fills in the local values."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from typing import Any

from local.aws import AwsClient
from local.plan import Plan, Queue

# Values are told apart by the environment variable under which functions are given their names. The names are in
# ticketrouter/settings.py; what the documents hold, in the adapters that read them.
CACHE_URL, ID_SECRET, API_KEYS = "CACHE_URL_SECRET_ARN", "ID_SECRET_ARN", "API_KEYS_SECRET_ARN"
DESTINATION_SECRETS, DESTINATIONS = "DESTINATION_SECRETS_ARN", "DESTINATIONS_PARAMETER"


def _named_by(plan: Plan, variable: str) -> set[str]:
    """Return the names that functions are given in a variable; of an ARN the part after the last colon."""
    values = (function.environment.get(variable, "") for function in plan.functions.values())
    return {value.rpartition(":")[2] for value in values if value}


def arn_in(plan: Plan, variable: str) -> str | None:
    """Return the ARN that functions are given in a variable; None if the plan has no function that reads it."""
    return next((it.environment[variable] for it in plan.functions.values() if it.environment.get(variable)), None)


async def create_resources(plan: Plan, aws: AwsClient, values: Mapping[str, str]) -> None:
    """Create everything.

    Args:
        plan: What to create.
        aws: The emulator.
        values: Values of secrets and parameters, by environment variable.

    Raises:
        AwsError: The emulator refused.
    """
    local = {name: text for variable, text in values.items() for name in _named_by(plan, variable)}
    parameters = {each.name: each.value for each in plan.parameters}
    parameters |= {name: local[name] for name in _named_by(plan, DESTINATIONS)}
    texts = {each.name: secrets.token_urlsafe(32) if each.text is None else each.text for each in plan.secrets}
    texts |= {name: text for name, text in local.items() if name not in parameters}
    await asyncio.gather(
        _create_queues(plan.queues, aws),
        *(aws.call("secretsmanager", "CreateSecret", Name=name, SecretString=text) for name, text in texts.items()),
        *(
            aws.call("ssm", "PutParameter", Name=name, Value=value, Type="String", Overwrite=True)
            for name, value in parameters.items()
        ),
    )


async def purge_queues(plan: Plan, aws: AwsClient) -> None:
    """Drop every message.

    Raises:
        AwsError: The emulator refused.
    """
    await asyncio.gather(*(aws.call("sqs", "PurgeQueue", QueueUrl=queue.url) for queue in plan.queues))


async def _create_queues(queues: tuple[Queue, ...], aws: AwsClient) -> None:
    """Create the queues; those that others name as their dead-letter queue come first."""
    targets = {queue.dead_letter_arn for queue in queues}
    for group in ([q for q in queues if q.arn in targets], [q for q in queues if q.arn not in targets]):
        await asyncio.gather(
            *(aws.call("sqs", "CreateQueue", QueueName=it.name, Attributes=_attributes(it)) for it in group)
        )


def _attributes(queue: Queue) -> dict[str, Any]:
    attributes = {
        "VisibilityTimeout": str(queue.visibility_s),
        "MessageRetentionPeriod": str(queue.retention_s),
    }
    if queue.dead_letter_arn:
        redrive = {"deadLetterTargetArn": queue.dead_letter_arn, "maxReceiveCount": str(queue.max_receive_count)}
        attributes["RedrivePolicy"] = json.dumps(redrive)
    return attributes
