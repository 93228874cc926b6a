"""template.yaml, read once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template import transformed


@pytest.fixture(scope="session")
def written() -> dict[str, Any]:
    """Return template.yaml as it is written."""
    return transformed.read()


@pytest.fixture(scope="session")
def template() -> transformed.Template:
    """Return template.yaml as CloudFormation gets it."""
    return transformed.transform()
