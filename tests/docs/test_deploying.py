"""The documents that docs/deploying.md and `make deploy` tell to store are ones that the functions read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.commands.deploy import NEXT_STEPS
from local.destinations import load_destinations

ROOT = Path(__file__).parents[2]
TEXTS = {
    "docs/deploying.md": (ROOT / "docs/deploying.md").read_text(),
    "README.md": (ROOT / "README.md").read_text(),
    "make deploy": NEXT_STEPS.replace("{{", "{").replace("}}", "}"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_destination_and_its_secret_obey_the_rules_of_production(name: str, tmp_path: Path) -> None:
    (listed,) = re.findall(r'\[\{"id": "chat".*?\}\]', TEXTS[name])
    (secrets,) = re.findall(r'\{"chat": \{"url".*?\}\}', TEXTS[name])
    entry = json.loads(listed)[0] | json.loads(secrets.replace("…", "T000/B000"))["chat"]
    path = tmp_path / "destinations.json"
    path.write_text(json.dumps([entry]))

    (destination,) = load_destinations(path) or []  # raises on what breaks a rule

    assert (destination.id, destination.public.kind) == ("chat", "slack")
