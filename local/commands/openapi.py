"""`python -m local openapi`: the OpenAPI document."""

from __future__ import annotations

from local.commands.terminal import console
from local.openapi import DOCUMENT, write


def openapi() -> None:
    """Write the OpenAPI document that query serves; a test holds the committed one to the code."""
    write()
    console.print(f"Wrote {DOCUMENT}", highlight=False, markup=False, soft_wrap=True)
