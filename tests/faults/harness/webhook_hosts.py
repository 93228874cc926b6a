"""Receivers of webhooks on 127.0.0.1, behind real sockets: the path's first word says how one answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class WebhookHosts:
    """What arrived.

    Attributes:
        url: Of all of them, without a path.
        arrived: Path, headers and body of each POST.
    """

    url: str
    arrived: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def webhook_hosts() -> Iterator[WebhookHosts]:
    """Serve: `/takes`, `/echoes` (its answer quotes the message), `/refuses`, `/fails`, `/moves`, `/hangs`, `/gone`."""

    class Host(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            hosts.arrived.append((self.path, dict(self.headers.items()), body))
            behaviour = self.path.split("/")[1]
            if behaviour == "hangs":
                time.sleep(HANG_S)
            statuses = {"refuses": 400, "fails": 500, "moves": 302, "gone": 410}
            self.send_response(statuses.get(behaviour, 200))
            answer = body if behaviour in ("echoes", "refuses", "fails") else b"ok"
            if behaviour == "moves":
                self.send_header("Location", f"{self.path}?moved")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    hosts = WebhookHosts(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hosts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


HANG_S = 0.5
