"""What can go wrong in the local stack. Every message says what to do next."""

from __future__ import annotations


class LocalStackError(Exception):
    """The local stack cannot go on; the message is for a person at a terminal."""


class TemplateError(LocalStackError):
    """template.yaml holds something that cannot be read or is not supported locally."""


class StartError(LocalStackError):
    """A part of the stack did not start."""
