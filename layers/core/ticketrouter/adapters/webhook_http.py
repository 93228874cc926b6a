"""POST through urllib3, once, to an address that was checked, within a deadline of our own.

No redirect, no retry, no proxy from the environment: a bare connection knows none of them. A library's time-out counts
each read anew, so that a server that drips a byte a second holds it for ever: here a timer closes the socket.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ticketrouter.domain.egress import LOOPBACK, Target, parse_webhook_url, require_public
from ticketrouter.domain.errors import WebhookGoneError, WebhookRejectedError, WebhookUnavailableError
from ticketrouter.domain.record import reply_excerpt
from ticketrouter.ports import Clock, WebhookReply

DEADLINE_MS = 10_000  # name, connection, TLS, request and the head of the reply
CONNECT_MS = 3_000  # for one address; a name may have several
MAX_ADDRESSES = 3
MAX_REPLY_BYTES = 4_096
BODY_S = 1.0  # for the body, of which operators see the first characters; reading it spares the receiver a reset
RETRYABLE = frozenset({408, 425, 429})  # and all of 5xx

Resolver = Callable[[str], Sequence[str]]


def system_resolver(host: str) -> list[str]:
    """Return the addresses of a name, as the system finds them.

    Raises:
        OSError: There are none, or nobody answered.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


class HttpWebhookSender:
    """The WebhookSender of production.

    Args:
        clock: Time, for the deadline and for dates in Retry-After.
        resolver: How a name becomes addresses; asked once for each POST.
        tls: Trust and TLS versions; the system's by default.
        allow_loopback: Take plain http to 127.0.0.1 (the local stack's sink).
        deadline_ms: For all of one POST.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        allow_loopback: bool = False,
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        self._clock = clock
        self._resolver = resolver
        self._tls = tls or ssl.create_default_context()
        self._allow_loopback = allow_loopback
        self._deadline_ms = deadline_ms

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookReply:
        """POST once; see the port."""
        began_ms = self._clock.monotonic_ms()
        deadline_ms = began_ms + self._deadline_ms
        target = parse_webhook_url(url, allow_loopback=self._allow_loopback)
        addresses = require_public(self._resolve(target.host, deadline_ms)) if target.tls else [LOOPBACK]
        connection = self._connect(target, addresses[:MAX_ADDRESSES], deadline_ms)
        try:
            status, retry_after, reply = self._exchange(connection, target, headers, body, deadline_ms)
        finally:
            connection.close()
        if 200 <= status < 300:
            return WebhookReply(status, round(self._clock.monotonic_ms() - began_ms, 1), reply)
        if status in RETRYABLE or status >= 500:
            wish_s = retry_after_s(retry_after, self._clock.now_ms())
            raise WebhookUnavailableError(
                f"the receiver answered {status}", status=status, retry_after_s=wish_s, reply=reply
            )
        if status == 410:
            raise WebhookGoneError("the receiver wants no more", status=status, reply=reply)
        raise WebhookRejectedError(f"the receiver answered {status}", status=status, reply=reply)

    def _resolve(self, host: str, deadline_ms: float) -> Sequence[str]:
        """Ask the resolver in a thread of its own: nothing else can put an end to `getaddrinfo`."""
        answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolver(host))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=look_up, name="resolver", daemon=True).start()
        try:
            answer = answers.get(timeout=self._remaining_s(deadline_ms))
        except queue.Empty:
            raise WebhookUnavailableError("the name was not resolved in time") from None
        if isinstance(answer, Exception):
            raise WebhookUnavailableError("the name cannot be resolved") from None
        return answer

    def _connect(self, target: Target, addresses: Sequence[str], deadline_ms: float) -> HTTPConnection:
        """Connect to the first of the checked addresses that answers; by address, so that no name is asked again."""
        for address in addresses:
            timeout_s = min(CONNECT_MS / 1_000, self._remaining_s(deadline_ms))
            connection: HTTPConnection
            if target.tls:
                # SNI and the certificate's name are the host's, though the connection goes to the address.
                connection = HTTPSConnection(
                    address, target.port, timeout=timeout_s, server_hostname=target.host, ssl_context=self._tls
                )
            else:
                connection = HTTPConnection(address, target.port, timeout=timeout_s)
            try:
                connection.connect()
            except (HTTPError, OSError):
                connection.close()  # nothing was sent: the next address may be tried
            else:
                return connection
        raise WebhookUnavailableError("no connection, or none that is trusted") from None

    def _exchange(
        self,
        connection: HTTPConnection,
        target: Target,
        headers: Mapping[str, str],
        body: bytes,
        deadline_ms: float,
    ) -> tuple[int, str | None, str]:
        """Send the request and return status, Retry-After and the body's first characters."""
        remaining_s = self._remaining_s(deadline_ms)
        open_socket = connection.sock
        open_socket.settimeout(remaining_s)
        timer = threading.Timer(remaining_s, _shut, args=[open_socket])
        timer.daemon = True
        timer.start()
        try:
            host = target.host if target.tls else f"{target.host}:{target.port}"
            all_headers = {**headers, "host": host, "connection": "close"}
            connection.request("POST", target.path, body, all_headers, preload_content=False, decode_content=False)
            with contextlib.closing(connection.getresponse()) as reply:  # it keeps the socket open, too
                self._remaining_s(deadline_ms)  # a head that our timer cut off parses like a whole one
                # The status has come, so the outcome is known: a body that is late or breaks off changes nothing.
                open_socket.settimeout(BODY_S)
                body_read = b""
                with contextlib.suppress(HTTPError, OSError, http.client.HTTPException, ValueError):
                    body_read = reply.read1(MAX_REPLY_BYTES)
                return reply.status, reply.headers.get("retry-after"), reply_excerpt(body_read)
        except (HTTPError, OSError, http.client.HTTPException, ValueError):
            raise WebhookUnavailableError("no reply in time, or none that is HTTP") from None
        finally:
            timer.cancel()

    def _remaining_s(self, deadline_ms: float) -> float:
        remaining_ms = deadline_ms - self._clock.monotonic_ms()
        if remaining_ms <= 0:
            raise WebhookUnavailableError(f"not done within {self._deadline_ms} ms")
        return remaining_ms / 1_000


def retry_after_s(value: str | None, now_ms: int) -> int | None:
    """Read Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3); None if it says nothing that can be read."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        at = parsedate_to_datetime(text)
        at_s = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()  # HTTP knows no other zone
    except (ValueError, OverflowError):
        return None
    return max(0, round(at_s - now_ms / 1_000))


def _shut(open_socket: socket.socket) -> None:
    # Of the plain socket: SSLSocket.shutdown would take the TLS state away under the thread that reads.
    with contextlib.suppress(OSError):  # closed by then
        socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
