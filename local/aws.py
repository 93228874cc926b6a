"""Calls to the AWS emulator, in AWS's JSON protocol.

Not boto3: the emulator checks no signatures, so a call is one POST. That keeps polling on the event loop, can be
cancelled in the middle of a long poll, and saves the supervisor the SDK's start-up time. Functions use boto3.
"""

from __future__ import annotations

import json
from typing import Any, cast

import aiohttp

from local.errors import LocalStackError
from local.plan import Place

# Service -> prefix of X-Amz-Target and version of the protocol. Source: botocore's service models.
_SERVICES = {
    "sqs": ("AmazonSQS", "1.0"),
    "secretsmanager": ("secretsmanager", "1.1"),
    "ssm": ("AmazonSSM", "1.1"),
    "monitoring": ("GraniteServiceVersion20100801", "1.0"),
}
_TIMEOUT_S = 30  # above SQS's longest long poll


class AwsError(LocalStackError):
    """The emulator refused a call, or is gone."""


class AwsClient:
    """Calls any of the emulated services."""

    def __init__(self, place: Place) -> None:
        """Connect lazily to the emulator of this place."""
        self._place = place
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S)
        )

    async def close(self) -> None:
        """Drop every connection; calls under way fail."""
        await self._session.close()

    async def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call one operation, e.g. `call("sqs", "SendMessage", QueueUrl=…, MessageBody=…)`.

        Raises:
            AwsError: It failed.
        """
        prefix, version = _SERVICES[service]
        scope = f"local/20260101/{self._place.region}/{service}/aws4_request"
        headers = {
            "X-Amz-Target": f"{prefix}.{operation}",
            "Content-Type": f"application/x-amz-json-{version}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        }
        try:
            async with self._session.post(
                self._place.emulator_url + "/", data=json.dumps(arguments), headers=headers
            ) as response:
                body = await response.read()
                answer = json.loads(body) if body else {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise AwsError(f"{service} {operation}: {error or type(error).__name__}") from error
        if response.status >= 400:
            raise AwsError(
                f"{service} {operation}: {answer.get('__type', response.status)} {answer.get('message', '')}"
            )
        return cast("dict[str, Any]", answer)
