"""`python -m local deploy`: build, deploy with the SAM CLI, then say what is left to do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from local.account import Account
from local.commands.terminal import ROOT, MoreOverrides, ParameterOverrides, console, overrides_from
from local.errors import LocalStackError
from local.machine import Purpose, ThisMachine, examine, missing
from local.sam import override_words, sam
from local.samconfig import Environment, read_environment
from local.site import BUILT
from local.site import build as build_site

NEXT_STEPS = """
[bold]Next[/]
1. A key, shown once; its hash goes into the secret:
   .venv/bin/python -m local keys add me --secret-id {ApiKeysSecretArn}
2. A destination for alerts, without secrets, e.g. [{{"id": "chat", "kind": "slack"}}]:
   aws ssm put-parameter --overwrite --name {DestinationsParameterName} --value file://destinations.json
   and its address, e.g. {{"chat": {{"url": "https://hooks.slack.com/…"}}}}:
   aws secretsmanager put-secret-value --secret-id {DestinationSecretsArn} --secret-string file://secrets.json
3. A ticket, with KEY set to the key:
   curl -s {ApiUrl}/tickets -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
-d '{{"description": "Nobody can log in since 9:00"}}'
4. All its promises at once: API_URL={ApiUrl} KEY=… `.venv/bin/python -m local verify`
"""


def deploy(
    environment: Annotated[str, typer.Argument(help="dev or prod: a section of samconfig.toml.")],
    more: MoreOverrides = None,
    parameter_overrides: ParameterOverrides = None,
    role_arn: Annotated[str | None, typer.Option(help="The role that CloudFormation takes to make resources.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask to confirm the change set.")] = False,
) -> None:
    """Build and deploy the stack, with Site=true also the dashboard, and print what to do next."""
    target = read_environment(ROOT / "samconfig.toml", environment)
    # Without a new revision the functions would go on with their published versions if only a parameter has changed.
    revision = {"Revision": uuid.uuid4().hex[:10]}
    parameters = target.parameters | revision | overrides_from(parameter_overrides, more)
    require_machine(Purpose.DEPLOY)
    options = [*(["--no-confirm-changeset"] if yes else []), *(["--role-arn", role_arn] if role_arn else [])]
    build_and_deploy(ROOT, target, parameters, options)


def build_and_deploy(
    root: Path, target: Environment, parameters: Mapping[str, str], options: Sequence[str] = ()
) -> None:
    """Build, deploy, upload the dashboard if the stack has a site, and print what to do next.

    Args:
        root: The repository.
        target: Where to.
        parameters: All of the template's parameters that are not to stay as they are.
        options: More words for `sam deploy`.

    Raises:
        LocalStackError: The dashboard could not be built, the SAM CLI failed, or nothing was deployed.
    """
    account = Account()
    # CloudFormation keeps what is not given, but we and `sam build` have to know it: Site, Architecture and BaseImage.
    effective = account.parameters(target.stack_name) | dict(parameters)
    if effective.get("Site") == "true":
        build_site(root)  # first: what stops it should stop the deployment
    sam(root, "build", *override_words(effective))
    sam(root, "deploy", "--config-env", target.name, *options, *override_words(parameters))
    outputs = account.outputs(target.stack_name)
    # The SAM CLI ends well, too, when somebody says no to the change set: then the stack has another revision.
    revision = account.parameters(target.stack_name).get("Revision")
    if not outputs or revision != parameters.get("Revision"):
        raise LocalStackError(f"The stack {target.stack_name} is as it was: was the change set confirmed?")
    _upload_site(account, outputs, root / BUILT)
    console.print(f"\n[bold green]Deployed.[/] API {outputs['ApiUrl']}", highlight=False, soft_wrap=True)
    # soft_wrap: a command that is to be copied must stay one line
    console.print(NEXT_STEPS.format(**outputs), highlight=False, soft_wrap=True)


def require_machine(purpose: Purpose) -> None:
    """Stop before anything is built if something is missing.

    Raises:
        LocalStackError: Names each thing and its next step.
    """
    if stops := missing(examine(ThisMachine(ROOT)), purpose):
        steps = "\n".join(f"  {check.name}: {check.next_step}" for check in stops)
        raise LocalStackError(f"This machine cannot {purpose} yet (`make doctor` shows all):\n{steps}")


def _upload_site(account: Account, outputs: dict[str, str], folder: Path) -> None:
    """Upload the dashboard where the stack has a site for it."""
    if "SiteBucket" not in outputs:
        return
    count = account.upload(folder, outputs["SiteBucket"])
    account.refresh(outputs["SiteDistributionId"], uuid.uuid4().hex)
    console.print(f"{count} files of the dashboard are at {outputs['SiteUrl']}/app/", highlight=False)
