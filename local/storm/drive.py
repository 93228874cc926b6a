"""Post a storm at a steady rate and watch it through the public API and the sink, as a user could."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import ClientResponse, ClientSession

from local.errors import LocalStackError
from local.storm.outcome import Json, Seen, count
from local.storm.tickets import Telling
from ticketrouter.domain.digest import MAX_GAP_MS

PATIENCE_S = 120  # while none becomes final; then what is not scored is lost
DIGEST_PATIENCE_S = PATIENCE_S + MAX_GAP_MS // 1_000  # while an alert waits for its digest
ON_ITS_WAY_S = 30  # for a message after the last alert is final
LOOK_EACH_S = 0.5
_TRIES = 8
_PAGE = 200  # the API's largest

Progress = Callable[[int, int], None]


class Storm:
    """One storm over one stack.

    Args:
        session: Of the API, with its key.
        sink_url: Where the stack's messages arrive.
        on_progress: Told how many tickets were posted, and how many of them are final.
    """

    def __init__(self, session: ClientSession, sink_url: str, on_progress: Progress) -> None:
        self._session = session
        self._sink_url = sink_url
        self._on_progress = on_progress
        self._posted: dict[str, Telling] = {}
        self._tickets: dict[str, Json] = {}

    async def run(self, tellings: Sequence[Telling], seconds: float) -> Seen:
        """Post, wait until everything is final, and return what there is to see.

        Raises:
            LocalStackError: A ticket was refused, or the stack does not answer.
        """
        began_ms = int(time.time() * 1_000)
        # Before the first post: changes are told from here on.
        cursor = (await self._get("/changes"))["cursor"]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(cursor, len(tellings)))
            await self._post_all(group, tellings, seconds)
        # An alert is held back before the message that stands for it has arrived: that may still be on its way.
        settled_by = time.monotonic() + ON_ITS_WAY_S
        seen = await self._look(began_ms)
        while count(seen).forgotten and time.monotonic() < settled_by:
            await asyncio.sleep(LOOK_EACH_S)
            seen = await self._look(began_ms)
        return seen

    async def _look(self, began_ms: int) -> Seen:
        return Seen(
            posted=self._posted,
            tickets=await self._all_tickets(began_ms),
            incidents=await self._all_incidents(),
            messages=await self._messages(began_ms),
        )

    async def _post_all(self, group: asyncio.TaskGroup, tellings: Sequence[Telling], seconds: float) -> None:
        # Letters and digits alone, which no kind of message escapes, and new ones in each storm: none is a duplicate.
        storm = f"storm{secrets.token_hex(4)}"
        began = time.monotonic()
        for number, telling in enumerate(tellings):
            # An open loop: a slow answer does not make the customers wait.
            await asyncio.sleep(max(0.0, began + seconds * number / len(tellings) - time.monotonic()))
            group.create_task(self._post(f"{storm}x{number:03d}", telling))

    async def _post(self, ticket_id: str, telling: Telling) -> None:
        for _ in range(_TRIES):
            async with self._session.post("/tickets", json={**telling.body, "ticket_id": ticket_id}) as response:
                if response.status == 202:
                    self._posted[ticket_id] = telling
                    self._tell()
                    return
                if "Retry-After" not in response.headers:
                    raise await _refusal("POST /tickets", response)
                pause_s = float(response.headers["Retry-After"])
            await asyncio.sleep(pause_s)
        raise LocalStackError(f"POST /tickets was put off {_TRIES} times: see the logs of ingest")

    async def _watch(self, cursor: str, total: int) -> None:
        """Follow the changes until all that was posted is final, or nothing more becomes so.

        A ticket that changes is no reason to wait: an alert to a dead destination is tried for hours.
        """
        last_final, fewest = time.monotonic(), total
        while len(self._posted) < total or self._unfinished():
            page = await self._get("/changes", since=cursor, limit=str(_PAGE))
            cursor = page["cursor"]
            self._tickets |= {ticket["ticket_id"]: ticket for ticket in page["tickets"]}
            self._tell()
            unfinished = total - len(self._posted) + len(self._unfinished())
            if unfinished < fewest or len(self._posted) < total:
                last_final, fewest = time.monotonic(), unfinished
            if time.monotonic() > last_final + self._patience_s():
                return
            if not page["more"]:
                await asyncio.sleep(page["poll_after_ms"] / 1_000)

    def _unfinished(self) -> list[str]:
        return [each for each in self._posted if not _is_final(self._tickets.get(each))]

    def _patience_s(self) -> float:
        waiting = (self._tickets.get(each, {}).get("alerts", ()) for each in self._unfinished())
        return DIGEST_PATIENCE_S if any(it.get("digest_id") for alerts in waiting for it in alerts) else PATIENCE_S

    def _tell(self) -> None:
        self._on_progress(len(self._posted), len(self._posted) - len(self._unfinished()))

    async def _all_tickets(self, began_ms: int) -> Mapping[str, Json]:
        tickets = await self._pages("/tickets", "tickets", since=str(began_ms))
        return {ticket["ticket_id"]: ticket for ticket in tickets}

    async def _all_incidents(self) -> Sequence[Json]:
        return await self._pages("/incidents", "incidents")

    async def _messages(self, began_ms: int) -> Sequence[Json]:
        # A session of its own: the API's key is none of the sink's business.
        async with ClientSession() as session, session.get(f"{self._sink_url}/received") as response:
            arrivals: Sequence[Json] = (await response.json())["received"]
        return [arrival for arrival in arrivals if arrival["received_at_ms"] >= began_ms]

    async def _pages(self, path: str, name: str, **query: str) -> list[Json]:
        found: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self._get(path, limit=str(_PAGE), **query, **cursor)
            found += page[name]
            if not page["cursor"]:
                return found
            cursor = {"cursor": page["cursor"]}

    async def _get(self, path: str, **query: str) -> Any:
        async with self._session.get(path, params=query) as response:
            if response.status != 200:
                raise await _refusal(f"GET {path}", response)
            return await response.json()


def _is_final(ticket: Json | None) -> bool:
    if ticket is None or ticket["status"] not in ("scored", "failed"):
        return False
    return all(alert["status"] != "pending" for alert in ticket["alerts"])


async def _refusal(call: str, response: ClientResponse) -> LocalStackError:
    return LocalStackError(f"{call} answered {response.status}: {(await response.text())[:300]}")
