"""The guard by what it is for: over a table of URLs and DNS answers, every socket that connects leads outside.

Here nothing of ours is replaced but the socket and the resolver of the system; what counts as outside is a list in the
table, and no rule that the guard could share.
"""

import ipaddress
import itertools
import socket
import ssl

import pytest

from tests.unit.hostile import GOOD_URL, HOSTILE_ADDRESSES, HOSTILE_NAMES, HOSTILE_URLS, METADATA, PUBLIC
from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.adapters.webhook_http import HttpWebhookSender
from ticketrouter.domain.errors import UnsafeWebhookUrlError, WebhookUnavailableError

ALLOWED = {(address, 443) for address in PUBLIC}
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OUTSIDE = "8.8.8.8"
# What a resolver answers to the first question, the second, … and then always the last.
WORLDS = {
    "public": [[OUTSIDE]],
    "loopback": [["127.0.0.1"]],
    "metadata": [[METADATA]],
    "mixed": [[OUTSIDE, "10.0.0.1"]],
    "rebinding": [[OUTSIDE], [METADATA]],
    "rebinding at once": [[OUTSIDE], ["127.0.0.1"], ["::1"]],
}


class Sockets:
    """All connections of the process, none of which is made, and all questions to the resolver."""

    def __init__(self, monkeypatch):
        self.connects = []
        self.asked = []
        self.answers = iter(())
        hook = self

        class Recorded:
            def __init__(self, *args, **kwargs):
                pass

            def connect(self, address):
                hook.connects.append(tuple(address[:2]))
                raise ConnectionRefusedError

            connect_ex = connect

            def __getattr__(self, name):
                return lambda *args, **kwargs: None

        def getaddrinfo(host, port, *args, **kwargs):
            try:
                ip = ipaddress.ip_address(host)
            except ValueError:
                self.asked.append(host)
                addresses = next(self.answers)
            else:
                addresses = [str(ip)]
            return [
                (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
                for each in addresses
            ]

        monkeypatch.setattr(socket, "socket", Recorded)
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    def post(self, url, world):
        """POST twice, as a retry would; return what was connected to, and what came of it."""
        self.connects.clear()
        self.asked.clear()
        self.answers = itertools.chain(world, itertools.repeat(world[-1]))
        ends = []
        for _ in range(2):
            try:
                HttpWebhookSender(clock=MemoryClock(), tls=TLS).send(url, {}, b"{}")
            except (UnsafeWebhookUrlError, WebhookUnavailableError) as error:
                ends.append(type(error))
        return list(self.connects), ends


@pytest.fixture
def sockets(monkeypatch):
    return Sockets(monkeypatch)


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_hostile_url_connects_to_nothing_whatever_a_resolver_says(url, sockets):
    for world in WORLDS.values():
        assert sockets.post(url, world) == ([], [UnsafeWebhookUrlError] * 2)
        assert sockets.asked == []


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_leads_outside_or_nowhere(name, sockets):
    for world in WORLDS.values():
        connects, ends = sockets.post(f"https://{name}/x", world)
        assert set(connects) <= ALLOWED
        assert len(ends) == 2
        # one question for each POST: what is connected to is what was checked
        assert sockets.asked == [name] * 2


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_an_answer_inside_is_never_connected_to(address, sockets):
    inside = [[address], [OUTSIDE, address], [address, OUTSIDE], [*PUBLIC, address]]
    for answer in inside:
        assert sockets.post(GOOD_URL, [answer]) == ([], [UnsafeWebhookUrlError] * 2)
    # public for whoever checks, inside for whoever asks again
    assert sockets.post(GOOD_URL, [[OUTSIDE], [address]]) == (
        [(OUTSIDE, 443)],
        [WebhookUnavailableError, UnsafeWebhookUrlError],
    )


def test_the_hook_sees_connections():
    # given: a table in which nothing connects would prove nothing
    with pytest.MonkeyPatch.context() as monkeypatch:
        connects, ends = Sockets(monkeypatch).post(GOOD_URL, [PUBLIC[:1]])
    assert connects == [(PUBLIC[0], 443)] * 2
    assert ends == [WebhookUnavailableError] * 2


def test_of_the_whole_table_not_one_connection_is_forbidden(sockets):
    hostile = [(url, world) for url in HOSTILE_URLS for world in WORLDS.values()]
    hostile += [(f"https://{name}/x", world) for name in HOSTILE_NAMES for world in WORLDS.values()]
    hostile += [(GOOD_URL, [[OUTSIDE], [address]]) for address in HOSTILE_ADDRESSES]
    hostile += [(GOOD_URL, [[OUTSIDE, address]]) for address in HOSTILE_ADDRESSES]
    connects = [each for url, world in hostile for each in sockets.post(url, world)[0]]

    assert len(set(HOSTILE_URLS)) == len(HOSTILE_URLS) >= 120
    assert len(hostile) >= 900
    assert [each for each in connects if each not in ALLOWED] == []
    assert connects  # to public addresses, before their name was bound anew
