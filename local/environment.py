"""The environment of a function's process: Lambda's variables, the template's, and what is different locally.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from local.plan import Function, Place, Plan

# Nothing else of the user's environment reaches a function: no profile, key or proxy of theirs.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SSL_CERT_FILE")


def base_environment(state_folder: Path) -> dict[str, str]:
    """Return the few variables that every child process gets; the last one tells whose child it is."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "LOCAL_STATE_DIR": str(state_folder)}


def aws_environment(place: Place) -> dict[str, str]:
    """Return what leads an AWS SDK to the emulator, and to nothing but the emulator."""
    return {
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": place.emulator_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def function_environment(
    function: Function, place: Place, *, runtime_api: str, extra: Mapping[str, str]
) -> dict[str, str]:
    """Return the whole environment of one process of a function.

    Args:
        function: The function.
        place: Where the stack lives.
        runtime_api: `host:port` of the Runtime API that it polls.
        extra: Wins over the template; what exists only locally.
    """
    code = [str(place.root / "layers" / "core"), str(function.task_root)]
    environment = {
        **base_environment(place.state_folder),
        "AWS_SESSION_TOKEN": "local",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": function.arn.rpartition(":")[2],
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.arn.rpartition(':')[2]}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "LAMBDA_TASK_ROOT": str(function.task_root),
        "_HANDLER": function.handler,
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(code),
        **function.environment,
        **aws_environment(place),
    }
    if function.is_image:
        # The image has it elsewhere. A MODEL_DIR of the user's names another bundle.
        environment["MODEL_DIR"] = str(Path(os.environ.get("MODEL_DIR") or place.root / "models").resolve())
    return {**environment, **extra}


def container_environment(plan: Plan) -> dict[str, dict[str, str]]:
    """Return the file that `sam local invoke --env-vars` takes: each function's variables, by its logical id.

    The values are the template's, resolved for the emulator and the Redis of a local stack; those two must listen where
    containers reach them (`python -m local run --host 172.17.0.1`: Docker's bridge). SAM passes on what the template
    declares and drops the rest, hence `AWS_ENDPOINT_URL` stands in its Globals. Key, secret and region come from SAM's
    own environment: any values will do, but the region must be the emulator's.

    Source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/using-sam-cli-local-invoke.html
    """
    endpoint = {"AWS_ENDPOINT_URL": plan.place.emulator_url}
    return {logical_id: {**function.environment, **endpoint} for logical_id, function in plan.functions.items()}
