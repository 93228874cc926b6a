"""What `make deploy` writes after `--parameter-overrides` is what the SAM CLI reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from local.sam import override_words

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
print(json.dumps(CfnParameterOverridesType().convert(tuple(sys.argv[1:]), None, None)))
"""


def test_the_sam_cli_reads_every_value_as_it_was_meant() -> None:
    # Given a value that is switched off again, and such as hold what SAM's own syntax is made of
    parameters = {
        "AlarmTopicArn": "",
        "AvailabilityZones": "us-east-1a,us-east-1b",
        "RunbookUrl": 'https://wiki.example.com/run book?page=1&of="router"',
        "LogLevel": "INFO",
    }

    python = ROOT / ".venv-sam/bin/python"
    done = subprocess.run([python, "-c", PROGRAM, *override_words(parameters)[1:]], capture_output=True, check=True)

    assert json.loads(done.stdout) == parameters
