"""Pages through a list: what a zset names, read in chunks, filtered, from a cursor on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ticketrouter.adapters.redis_store.client import Command, RedisClient
from ticketrouter.adapters.redis_store.encoding import Values
from ticketrouter.domain.listing import decode_cursor, encode_cursor

T = TypeVar("T")
Place = tuple[int, str]  # rank and member

CHUNK = 500  # places; a walk begins with as many as the page is long, and takes larger steps the less it finds
READ_AT_ONCE = 100  # records; a page that is full needs no more of them
MAX_SCANNED = 2_000  # a page; a filter that keeps little gives short pages rather than slow ones


def walk(
    client: RedisClient,
    index: str,
    *,
    order: str,
    read: Callable[[Place], Command],
    decode: Callable[[Values], T | None],
    limit: int,
    cursor: str | None,
    keeps: Callable[[T], bool] = lambda _: True,
    newest_first: bool = True,
    bounds: tuple[int, int] = (0, 1 << 53),
    sift: Callable[[list[Place]], list[Place]] = lambda places: places,
) -> tuple[list[T], str | None]:
    """Return a page and the cursor of the next one. Members whose record is gone are taken out of the list.

    Args:
        client: The way to Redis.
        index: Key of the zset.
        order: Name of the order, which a cursor must bear.
        read: Makes the command that reads a member's record.
        decode: Reads its reply; None if there is no record.
        limit: Records a page.
        cursor: Of the page before.
        keeps: The filter.
        newest_first: From high ranks to low ones.
        bounds: Lowest and highest rank, both included.
        sift: A coarse filter before the reading: drops places whose records `keeps` would drop.

    Raises:
        InvalidQueryError: The cursor is not one of this order.
        CacheUnavailableError: Redis did not answer.
    """
    behind = decode_cursor(order, cursor) if cursor else None
    page: list[T] = []
    gone: list[str] = []
    following: str | None = None
    scanned = 0
    for places, last in _chunks(client, index, behind, newest_first, bounds, first_chunk=min(CHUNK, limit)):
        for place, values in _read(client, sift(places), read):
            record = decode(values)
            if record is None:
                gone.append(place[1])
            elif keeps(record):
                page.append(record)
                if len(page) == limit:
                    following = None if last and place == places[-1] else encode_cursor(order, *place)
                    break
        scanned += len(places)
        if len(page) == limit:
            break
        if scanned >= MAX_SCANNED and not last:
            following = encode_cursor(order, *places[-1])
            break
    if gone:
        client.run([("ZREM", index, *gone)])
    return page, following


def _read(
    client: RedisClient, places: Sequence[Place], read: Callable[[Place], Command]
) -> Iterator[tuple[Place, Values]]:
    for start in range(0, len(places), READ_AT_ONCE):
        part = places[start : start + READ_AT_ONCE]
        yield from zip(part, client.run([read(place) for place in part]), strict=True)


def _chunks(
    client: RedisClient,
    index: str,
    behind: Place | None,
    newest_first: bool,
    bounds: tuple[int, int],
    first_chunk: int,
) -> Iterator[tuple[list[Place], bool]]:
    """Give the places behind a cursor, chunk by chunk, each with whether it is the last."""
    (low, high), size = bounds, first_chunk
    while True:
        if behind is not None and newest_first:
            high = min(high, behind[0])
        elif behind is not None:
            low = max(low, behind[0])
        # Equal ranks are ordered by member, so those at the cursor's rank are read again and skipped; there are few.
        places = _range(client, index, (low, high), newest_first, behind, size + 1)
        if not places:
            return
        yield places[:size], len(places) <= size
        if len(places) <= size:
            return
        behind, size = places[size - 1], min(4 * size, CHUNK)


def _range(
    client: RedisClient,
    index: str,
    bounds: tuple[int, int],
    newest_first: bool,
    behind: Place | None,
    count: int,
) -> list[Place]:
    """Return up to `count` places behind `behind`."""
    command = "ZREVRANGEBYSCORE" if newest_first else "ZRANGEBYSCORE"
    first, second = bounds[::-1] if newest_first else bounds
    found: list[Place] = []
    offset = 0
    while len(found) < count:
        (flat,) = client.run([(command, index, first, second, "WITHSCORES", "LIMIT", offset, count)])
        members = [(int(float(rank)), member.decode()) for member, rank in zip(flat[::2], flat[1::2], strict=True)]
        found += [place for place in members if behind is None or _is_behind(place, behind, newest_first)]
        if len(members) < count:
            break
        offset += len(members)
    return found[:count]


def _is_behind(place: Place, behind: Place, newest_first: bool) -> bool:
    return place < behind if newest_first else place > behind
