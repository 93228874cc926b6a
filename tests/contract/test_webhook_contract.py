"""The sender against real servers: what each way to answer, or not to, becomes."""

import socket
import ssl
import threading
import time

import pytest
import urllib3.util.connection

from tests.contract.farm import Authority, Farm
from ticketrouter.adapters.system import SystemClock
from ticketrouter.adapters.webhook_http import HttpWebhookSender, retry_after_s, system_resolver
from ticketrouter.domain.errors import (
    UnsafeWebhookUrlError,
    WebhookGoneError,
    WebhookRejectedError,
    WebhookUnavailableError,
)

HOST = "hooks.example.com"
URL = f"https://{HOST}"
PUBLIC = "93.184.216.34"
DEADLINE_MS = 400


@pytest.fixture(scope="module")
def farm():
    made = Farm()
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def connects(monkeypatch):
    """Every address that the sender connects to."""
    addresses = []
    connect = urllib3.util.connection.create_connection

    def create_connection(address, *args, **kwargs):
        addresses.append(address)
        return connect(address, *args, **kwargs)

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    return addresses


@pytest.fixture
def internet(monkeypatch):
    """A network on which the public address is a server of ours: `internet(farm)`."""
    connect = urllib3.util.connection.create_connection
    addresses = []

    def lead_to(farm):
        def create_connection(address, *args, **kwargs):
            addresses.append(address)
            return connect(("127.0.0.1", farm.port), *args, **kwargs)

        monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
        return addresses

    return lead_to


def sender(deadline_ms=5_000, **options):
    return HttpWebhookSender(clock=SystemClock(), allow_loopback=True, deadline_ms=deadline_ms, **options)


def post(url, deadline_ms=5_000, **options):
    return sender(deadline_ms, **options).send(url, {"content-type": "application/json", "webhook-id": "msg_1"}, b"{}")


@pytest.mark.parametrize(
    ("behaviour", "status"), [("/200", 200), ("/202-chunked", 202), ("/204", 204), ("/200-then-cut", 200)]
)
def test_a_2xx_is_a_delivery(farm, behaviour, status):
    reply = post(farm.url(behaviour))
    assert reply.status == status
    assert 0 < reply.latency_ms < 5_000


def test_the_first_characters_of_an_answer_are_kept_for_operators(farm):
    assert [post(farm.url(behaviour)).reply for behaviour in ("/200", "/202-chunked", "/204")] == ["ok", "ok", ""]
    for behaviour in ("/status/404", "/status/410", "/status/503"):
        with pytest.raises((WebhookRejectedError, WebhookUnavailableError)) as failed:
            post(farm.url(behaviour))
        assert failed.value.reply == "no"


def test_the_request_is_what_was_asked_for(farm):
    url = farm.url("/status/200?key=a%20b&c=1")
    post(url)
    request = farm.requests[-1]
    assert request.line == "POST /status/200?key=a%20b&c=1 HTTP/1.1"
    assert request.body == b"{}"
    assert request.headers["host"] == f"127.0.0.1:{farm.port}"
    assert request.headers["content-length"] == "2"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("behaviour", ["/302", "/307"])
def test_a_redirect_is_refused_and_not_followed(farm, connects, behaviour):
    seen = len(farm.requests)
    with pytest.raises(WebhookRejectedError) as refused:
        post(farm.url(behaviour))
    assert refused.value.status == int(behaviour[1:])
    assert connects == [("127.0.0.1", farm.port)]
    assert len(farm.requests) == seen + 1


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 405, 413, 418, 422, 499])
def test_a_refusal_is_for_good(farm, status):
    with pytest.raises(WebhookRejectedError) as refused:
        post(farm.url(f"/status/{status}"))
    assert type(refused.value) is WebhookRejectedError
    assert refused.value.status == status


def test_410_is_gone(farm):
    with pytest.raises(WebhookGoneError) as gone:
        post(farm.url("/status/410"))
    assert gone.value.status == 410


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_some_refusals_may_pass(farm, status):
    seen = len(farm.requests)
    with pytest.raises(WebhookUnavailableError) as away:
        post(farm.url(f"/status/{status}"))
    assert (away.value.status, away.value.retry_after_s) == (status, None)
    assert len(farm.requests) == seen + 1  # the library retries nothing behind our back


def test_retry_after_is_read_in_both_forms(farm):
    with pytest.raises(WebhookUnavailableError) as in_seconds:
        post(farm.url("/429-seconds"))
    with pytest.raises(WebhookUnavailableError) as at_a_date:
        post(farm.url("/429-date"))
    with pytest.raises(WebhookUnavailableError) as in_words:
        post(farm.url("/503-forever"))
    assert in_seconds.value.retry_after_s == 7
    assert 55 <= at_a_date.value.retry_after_s <= 61
    assert (in_words.value.status, in_words.value.retry_after_s) == (503, None)


@pytest.mark.parametrize(
    ("value", "wish_s"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("9" * 400, 999_999_999),
        ("-5", None),
        ("1.5", None),
        ("１２", None),
        ("", None),
        (None, None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2015 07:26:00 GMT", 0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 60),
        ("Wed Oct 21 07:28:00 2015", 60),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
    ],
)
def test_retry_after_in_all_its_spellings(value, wish_s):
    assert retry_after_s(value, now_ms=1_445_412_420_000) == wish_s  # 07:27:00


def test_a_date_without_a_zone_is_in_utc_wherever_the_machine_stands(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert retry_after_s("Wed Oct 21 07:28:00 2015", now_ms=1_445_412_420_000) == 60
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("behaviour", ["/reset", "/silent-close", "/not-http", "/huge-head"])
def test_what_is_no_reply_may_pass(farm, behaviour):
    with pytest.raises(WebhookUnavailableError) as away:
        post(farm.url(behaviour))
    assert away.value.status is None


@pytest.mark.parametrize("behaviour", ["/hang", "/drip-head", "/drip-continue"])
def test_a_server_that_takes_its_time_is_left_at_the_deadline(farm, behaviour):
    began = time.monotonic()
    with pytest.raises(WebhookUnavailableError):
        post(farm.url(behaviour), DEADLINE_MS)
    assert DEADLINE_MS / 1_000 * 0.9 <= time.monotonic() - began < 3


@pytest.mark.parametrize("behaviour", ["/drip-body", "/stalled-body"])
def test_a_body_that_does_not_come_holds_up_no_delivery(farm, behaviour):
    began = time.monotonic()
    assert post(farm.url(behaviour)).status == 200
    assert time.monotonic() - began < 3  # of 5 s that there were


def test_of_ten_megabytes_a_little_is_read(farm):
    farm.sent_bytes = 0
    assert post(farm.url("/ten-megabytes")).status == 200
    time.sleep(0.2)  # let the server run into the closed connection
    assert farm.sent_bytes < 8 * 1024 * 1024  # the rest of what left it are the buffers of the two sockets


def test_a_closed_port_may_open_again():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(WebhookUnavailableError):
        post(f"http://127.0.0.1:{port}/")


def test_a_resolver_that_hangs_is_left_at_the_deadline():
    release = threading.Event()
    began = time.monotonic()
    with pytest.raises(WebhookUnavailableError):
        post(URL, DEADLINE_MS, resolver=lambda host: release.wait(10) and [])
    release.set()
    assert time.monotonic() - began < 3


def test_the_system_resolver_gives_addresses():
    assert "127.0.0.1" in system_resolver("127.0.0.1")


def test_a_host_with_a_trusted_certificate_is_reached_by_its_checked_address(internet, authority, tmp_path):
    farm = Farm(tls=authority.server(tmp_path, HOST))
    addresses = internet(farm)
    asked = []

    def resolver(host):
        asked.append(host)
        return [PUBLIC]

    assert post(f"{URL}/200", tls=authority.trust(), resolver=resolver).status == 200
    farm.close()
    assert (asked, addresses, farm.server_names) == ([HOST], [(PUBLIC, 443)], [HOST])
    assert farm.requests[0].headers["host"] == HOST


@pytest.mark.parametrize("flaw", ["another name", "the address alone", "expired", "unknown authority", "self-signed"])
def test_a_certificate_that_proves_nothing_stops_the_request(internet, authority, tmp_path, flaw):
    signer = Authority() if flaw == "unknown authority" else authority
    name = {"another name": "evil.example", "the address alone": PUBLIC}.get(flaw, HOST)
    tls = signer.server(tmp_path, name, expired=flaw == "expired", self_signed=flaw == "self-signed")
    farm = Farm(tls=tls)
    internet(farm)
    with pytest.raises(WebhookUnavailableError):
        post(f"{URL}/200", tls=authority.trust(), resolver=lambda host: [PUBLIC])
    farm.close()
    assert farm.requests == []


def test_a_server_that_never_shakes_hands_is_left_at_the_deadline(internet):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        internet(type("Deaf", (), {"port": listener.getsockname()[1]}))
        began = time.monotonic()
        with pytest.raises(WebhookUnavailableError):
            post(f"{URL}/200", DEADLINE_MS, resolver=lambda host: [PUBLIC])
    assert time.monotonic() - began < 3


def test_the_next_address_is_tried_when_one_does_not_answer(internet, authority, tmp_path, monkeypatch):
    farm = Farm(tls=authority.server(tmp_path, HOST))
    internet(farm)
    to_farm = urllib3.util.connection.create_connection

    def create_connection(address, *args, **kwargs):
        if address[0] == PUBLIC:
            raise ConnectionRefusedError
        return to_farm(address, *args, **kwargs)

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    assert post(f"{URL}/200", tls=authority.trust(), resolver=lambda host: [PUBLIC, "93.184.216.35"]).status == 200
    farm.close()


def test_in_production_loopback_is_unsafe(farm):
    seen = len(farm.requests)
    with pytest.raises(UnsafeWebhookUrlError):
        HttpWebhookSender(clock=SystemClock()).send(farm.url("/200"), {}, b"{}")
    assert len(farm.requests) == seen


def test_by_default_names_are_checked_against_the_systems_authorities():
    context = HttpWebhookSender(clock=SystemClock())._tls
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
