"""JSON that people write for the router: what a reader would overlook is refused, and nothing is quoted."""

from __future__ import annotations

from typing import Any

import pytest

from ticketrouter.domain.documents import read_json
from ticketrouter.domain.errors import MissingSettingError


def test_a_document_is_read() -> None:
    assert read_json('{"chat": {"url": "ä 😀"}}', "secret s") == {"chat": {"url": "ä 😀"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"chat": {"url": "secret-1"}, "chat": {"url": "secret-2"}}',
            "secret s: has the same key twice in one object",
        ),
        ('{"keys": [{"disabled": true, "disabled": false}]}', "secret s: has the same key twice in one object"),
        ('["secret \\ud800"]', "secret s: is not JSON"),
        ('{"secret \\udc00": 1}', "secret s: is not JSON"),
        ("{secret", "secret s: is not JSON"),
        ("1" * 5_000, "secret s: is not JSON"),
        ("[" * 100_000, "secret s: is not JSON"),
        (None, "secret s: is not JSON"),
    ],
)
def test_what_is_no_document_is_refused_without_a_word_of_it(text: Any, said: str) -> None:
    with pytest.raises(MissingSettingError) as refused:
        read_json(text, "secret s")
    assert str(refused.value) == said
    assert refused.value.__cause__ is None
