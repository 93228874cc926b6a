"""The URL that the managed cache's secret holds: TLS, a user and a password."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from tests.contract.farm import Authority
from ticketrouter.adapters.redis_store import RedisClient
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.errors import CacheUnavailableError

TIME = [("TIME",)]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def tls_port(
    redis_urls: tuple[str, str], authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The test's Redis behind TLS, as it speaks none itself."""
    path = urlsplit(redis_urls[1]).path
    if not path:
        pytest.skip("TEST_REDIS_URL is no socket")
    context = authority.server(tmp_path_factory.mktemp("tls"), "localhost")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=[listener, context, path], daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener, context, path):
    with contextlib.suppress(OSError):  # the listener is closed at the end
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_join, args=[client, context, path], daemon=True).start()


def _join(client, context, path):
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        stack.enter_context(client)
        client = stack.enter_context(context.wrap_socket(client, server_side=True))
        server = stack.enter_context(socket.socket(socket.AF_UNIX))
        server.connect(path)
        back = threading.Thread(target=_pump, args=[server, client], daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_url_of_the_managed_cache_is_all_that_the_adapter_needs(tls_port, trusted):
    client = RedisClient(f"rediss://ticketrouter:secret@localhost:{tls_port}?ssl_ca_certs={trusted}", SystemClock())

    assert len(client.run(TIME)[0]) == 2
    client.close()


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        pytest.param(
            "rediss://ticketrouter:wrong@localhost:{port}?ssl_ca_certs={trusted}", "Authentication", id="password"
        ),
        pytest.param(
            "rediss://ticketrouter:secret@127.0.0.1:{port}?ssl_ca_certs={trusted}", "Connection", id="other name"
        ),
        pytest.param("rediss://ticketrouter:secret@localhost:{port}", "Connection", id="unknown authority"),
    ],
)
def test_a_cache_that_is_not_ours_is_not_spoken_to(tls_port, trusted, url, cause):
    client = RedisClient(url.format(port=tls_port, trusted=trusted), SystemClock())

    with pytest.raises(CacheUnavailableError, match=cause):
        client.run(TIME)
    client.close()
