"""The AWS account that a stack is deployed to: what `sam deploy` and `sam delete` leave to be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local.site import cache_control, content_type

_NESTED = "AWS::CloudFormation::Stack"
_DELETE_AT_ONCE = 1000  # Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, or of a stack within it."""

    kind: str
    physical_id: str


class Account:
    """The account and region of the environment's credentials."""

    def __init__(self, session: boto3.Session | None = None) -> None:
        """Use the session, by default that of the environment."""
        made = session or boto3.Session()
        # Each service's client has types of its own that we do not install for one call.
        self._stacks: Any = made.client("cloudformation")
        self._s3: Any = made.client("s3")
        self._logs: Any = made.client("logs")
        self._cdn: Any = made.client("cloudfront")

    def exists(self, stack: str) -> bool:
        """Tell whether there is such a stack, however its deployment ended."""
        return self._describe(stack) is not None

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the stack's outputs; none if there is no such stack."""
        found = self._describe(stack) or {}
        return {it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", [])}

    def parameters(self, stack: str) -> dict[str, str]:
        """Return the values that the stack was last given; none if there is no such stack."""
        found = self._describe(stack) or {}
        return {it["ParameterKey"]: it["ParameterValue"] for it in found.get("Parameters", [])}

    def _describe(self, stack: str) -> dict[str, Any] | None:
        try:
            (found,) = self._stacks.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # how CloudFormation says "does not exist"
                return None
            raise
        described: dict[str, Any] = found
        return described

    def resources(self, stack: str) -> list[Resource]:
        """Return the stack's resources and those of the stacks in it."""
        return list(self._resources(stack))

    def _resources(self, stack: str) -> Iterator[Resource]:
        for page in self._stacks.get_paginator("list_stack_resources").paginate(StackName=stack):
            for it in page["StackResourceSummaries"]:
                found = Resource(it["ResourceType"], it.get("PhysicalResourceId", ""))
                yield found
                if found.kind == _NESTED and found.physical_id:
                    yield from self._resources(found.physical_id)

    def upload(self, folder: Path, bucket: str) -> int:
        """Put a built site's files into a bucket under their relative paths, hidden ones left out; return how many.

        Pages come last: they name the other files.
        """
        keys = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        shown = [key for key in keys if not any(part.startswith(".") for part in key.split("/"))]
        for key in sorted(shown, key=lambda it: (it.endswith(".html"), it)):
            extra = {"ContentType": content_type(key), "CacheControl": cache_control(key)}
            self._s3.upload_file(str(folder / key), bucket, key, ExtraArgs=extra)
        return len(shown)

    def refresh(self, distribution_id: str, reference: str) -> None:
        """Let CloudFront fetch every file again; a second call with the same reference does nothing."""
        batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": reference}
        self._cdn.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)

    def empty(self, bucket: str) -> int:
        """Delete every object of a bucket, in every version; return how many."""
        count = 0
        for page in self._s3.get_paginator("list_object_versions").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": _DELETE_AT_ONCE}
        ):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": it["Key"], "VersionId": it["VersionId"]} for it in found]
            if objects:
                self._s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            count += len(objects)
        return count

    def delete_log_groups(self, names: list[str]) -> list[str]:
        """Delete those log groups that still exist; return their names."""
        deleted = []
        for name in names:
            try:
                self._logs.delete_log_group(logGroupName=name)
            except self._logs.exceptions.ResourceNotFoundException:
                continue
            deleted.append(name)
        return deleted


def log_groups(resources: list[Resource]) -> list[str]:
    """Name the log groups that resources write to: their own, and the ones that Lambda makes for a function."""
    own = [it.physical_id for it in resources if it.kind == "AWS::Logs::LogGroup"]
    made = [f"/aws/lambda/{it.physical_id}" for it in resources if it.kind == "AWS::Lambda::Function"]
    return [*own, *made]
