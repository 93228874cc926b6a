"""What a piece of work costs on a real Redis: commands, time on its core, bytes, and on which keys.

What was sent is counted by the client; INFO says how long the commands took, in which nobody else was served. SLOWLOG
with a threshold of 0 tells one script from another, and what scripts call.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from ticketrouter.adapters.redis_store import RedisClient
from ticketrouter.adapters.redis_store.client import Command
from ticketrouter.ports import Clock

_LOG_LENGTH = 5_000_000
_REFERENCE_CALLS = 2_000
_REFERENCES = 3
_SCRIPT = "EVALSHA"
# Braces around one of these name lists of all tickets, which share a slot; anything else in them is an id.
_SHARED = {"tickets", "incidents", "deliveries", "deadletters", "feedback", "audit", "digests"}

Kind = tuple[str, str]  # the command, and the slot that its key is in


class MeteredClient(RedisClient):
    """The real client, which also counts what it sends."""

    def __init__(self, url: str, clock: Clock) -> None:
        """Start with nothing counted."""
        super().__init__(url, clock)
        self.sent: Counter[Kind] = Counter()
        self.round_trips = 0

    def run(self, commands: Sequence[Command], *, trip_s: float | None = None) -> list[Any]:
        """Count and send."""
        self.sent.update(kind_of([str(word) for word in command[:4]]) for command in commands)
        self.round_trips += bool(commands)
        return super().run(commands, trip_s=trip_s)


@dataclass(frozen=True, slots=True)
class Use:
    """What Redis did.

    Attributes:
        round_trips: How often the client waited for it.
        commands: What the client sent, by slot.
        us: Microseconds in which it did nothing else, by slot; of a script with all that it calls.
        cpu_us: Microseconds of processor time, reading and writing to the network included.
        bytes_in: Received.
        bytes_out: Sent.
        simple_cpu_us: The same time of one GET of 100 bytes: the unit in which serverless caches are paid and limited.
    """

    round_trips: int
    commands: dict[str, int]
    us: dict[str, float]
    cpu_us: float
    bytes_in: int
    bytes_out: int
    simple_cpu_us: float

    @property
    def cache_units(self) -> float:
        """Return how many simple commands the work was worth.

        Source: https://aws.amazon.com/elasticache/pricing/ (ECPU: by processor time, or by kB if that is more)
        """
        return max(self.cpu_us / self.simple_cpu_us, (self.bytes_in + self.bytes_out) / 1024)

    def per(self, units: int) -> dict[str, Any]:
        """Return it for one of so many units of work, as JSON."""
        return {
            "round_trips": round(self.round_trips / units, 2),
            "commands": round(sum(self.commands.values()) / units, 2),
            "cpu_us": round(self.cpu_us / units, 1),
            "simple_cpu_us": round(self.simple_cpu_us, 2),
            "cache_units": round(self.cache_units / units, 1),
            "bytes_in": round(self.bytes_in / units),
            "bytes_out": round(self.bytes_out / units),
            "slots": {
                slot: {
                    "commands": round(self.commands[slot] / units, 2),
                    "us": round(us / units, 1),
                    "cache_units": round(self.cache_units * us / sum(self.us.values()) / units, 1),
                }
                for slot, us in sorted(self.us.items(), key=lambda item: -item[1])
            },
        }


def used_by(redis: Redis, client: MeteredClient, work: Callable[[], None], again: Callable[[], None]) -> Use:
    """Return what Redis did for this client while `work` ran; nobody else may use it meanwhile.

    Args:
        redis: The server.
        client: What the work uses.
        work: What is measured.
        again: The same on other tickets, with SLOWLOG on: it tells the scripts apart, and takes time itself. Their
            sum comes from `work`.
    """
    references = [_simple_cpu_us(redis) for _ in range(_REFERENCES)]
    redis.config_resetstat()
    cpu_before = _cpu_us(redis)
    sent_before, trips_before = Counter(client.sent), client.round_trips
    work()
    cpu_us = _cpu_us(redis) - cpu_before
    stats, calls, sent = redis.info("stats"), redis.info("commandstats"), client.sent - sent_before
    trips = client.round_trips - trips_before
    references += [_simple_cpu_us(redis) for _ in range(_REFERENCES)]  # before and after: others may share the machine
    took = _durations(redis, again, calls)
    commands: Counter[str] = Counter()
    us: dict[str, float] = {}
    for kind, count in sent.items():
        commands[kind[1]] += count
        us[kind[1]] = us.get(kind[1], 0.0) + count * took[kind]
    return Use(
        round_trips=trips,
        commands=dict(commands),
        us=us,
        cpu_us=cpu_us,
        bytes_in=stats["total_net_input_bytes"],
        bytes_out=stats["total_net_output_bytes"],
        simple_cpu_us=statistics.median(references),
    )


def _cpu_us(redis: Redis) -> float:
    cpu = redis.info("cpu")
    return float(cpu["used_cpu_sys"] + cpu["used_cpu_user"]) * 1e6


def _simple_cpu_us(redis: Redis) -> float:
    """Return the processor time of one GET, each in a round trip of its own, as a client of a cache sends them."""
    redis.set("load:reference", b"x" * 100)
    before = _cpu_us(redis)
    for _ in range(_REFERENCE_CALLS):
        redis.get("load:reference")
    return (_cpu_us(redis) - before) / _REFERENCE_CALLS


def _durations(redis: Redis, again: Callable[[], None], calls: Mapping[str, Any]) -> dict[Kind, float]:
    """Return the mean microseconds of each kind of command, as they were without the log."""
    redis.config_set("slowlog-max-len", _LOG_LENGTH)
    redis.slowlog_reset()
    redis.config_set("slowlog-log-slower-than", 0)
    again()
    redis.config_set("slowlog-log-slower-than", -1)
    total: Counter[Kind] = Counter()
    count: Counter[Kind] = Counter()
    for entry in redis.slowlog_get(_LOG_LENGTH):
        kind = kind_of(entry["command"].decode(errors="replace").split(" ", 4))
        total[kind] += entry["duration"]
        count[kind] += 1
    mean = {name: sum(total[it] for it in total if it[0] == name) / sum(count[it] for it in count if it[0] == name)
            for name in {it[0] for it in total}}  # fmt: skip
    true = {name: float(calls.get(f"cmdstat_{name.lower()}", {}).get("usec_per_call", mean[name])) for name in mean}
    return defaultdict(float, {it: total[it] / count[it] * true[it[0]] / (mean[it[0]] or 1.0) for it in total})


def kind_of(words: Sequence[str]) -> Kind:
    """Return a command's name and what its key shares its slot with: `{tickets}`, or `ticket:{<id>}` of one ticket."""
    name = words[0].upper()
    at = 3 if name == _SCRIPT else 1
    key = words[at] if len(words) > at else ""
    found = re.search(r"^(.*?)\{([^}]*)\}", key)
    if found is None:
        return name, "no key"
    return name, f"{{{found[2]}}}" if found[2] in _SHARED else f"{found[1]}{{<id>}}"
