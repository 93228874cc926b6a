"""Small HTTP servers on 127.0.0.1; one function serves all requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from local.errors import StartError

HOST = "127.0.0.1"
MAX_HEAD_BYTES = 10_240  # Source: API Gateway, "Quotas for HTTP APIs" (of request line and headers together)
_DROP_AFTER_S = 0.05  # for requests under way; to aiohttp, zero would mean for ever
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Listener:
    """A server that listens."""

    def __init__(self, api: web.Server, server: asyncio.Server) -> None:
        """Take over a started server."""
        self._api, self._server = api, server
        self.port: int = server.sockets[0].getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"{HOST}:{self.port}"

    def refuse_new(self) -> None:
        """Accept no more connections; those that are open stay."""
        self._server.close()

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        self._server.close()
        await self._api.shutdown(timeout=_DROP_AFTER_S)


class _Connection(web.RequestHandler):
    """Refuses what is no HTTP in the words of the gateway, instead of in aiohttp's and with a traceback."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        response = web.json_response({"message": HTTPStatus(status).phrase}, status=status)
        response.force_close()
        return response


class Server(web.Server):
    """Makes the connections of a handler; larger bodies raise in its `request.read()`."""

    def __init__(self, handler: Handler, *, limit_bytes: int) -> None:
        """Prepare, in a running event loop."""
        loop = asyncio.get_running_loop()

        def make_request(*parts: Any) -> web.BaseRequest:
            message, payload, protocol, writer, task = parts
            return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=limit_bytes)

        super().__init__(
            handler,
            request_factory=make_request,
            access_log=None,
            keepalive_timeout=75,
            auto_decompress=False,  # as the gateway: what is refused for its encoding must not be inflated before
            max_line_size=MAX_HEAD_BYTES,
            max_field_size=MAX_HEAD_BYTES,
        )

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


async def listen(handler: Handler, *, port: int = 0, limit_bytes: int) -> Listener:
    """Serve on 127.0.0.1; port 0 takes a free one. Larger bodies raise in `request.read()`.

    Raises:
        StartError: The port is taken, or only for root.
    """
    loop = asyncio.get_running_loop()
    api = Server(handler, limit_bytes=limit_bytes)
    try:
        server = await loop.create_server(api, HOST, port, backlog=512)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()  # asyncio's own text says the address once more
        raise StartError(f"Port {port} cannot be used ({reason}): give another one with --port") from error
    return Listener(api, server)
