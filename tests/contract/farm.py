"""A farm of webhook receivers on 127.0.0.1: the path of the URL says how one behaves."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PLAIN_REPLIES = {
    "/200": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "/200-then-cut": b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\nok",
    "/202-chunked": b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "/204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/302": b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n",
    "/307": b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /200\r\nContent-Length: 0\r\n\r\n",
    "/429-seconds": b"HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
    "/503-forever": b"HTTP/1.1 503 Away\r\nRetry-After: tomorrow\r\nContent-Length: 0\r\n\r\n",
    "/not-http": b"220 smtp.example.com ESMTP\r\n",
    "/silent-close": b"",
    "/huge-head": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n",
}


@dataclass
class Request:
    """What a receiver was sent."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Farm:
    """One server; every connection in a thread of its own.

    Attributes:
        requests: All that came.
        sent_bytes: How much of the 10 MB reply the client took.
    """

    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    sent_bytes: int = 0
    server_names: list[str] = field(default_factory=list)

    def __post_init__(self):
        if self.tls is not None:
            self.tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, behaviour):
        return f"http://127.0.0.1:{self.port}{behaviour}"

    def close(self):
        self._closing.set()
        # accept() does not notice that its socket is closed elsewhere: wake it with a connection
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self):
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed since we looked, on a machine so busy that the wake-up came too early
                return
            thread = threading.Thread(target=self._serve, args=[client], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client):
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            stack.enter_context(client)
            if self.tls is not None:
                client = stack.enter_context(self.tls.wrap_socket(client, server_side=True))
            request = _read(client)
            self.requests.append(request)
            self._answer(client, request.line.split(" ")[1].partition("?")[0])

    def _answer(self, client, behaviour):
        if behaviour in PLAIN_REPLIES:
            client.sendall(PLAIN_REPLIES[behaviour])
        elif behaviour.startswith("/status/"):
            client.sendall(f"HTTP/1.1 {behaviour[8:]} X\r\nContent-Length: 2\r\n\r\nno".encode())
        elif behaviour == "/429-date":
            at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
            client.sendall(f"HTTP/1.1 429 X\r\nRetry-After: {at}\r\nContent-Length: 0\r\n\r\n".encode())
        elif behaviour == "/hang":
            self._closing.wait(20)
        elif behaviour == "/reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif behaviour == "/drip-head":
            self._drip(client, b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n")
        elif behaviour == "/drip-continue":
            self._drip(client, b"", b"HTTP/1.1 100 Continue\r\n\r\n")
        elif behaviour == "/drip-body":
            self._drip(client, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x")
        elif behaviour == "/stalled-body":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
            self._closing.wait(20)
        elif behaviour == "/ten-megabytes":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n")
            for _ in range(10_240):
                client.sendall(b"x" * 1_024)
                self.sent_bytes += 1_024

    def _drip(self, client, head, drop):
        client.sendall(head)
        while not self._closing.wait(0.02):
            client.sendall(drop)


def _read(client):
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(client)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in fields)}
    while len(body) < int(headers.get("content-length", 0)):
        body += _receive(client)
    return Request(line, headers, body)


def _receive(client):
    data = client.recv(65_536)
    if not data:
        raise ValueError("the client has gone")
    return data


class Authority:
    """A certificate authority of one test run."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "farm")])
        self.certificate = self._sign(self._name, self._key, [], authority=True)

    def trust(self):
        """Return a client's context that trusts this authority alone, made as the sender makes its own."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server(self, folder, *names, expired=False, self_signed=False):
        """Return a server's context with a certificate for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        issuer = (subject, key) if self_signed else None
        certificate = self._sign(subject, key, names, expired=expired, issuer=issuer)
        path = folder / "server.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, subject, key, names, *, authority=False, expired=False, issuer=None):
        issuer_name, issuer_key = issuer or (self._name, self._key)
        now = datetime.datetime.now(datetime.UTC)
        until = now - datetime.timedelta(days=1) if expired else now + datetime.timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if authority:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        if names:
            alternatives = [_alternative(name) for name in names]
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return builder.sign(issuer_key, hashes.SHA256())


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
