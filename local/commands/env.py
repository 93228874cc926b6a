"""`python -m local env > env.json`: the environment of the functions, for `sam local invoke --env-vars env.json`."""

from __future__ import annotations

import json

from local.commands.terminal import DEFAULT_STATE, ROOT, StateDir, console
from local.environment import container_environment
from local.plan import Place
from local.stack import read_plan
from local.state import running_stack


def env(state_dir: StateDir = DEFAULT_STATE) -> None:
    """Print the functions' environment in containers beside the running stack, for `sam local invoke --env-vars`.

    Containers reach what listens on Docker's bridge: start the stack with `run --host 172.17.0.1`.
    """
    stack = running_stack(state_dir)
    place = Place(ROOT, stack["sqs_url"], stack["region"], state_folder=state_dir)
    variables = container_environment(read_plan(place, stack["parameters"]))
    console.print_json(json.dumps(variables))
