"""The guard: a table of hostile URLs and of hostile DNS answers, and not one connection to a forbidden address."""

import ssl

import pytest

from tests.unit.hostile import GOOD_URL, HOSTILE_ADDRESSES, HOSTILE_URLS, METADATA, PUBLIC
from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.adapters.webhook_http import HttpWebhookSender
from ticketrouter.domain.egress import Target, is_public, parse_webhook_url, require_public
from ticketrouter.domain.errors import UnsafeWebhookUrlError, WebhookUnavailableError

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
def connects(monkeypatch):
    """Every address that anything connects to; no connection is made."""
    addresses = []

    def create_connection(address, *args, **kwargs):
        addresses.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    return addresses


def post(url, resolver):
    HttpWebhookSender(clock=MemoryClock(), resolver=resolver, tls=TLS).send(url, {}, b"{}")


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_hostile_url_is_refused_unresolved_and_unquoted(url, connects):
    asked = []
    with pytest.raises(UnsafeWebhookUrlError) as refused:
        post(url, lambda host: asked.append(host) or PUBLIC)
    assert (asked, connects) == ([], [])
    assert len(url) < 10 or url not in str(refused.value)


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_an_address_inside_is_refused_alone_and_among_public_ones(address, connects):
    assert not is_public(address)
    for answer in ([address], ["8.8.8.8", address], [address, "8.8.8.8"], [*PUBLIC, address]):
        with pytest.raises(UnsafeWebhookUrlError):
            post(GOOD_URL, lambda host, answer=answer: answer)
    assert connects == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_answer_is_connected_to_by_its_address(address, connects):
    asked = []
    with pytest.raises(WebhookUnavailableError):  # no network here: refused
        post(GOOD_URL, lambda host: asked.append(host) or [address])
    assert asked == ["hooks.example.com"]
    assert connects == [(address, 443)]


def test_a_name_that_changes_its_answer_gains_nothing(connects):
    # given: public for whoever checks, the metadata service for whoever connects
    answers = iter([["8.8.8.8"], [METADATA], ["127.0.0.1"]])
    # when
    with pytest.raises(WebhookUnavailableError):
        post(GOOD_URL, lambda host: next(answers))
    for _ in range(2):
        with pytest.raises(UnsafeWebhookUrlError):
            post(GOOD_URL, lambda host: next(answers))
    # then: asked once a POST, connected to what was checked
    assert connects == [("8.8.8.8", 443)]


def test_the_proxy_of_the_environment_is_not_asked(connects, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    with pytest.raises(WebhookUnavailableError):
        post(GOOD_URL, lambda host: ["8.8.8.8"])
    assert connects == [("8.8.8.8", 443)]


def test_several_addresses_are_tried_v4_first_and_not_for_ever(connects):
    many = ["2606:2800::1", "8.8.8.8", "8.8.4.4", "8.8.8.8", "1.1.1.1"]
    with pytest.raises(WebhookUnavailableError):
        post(GOOD_URL, lambda host: many)
    assert connects == [("8.8.8.8", 443), ("8.8.4.4", 443), ("1.1.1.1", 443)]


@pytest.mark.parametrize("failure", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_is_tried_again_later(failure, connects):
    def resolver(host):
        raise failure

    with pytest.raises(WebhookUnavailableError):
        post(GOOD_URL, resolver)
    assert connects == []


def test_no_answer_at_all_is_unsafe():
    with pytest.raises(UnsafeWebhookUrlError):
        require_public([])


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Hooks.Example.COM", Target("hooks.example.com", 443, "/", tls=True)),
        ("HTTPS://hooks.example.com:443/a/b?c=d", Target("hooks.example.com", 443, "/a/b?c=d", tls=True)),
        ("https://hooks.example.com?c=d", Target("hooks.example.com", 443, "/?c=d", tls=True)),
        ("https://xn--bcher-kva.example/%20", Target("xn--bcher-kva.example", 443, "/%20", tls=True)),
        ("https://a.xn--p1ai/x", Target("a.xn--p1ai", 443, "/x", tls=True)),
    ],
)
def test_a_good_url_is_read(url, target):
    assert parse_webhook_url(url) == target


def test_loopback_needs_leave_and_is_plain_http_by_its_one_literal():
    url = "http://127.0.0.1:8099/hooks/oncall"
    with pytest.raises(UnsafeWebhookUrlError):
        parse_webhook_url(url)
    assert parse_webhook_url(url, allow_loopback=True) == Target("127.0.0.1", 8099, "/hooks/oncall", tls=False)
    for other in ("http://127.0.0.2:80/", "http://localhost:80/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
                  "http://127.0.0.1/", "https://127.0.0.1:443/", "http://u@127.0.0.1:80/"):  # fmt: skip
        with pytest.raises(UnsafeWebhookUrlError):
            parse_webhook_url(other, allow_loopback=True)
