"""The composition root, as far as it judges by itself."""

from __future__ import annotations

import traceback

import pytest

from ticketrouter import bootstrap, settings
from ticketrouter.bootstrap import redis_client
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.usecases.incidents import Singly


@pytest.mark.parametrize(
    "url",
    [
        "rediss://user:canary/rest@cache.example:6379",
        "rediss://user:canary#rest@cache.example:6379",
        "redis://user:[canary]@cache.example:6379",
        "canary.example:6379",
        "canary",
    ],
)
def test_an_address_of_redis_that_cannot_be_read_is_named_and_not_quoted(url: str) -> None:
    with pytest.raises(MissingSettingError, match="secret arn:cache: must be a Redis URL") as caught:
        redis_client(url, "secret arn:cache")

    assert "canary" not in "".join(traceback.format_exception_only(caught.value))
    assert caught.value.__suppress_context__, "a log would show the cause, which quotes"


def test_a_redis_is_not_asked_before_it_is_needed() -> None:
    redis_client("rediss://user:p%2Fw@127.0.0.1:1/0", "secret arn:cache").close()


def test_a_limit_of_zero_looks_for_no_incidents() -> None:
    config = settings.WorkerSettings("", "", "", "", "", "", INCIDENT_LIMIT=0)

    assert isinstance(bootstrap.grouping(config, 0.5), Singly)
