"""infra/deploy-role.yaml against what CloudFormation's own code says that it calls.

The schema of each resource type lists those actions, and cfn-lint brings the schemas along. Not shown here: whether the
resources that a statement names are wide enough (tests/template/test_deploy_role.py has those that are known).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.inventory import inventory

ROOT = Path(__file__).parents[2]
EVERYTHING = {
    "CacheMode": "managed",
    "HighAvailability": "true",
    "Deployment": "Canary10Percent5Minutes",
    "Site": "true",
    "WorkerProvisionedConcurrency": "1",
}
# What the handlers name for properties that no template of ours sets.
NOT_USED = {
    "ecr:DeleteLifecyclePolicy": "no life cycle",
    "ecr:DeleteRepositoryPolicy": "the SAM CLI always sets one",
    "ecr:PutImageScanningConfiguration": "not set",
    "ecr:PutImageTagMutability": "not set",
    "ecr:PutLifecyclePolicy": "no life cycle",
    "ecr:UntagResource": "the SAM CLI's tags stay",
    "elasticfilesystem:DescribeMountTargets": "no file system",
    "firehose:TagDeliveryStream": "no stream",
    "iam:DeleteRolePermissionsBoundary": "no boundary on functions",
    "iam:PutRolePermissionsBoundary": "no boundary on functions",
    "iam:UpdateRoleDescription": "UpdateRole does it",
    "kms:*": "AWS's own keys, which need no right",
    "s3files:ListMountTargets": "no file system",
    "s3tables:*": "no tables",
}
SCHEMAS = next(ROOT.glob(".venv-sam/lib/python3*/site-packages/cfnlint/data/schemas"))


def actions_of_handlers(kind: str) -> Iterator[str]:
    """Yield what CloudFormation calls to make, read, change and delete a resource of this type."""
    name = json.loads((SCHEMAS / "providers/us-east-1.json").read_text())[kind]
    schema: dict[str, Any] = json.loads((SCHEMAS / f"resources/{name}.json").read_text())
    for operation in ("create", "read", "update", "delete"):
        yield from schema["handlers"].get(operation, {}).get("permissions", [])


def granted(role: str) -> list[str]:
    """Return the actions that the role's statements allow, wildcards as they are."""
    resources = yaml_parse((ROOT / "infra/deploy-role.yaml").read_text())["Resources"]
    statements = [
        it for policy in resources[role]["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]
    ]
    actions = [it["Action"] for it in statements if it["Effect"] == "Allow"]
    return [action for each in actions for action in (each if isinstance(each, list) else [each])]


def is_in(action: str, patterns: list[str]) -> bool:
    """Tell as IAM does: case does not count. Source: IAM user guide, "IAM JSON policy elements: Action"."""
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("DeployRole", "AWS::ECR::Repository"),  # the SAM CLI makes them with the rights of whoever calls it
        *(("ExecutionRole", kind) for kind in sorted({item.kind for item in inventory(ROOT, EVERYTHING)})),
    ],
)
def test_cloudformation_may_call_what_its_handlers_call(role: str, kind: str) -> None:
    known = [*granted(role), *NOT_USED]

    assert [action for action in actions_of_handlers(kind) if not is_in(action, known)] == []
