"""`python -m local delete`: the stack, what CloudFormation keeps of it, and the image repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from local.account import Account, log_groups
from local.commands.terminal import ROOT, console
from local.errors import LocalStackError
from local.machine import ThisMachine
from local.sam import sam
from local.samconfig import read_environment

LEFT = """
Left, as other stacks may use it:
  the secret with your cache's URL (CacheUrlSecretArn), if you made one
  the bucket aws-sam-cli-managed-default-… that the SAM CLI made for all of its stacks (this stack's folder is gone)
  the CloudWatch metrics of the namespace TicketRouter: nobody can delete them; they expire, and cost nothing at rest
  the role of infra/deploy-role.yaml, if an administrator deployed it"""


def delete(
    environment: Annotated[str, typer.Argument(help="dev or prod: a section of samconfig.toml.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the stack with every ticket, key and log in it; asks for its name first."""
    target = read_environment(ROOT / "samconfig.toml", environment)
    if None in ThisMachine(ROOT).aws():
        raise LocalStackError("No AWS credentials, or no region: `make doctor ARGS=deploy` says how to get them")
    if not Account().exists(target.stack_name):
        raise LocalStackError(f"There is no stack {target.stack_name} in this account and region")
    if not yes:
        typed = typer.prompt(f"This deletes {target.stack_name} with all tickets, keys and logs. Type its name")
        if typed != target.stack_name:
            raise LocalStackError("That is another name: nothing was deleted")
    delete_stack(ROOT, target.stack_name)


def delete_stack(root: Path, stack: str) -> None:
    """Delete a stack and what CloudFormation keeps of it, and say what is left.

    Raises:
        LocalStackError: The SAM CLI failed.
    """
    account = Account()
    resources = account.resources(stack)
    for bucket in [it.physical_id for it in resources if it.kind == "AWS::S3::Bucket"]:
        console.print(f"Emptied {bucket}: {account.empty(bucket)} objects", highlight=False)
    # Deletes the repository of the images and the folder of the zips too: SAM finds both by the stack.
    sam(root, "delete", "--no-prompts", "--stack-name", stack)
    kept = account.delete_log_groups(log_groups(resources))
    console.print(f"Deleted {stack} and {len(kept)} log groups that it had left.", highlight=False)
    console.print(LEFT, highlight=False)
