"""The guard: a table of hostile URLs and of hostile DNS answers, and not one connection to a forbidden address."""

import ssl

import pytest

from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.adapters.webhook_http import HttpWebhookSender
from ticketrouter.domain.egress import Target, is_public, parse_webhook_url, require_public
from ticketrouter.domain.errors import UnsafeWebhookUrlError, WebhookUnavailableError

GOOD_URL = "https://hooks.example.com/services/T0/B0?wait=true"
PUBLIC = ["93.184.216.34", "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.0.1.1", "100.63.0.1", "100.128.0.1",
          "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]  # fmt: skip
METADATA = "169.254.169.254"

HOSTILE_HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0x7f.0.0.1",
    "0177.0.0.1", "127.0.0.0x1", METADATA, "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[fe80::1%25eth0]", "[fd00:ec2::254]",
    "8.8.8.8", "[2606:2800:220:1::1]", "localhost", "redis", "localhost.", "hooks.example.com.", "hooks..example.com",
    ".example.com", "-a.example.com", "a-.example.com", "１２７.０.０.１", "127。0。0。1", "ⓛⓞⓒⓐⓛ.com", "exämple.com",
    "hooks.example.com%2eevil.example", "hooks%2eexample%2ecom", "hooks.example.com\x00.evil.example",
    "hooks.example.com\t", " hooks.example.com", "a_b.example.com", "hooks.example.123", "hooks.example.0x1",
    "a" * 64 + ".example.com", ".".join(["a" * 60] * 5) + ".example.com", "", "*.example.com", "hooks.example.c",
]  # fmt: skip
HOSTILE_URLS = [
    *(f"https://{host}/x" for host in HOSTILE_HOSTS),
    "http://hooks.example.com/x",
    "ftp://hooks.example.com/x",
    "file:///etc/passwd",
    "gopher://hooks.example.com/x",
    "javascript:alert(1)",
    "data:text/plain,x",
    "//hooks.example.com/x",
    "hooks.example.com/x",
    "https:hooks.example.com/x",
    "https:/hooks.example.com/x",
    "https:\\\\hooks.example.com/x",
    "https://user@hooks.example.com/x",
    "https://user:password@hooks.example.com/x",
    "https://hooks.example.com@evil.example/x",
    "https://hooks.example.com:443@evil.example/x",
    "https://hooks.example.com\\@evil.example/x",
    "https://evil.example\\.hooks.example.com/x",
    "https://hooks.example.com#@evil.example/x",
    "https://hooks.example.com/x#fragment",
    "https://hooks.example.com:80/x",
    "https://hooks.example.com:8443/x",
    "https://hooks.example.com:0443/x",
    "https://hooks.example.com:9001/x",
    "https://hooks.example.com:443443/x",
    "https://hooks.example.com:/x",
    "https://hooks.example.com:４４３/x",
    "https://hooks.example.com/x y",
    "https://hooks.example.com/x\r\nHost: evil.example",
    "https://hooks.example.com/x\nx",
    "https://hooks.example.com/x\n",
    "\nhttps://hooks.example.com/x",
    "https://hooks.example.com/é",
    'https://hooks.example.com/"',
    "https://hooks.example.com/<x>",
    "https://hooks.example.com/\\evil",
    "https://hooks.example.com/" + "x" * 3_000,
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "",
    "https://",
]
HOSTILE_ADDRESSES = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", METADATA, "169.254.170.2", "169.254.100.1", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
    "::", "::1", "::7f00:1", "::169.254.169.254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:a9fe:a9fe::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:a9fe:a9fe::1",
    "2002:7f00:1::1", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12::1",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "2606:2800::5efe:a9fe:a9fe",
    "2606:2800::200:5efe:7f00:1", "2606:2800::1%eth0", "4000::1", "", "localhost", "127.1", "2130706433",
    "0x7f.0.0.1", "127.0.0.01",
]  # fmt: skip


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


def test_the_table_is_as_long_as_promised():
    assert len(set(HOSTILE_URLS)) + 4 * len(set(HOSTILE_ADDRESSES)) >= 200
