"""The two documents of destinations: read as a whole, or refused by name without a word of a secret."""

import json

import pytest
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from ticketrouter.adapters.destinations import CACHE_S, ParameterDestinations, SecretDestinationSecrets
from ticketrouter.domain.alert import Destination, DestinationSecret
from ticketrouter.domain.backoff import SCHEDULE_S
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.usecases.dispatcher import MAX_TRIES_UNKNOWN

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET_URL = "https://hooks.example.com/xoxb-secret"


class Documents:
    """A provider with one text, or one failure."""

    def __init__(self, content):
        self.content = content
        self.max_age = None

    def get(self, name, max_age=None):
        self.max_age = max_age
        if isinstance(self.content, Exception):
            raise self.content
        return self.content if isinstance(self.content, str) else json.dumps(self.content)


def destinations(content):
    return ParameterDestinations(Documents(content), "/router/destinations").all()


def secret(content, destination_id="oncall"):
    return SecretDestinationSecrets(Documents(content), "arn:secret").get(destination_id)


def test_destinations_are_read_with_their_defaults():
    assert destinations(
        [
            {"id": "oncall"},
            {"id": "chat", "kind": "slack", "threshold": 0.9, "categories": ["Legal", "Billing"]},
            {"id": "guild-2", "kind": "discord", "threshold": 1},
        ]
    ) == [
        Destination("oncall", "generic", 0.8, ()),
        Destination("chat", "slack", 0.9, ("Legal", "Billing")),
        Destination("guild-2", "discord", 1.0, ()),
    ]


def test_no_destination_is_a_document_too():
    assert destinations([]) == []


def test_a_secret_is_read_and_another_is_none():
    content = {"oncall": {"url": SECRET_URL, "signing_keys": [KEY]}, "chat": {"url": f"{SECRET_URL}/chat"}}
    assert secret(content) == DestinationSecret(SECRET_URL, (KEY,))
    assert secret(content, "chat") == DestinationSecret(f"{SECRET_URL}/chat", ())
    assert secret(content, "guild") is None


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("no json", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ({}, "must be a JSON list"),
        (["oncall"], "entry 0"),
        ([{}], "entry 0: id"),
        ([{"id": ""}], "entry 0: id"),
        ([{"id": "a~b"}], "entry 0: id"),
        ([{"id": "x" * 65}], "entry 0: id"),
        ([{"id": 7}], "entry 0: id"),
        ([{"id": "a"}, {"id": "a"}], "twice"),
        ([{"id": "a"}, {"id": "b", "kind": "fax"}], "entry 1: kind"),
        ([{"id": "a", "kind": ["slack"]}], "entry 0: kind"),
        ([{"id": "a", "threshold": 0.79}], "entry 0: threshold"),
        ([{"id": "a", "threshold": 1.01}], "entry 0: threshold"),
        ([{"id": "a", "threshold": True}], "entry 0: threshold"),
        ([{"id": "a", "threshold": "0.9"}], "entry 0: threshold"),
        ('[{"id":"a","threshold":NaN}]', "entry 0: threshold"),
        ([{"id": "a", "categories": "Legal"}], "entry 0: categories"),
        ([{"id": "a", "categories": [1]}], "entry 0: categories"),
        ([{"id": "a", "treshold": 0.9}], "entry 0: unknown treshold"),
        (GetParameterError("denied"), "cannot be fetched"),
    ],
)
def test_a_bad_list_is_refused_by_its_place(content, place):
    with pytest.raises(MissingSettingError) as refused:
        destinations(content)
    assert str(refused.value).startswith("parameter /router/destinations")
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (f'{{"oncall": {{"url": "{SECRET_URL}"', "is not JSON"),
        ([], "must be a JSON object"),
        ({"oncall": SECRET_URL}, "oncall: must be a JSON object"),
        ({"oncall": {}}, "oncall: url"),
        ({"oncall": {"url": ""}}, "oncall: url"),
        ({"oncall": {"url": [SECRET_URL]}}, "oncall: url"),
        ({"oncall": {"url": SECRET_URL, "signing_keys": KEY}}, "oncall: signing_keys"),
        ({"oncall": {"url": SECRET_URL, "signing_keys": [KEY[6:]]}}, "oncall: a signing key must be"),
        ({"oncall": {"url": SECRET_URL}, "chat": {"url": SECRET_URL, "signing_keys": ["whsec_x"]}}, "chat: a signing"),
        ({"oncall": {"url": SECRET_URL, "key": KEY}}, "oncall: unknown key"),
        (GetParameterError("denied"), "cannot be fetched"),
    ],
)
def test_a_bad_secret_is_refused_by_its_place_and_not_quoted(content, place):
    with pytest.raises(MissingSettingError) as refused:
        secret(content)
    text = str(refused.value)
    assert text.startswith("secret arn:secret")
    assert place in text
    assert "hooks.example.com" not in text
    assert KEY[6:] not in text
    assert refused.value.__cause__ is None or "hooks.example.com" not in str(refused.value.__cause__)


def test_documents_are_cached_for_less_time_than_the_dispatcher_waits_for_an_unknown_destination():
    provider = Documents([])
    ParameterDestinations(provider, "x").all()
    assert provider.max_age == CACHE_S
    shortest_wait_s = 0.8 * sum(SCHEDULE_S[1:MAX_TRIES_UNKNOWN])
    assert shortest_wait_s > CACHE_S
