"""The two documents of destinations: read as a whole, or refused by name without a word of a secret."""

import json
from dataclasses import replace

import pytest
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from ticketrouter.adapters.destinations import CACHE_S, ParameterDestinations, SecretDestinationSecrets
from ticketrouter.domain.alert import DEFAULT_HOURLY_BUDGET, Destination, DestinationSecret
from ticketrouter.domain.backoff import SCHEDULE_S
from ticketrouter.domain.destinations import MAX_FALLBACKS, masked
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.domain.score import Score
from ticketrouter.usecases.posting import MAX_TRIES_UNKNOWN

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
SECRET_URL = "https://hooks.example.com/xoxb-secret"
URGENT = Score("Technical", 0.9, False, 0.95, "neutral", 0.0, (), "test-1")


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
            {"id": "mail", "languages": ["en", "other"], "hourly_budget": 12, "fallback": "chat"},
            {"id": "log", "hourly_budget": None},
        ]
    ) == [
        Destination("oncall", "generic", 0.8, (), (), DEFAULT_HOURLY_BUDGET),
        Destination("chat", "slack", 0.9, ("Legal", "Billing")),
        Destination("guild-2", "discord", 1.0, ()),
        Destination("mail", "generic", 0.8, (), ("en", "other"), 12, "chat"),
        Destination("log", hourly_budget=None),
    ]


def test_no_destination_is_a_document_too():
    assert destinations([]) == []


def test_a_secret_is_read_and_another_is_none():
    content = {"oncall": {"url": SECRET_URL, "signing_keys": [KEY]}, "chat": {"url": f"{SECRET_URL}/chat"}}
    assert secret(content) == DestinationSecret(SECRET_URL, (KEY,))
    assert secret(content, "chat") == DestinationSecret(f"{SECRET_URL}/chat", ())
    assert secret(content, "guild") is None


def test_a_routing_key_of_pagerduty_is_part_of_the_secret():
    content = {"pager": {"url": PAGERDUTY, "routing_key": ROUTING_KEY}}
    read = secret(content, "pager")
    assert read == DestinationSecret(PAGERDUTY, routing_key=ROUTING_KEY)
    assert ROUTING_KEY not in repr(read)
    # a 410 disables a destination until its secret changes, and this is a change of it
    assert read.fingerprint != DestinationSecret(PAGERDUTY, routing_key=ROUTING_KEY[::-1]).fingerprint


@pytest.mark.parametrize("routing_key", ["", ROUTING_KEY[1:], f"{ROUTING_KEY}0", f"{ROUTING_KEY[1:]} ", 7, None])
def test_a_bad_routing_key_is_refused_and_not_quoted(routing_key):
    with pytest.raises(MissingSettingError, match="pager: routing_key must be the 32 characters") as refused:
        secret({"pager": {"url": PAGERDUTY, "routing_key": routing_key}}, "pager")
    assert ROUTING_KEY[1:] not in str(refused.value)


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
        ([{"id": "a", "languages": ["de"]}], "entry 0: languages must be a list of en, other"),
        ([{"id": "a", "languages": "en"}], "entry 0: languages"),
        ([{"id": "a", "hourly_budget": 0}], "entry 0: hourly_budget"),
        ([{"id": "a", "hourly_budget": 1.5}], "entry 0: hourly_budget"),
        ([{"id": "a", "hourly_budget": True}], "entry 0: hourly_budget"),
        ([{"id": "a", "fallback": ""}], "entry 0: fallback"),
        ([{"id": "a", "fallback": None}], "entry 0: fallback"),
        ([{"id": "a", "fallback": "b"}], "entry 0: fallback: there is no destination b"),
        ([{"id": "a", "fallback": "a"}], "entry 0: fallback: it leads in a circle: a -> a"),
        ([{"id": n, "fallback": f} for n, f in ("ab", "bc", "cb")], "entry 0: fallback: it leads in a circle: a -> b"),
        ([{"id": f"d{n}", "fallback": f"d{n + 1}"} for n in range(9)] + [{"id": "d9"}], "entry 0: fallback: at most 8"),
        (GetParameterError("denied"), "cannot be fetched"),
    ],
)
def test_a_bad_list_is_refused_by_its_place(content, place):
    with pytest.raises(MissingSettingError) as refused:
        destinations(content)
    assert str(refused.value).startswith("parameter /router/destinations")
    assert place in str(refused.value)


def test_every_problem_of_a_document_is_named_at_once():
    with pytest.raises(MissingSettingError) as refused:
        destinations([{"id": "a", "kind": "fax", "threshold": 2}, {"id": "b"}, {"id": "", "budget": 1}])
    for place in ("entry 0: kind", "entry 0: threshold", "entry 2: id", "entry 2: unknown budget"):
        assert place in str(refused.value)
    assert "entry 1" not in str(refused.value)


def test_eight_fallbacks_may_follow_each_other():
    chain = [{"id": f"d{n}", "fallback": f"d{n + 1}"} for n in range(MAX_FALLBACKS)] + [{"id": f"d{MAX_FALLBACKS}"}]
    assert len(destinations(chain)) == MAX_FALLBACKS + 1


def test_a_destination_may_want_tickets_of_one_language_alone():
    english, foreign, unknown = (replace(URGENT, language=language) for language in ("en", "other", ""))
    only_english = Destination("desk", languages=("en",))
    assert [only_english.wants(score) for score in (english, foreign, unknown)] == [True, False, True]
    assert all(Destination("all").wants(score) for score in (english, foreign, unknown))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{SECRET_URL}-and-more-of-it", "hooks.example.com/…f-it"),
        ("https://hooks.example.com/short", "hooks.example.com/…"),
        ("https://user:word@hooks.example.com", "hooks.example.com/…"),
        ("https://hooks.example.com?token=0123456789abcdef", "hooks.example.com/…cdef"),
        ("https://hooks.example.com#0123456789abcdef", "hooks.example.com/…cdef"),
        ("http://127.0.0.1:8025/hooks/0123456789abcdef", "127.0.0.1:8025/…cdef"),
        ("https://user:se/cret@hooks.example.com/x", "…"),
        ("https://hooks.example.com\\secret", "…"),
        ("hooks.example.com/secret", "…"),
        ("nonsense", "…"),
    ],
)
def test_of_an_address_the_host_and_four_characters_may_be_shown(url, shown):
    assert masked(url) == shown


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
