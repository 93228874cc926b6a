"""The secret with the API keys, in AWS or in the emulator of the running stack; two who edit it lose nothing."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.errors import LocalStackError
from local.key_document import Change, changed

_TRIES = 5
_CURRENT = "AWSCURRENT"
_LABEL_PREFIX = "router-keys-"  # Source: a staging label is at most 256 characters, and never begins with AWS


def aws_client(secret_id: str) -> Any:
    """Return a client with the environment's credentials, in the region that an ARN names.

    Raises:
        LocalStackError: The environment does not say where AWS is.
    """
    region = secret_id.split(":")[3] if secret_id.startswith("arn:") and secret_id.count(":") >= 6 else None
    try:
        return boto3.client("secretsmanager", region_name=region)
    except BotoCoreError as error:  # no region, or a profile that does not exist
        raise LocalStackError(f"The secret with the keys: {error}") from error


def emulator_client(endpoint_url: str, region: str) -> Any:
    """Return a client of the running stack's emulator, which checks no signatures."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


class KeySecret:
    """Reads and edits one secret.

    A write names the version that it was made from, and is refused when that one is no longer current. Secrets Manager
    offers this for moving a label alone, so the new document is stored under a label of its own first.
    Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
    """

    def __init__(self, client: Any, secret_id: str) -> None:
        """Prepare; `secret_id` is an ARN or a name."""
        self._client, self._secret_id = client, secret_id

    def read(self) -> str:
        """Return the document.

        Raises:
            LocalStackError: It cannot be read.
        """
        return self._read()[0]

    def edit(self, change: Change) -> bool:
        """Make a change to the document as it is now; tell whether there was anything to change.

        Raises:
            LocalStackError: The change cannot be made, the secret cannot be reached, or others never stop editing it.
        """
        for _ in range(_TRIES):
            text, version = self._read()
            written = changed(text, change)
            if written == text:
                return False
            if self._replace(written, version):
                return True
        raise LocalStackError("Others keep changing the keys: nothing was changed here, try again")

    def _read(self) -> tuple[str, str]:
        answer = self._call("get_secret_value", VersionStage=_CURRENT)
        return str(answer.get("SecretString", "")), str(answer["VersionId"])

    def _replace(self, text: str, version: str) -> bool:
        """Make a text current if `version` still is; tell whether it was."""
        label = _LABEL_PREFIX + uuid.uuid4().hex
        draft = self._call("put_secret_value", SecretString=text, VersionStages=[label])["VersionId"]
        try:
            self._call(
                "update_secret_version_stage", VersionStage=_CURRENT, MoveToVersionId=draft, RemoveFromVersionId=version
            )
        except LocalStackError:
            if self._read()[1] == version:
                raise  # nobody was quicker: it was refused for another reason
            return False
        finally:
            with suppress(LocalStackError):  # a version without a label is deleted by Secrets Manager
                self._call("update_secret_version_stage", VersionStage=label, RemoveFromVersionId=draft)
        return True

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(SecretId=self._secret_id, **arguments)
        except (BotoCoreError, ClientError) as error:
            raise LocalStackError(f"The secret with the keys: {error}") from error
        return answer
