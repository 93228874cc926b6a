"""The ways in which a Redis is sick, each done to a real one: entered while requests run, and left again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from redis import Redis

from tests.redis_proxy import RedisProxy, redis_proxy
from tests.servers import RedisServer, redis_server, redis_with_replica

ACCESS = "on ~* +@all"
LOADED_VALUES, LOADED_BYTES = 80, 250_000  # while it reads 20 MB, a Redis answers LOADING every 2 MB
LOAD_DELAY_US = 10_000  # a value


@dataclass
class House:
    """A Redis, what stands around it, and the document that tells everybody its URL.

    Attributes:
        server: What tickets are written to at first.
        proxy: The one address in front of it, for what happens on the network.
        secret: Holds the URL, as the secret does.
        chance: Of what is left to chance.
        replica: Of the server, for some states.
    """

    server: RedisServer
    proxy: RedisProxy
    secret: Path
    chance: Random
    replica: RedisServer | None = None

    def url(self) -> str:
        """Return the URL as it is now."""
        return self.secret.read_text()


@dataclass(frozen=True)
class State:
    """A sickness.

    Attributes:
        name: In the report.
        sickness: Makes it so, and well again at the end of the block.
        proxied: Requests come through the proxy.
        forgets: What Redis had acknowledged may be gone afterwards.
        answers: Some requests get through while it lasts, so that not all of them go without Redis.
        needs: Settings of the server.
        replicated: It needs a replica.
    """

    name: str
    sickness: Callable[[House], AbstractContextManager[None]]
    proxied: bool = False
    forgets: bool = False
    answers: bool = False
    needs: tuple[tuple[str, str], ...] = ()
    replicated: bool = False


@contextmanager
def house_of(state: State, chance: Random) -> Iterator[House]:
    """Start what a state needs."""
    with ExitStack() as stack:
        replica = None
        if state.replicated:
            server, replica = stack.enter_context(redis_with_replica())
        else:
            server = stack.enter_context(redis_server(settings=dict(state.needs)))
        proxy = stack.enter_context(redis_proxy(server.socket))
        secret = proxy.socket.with_name("secret")
        secret.write_text(proxy.url if state.proxied else server.url_of("router", ACCESS, "old"))
        yield House(server, proxy, secret, chance, replica)


@contextmanager
def _refused(house: House) -> Iterator[None]:
    house.server.kill()
    yield
    house.server.start()
    house.server.url_of("router", ACCESS, "old")


@contextmanager
def _hung(house: House) -> Iterator[None]:
    house.server.hang()
    yield
    house.server.resume()


@contextmanager
def _slow(house: House) -> Iterator[None]:
    house.proxy.delay_s = 0.1
    yield
    house.proxy.delay_s = 0.0


@contextmanager
def _dripping(house: House) -> Iterator[None]:
    """Send twelve bytes of a reply every 50 ms: never silent for long, and not done for seconds."""
    house.proxy.delay_s, house.proxy.piece_bytes = 0.05, 12
    yield
    house.proxy.delay_s, house.proxy.piece_bytes = 0.0, 0


@contextmanager
def _cut_off(house: House) -> Iterator[None]:
    """Close connections in the middle of half of the replies."""
    house.proxy.cut = lambda: house.chance.random() < 0.5
    yield
    house.proxy.cut = lambda: False


@contextmanager
def _replica(house: House) -> Iterator[None]:
    """Lead the address to a replica, which refuses writes."""
    assert house.replica is not None
    house.proxy.upstream = house.replica.socket
    house.proxy.close_all()
    yield
    house.proxy.upstream = house.server.socket
    house.proxy.close_all()


@contextmanager
def _failover(house: House) -> Iterator[None]:
    """Lose the primary with writes that its replica never saw; promote the replica behind the same address."""
    assert house.replica is not None
    house.replica.hang()
    time.sleep(0.2)
    house.server.kill()
    yield
    house.replica.resume()
    house.replica.promote()
    house.proxy.upstream = house.replica.socket
    house.proxy.close_all()


@contextmanager
def _out_of_memory(house: House) -> Iterator[None]:
    house.server.admin("CONFIG", "SET", "maxmemory", 1)
    yield
    house.server.admin("CONFIG", "SET", "maxmemory", 0)


@contextmanager
def _max_clients(house: House) -> Iterator[None]:
    with Redis.from_url(house.server.url, single_connection_client=True) as only_one:
        only_one.execute_command("CONFIG", "SET", "maxclients", 1)
        only_one.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        yield
        only_one.execute_command("CONFIG", "SET", "maxclients", 10_000)


@contextmanager
def _disk_full(house: House) -> Iterator[None]:
    """Let a snapshot fail: from then on writes are refused (MISCONF)."""
    gone = house.server.folder / "gone"
    gone.mkdir()
    house.server.admin("CONFIG", "SET", "dir", str(gone))
    house.server.admin("CONFIG", "SET", "save", "3600 1")
    gone.rmdir()
    house.server.admin("BGSAVE")
    house.server.wait_until(lambda: house.server.admin("INFO", "persistence")["rdb_last_bgsave_status"] == "err")
    yield
    house.server.admin("CONFIG", "SET", "dir", str(house.server.folder))
    house.server.admin("CONFIG", "SET", "save", "")


@contextmanager
def _loading(house: House) -> Iterator[None]:
    """Restart with so much to read that it takes a second or more."""
    for number in range(LOADED_VALUES):
        house.server.admin("SET", f"ballast:{number}", os.urandom(LOADED_BYTES))
    house.server.admin("SAVE")
    house.server.kill()
    house.server.start(wait=False)
    yield
    house.server.wait_until(house.server.answers)
    house.server.url_of("router", ACCESS, "old")


@contextmanager
def _rotated(house: House) -> Iterator[None]:
    """Change the password, and the secret a moment later; nobody's connection outlives it."""
    url = house.server.url_of("router", "resetpass", "new")
    house.server.admin("CLIENT", "KILL", "USER", "router")
    yield
    house.secret.write_text(url)


def _again_and_again(*command: str, every_s: float) -> Callable[[House], AbstractContextManager[None]]:
    @contextmanager
    def pulses(house: House) -> Iterator[None]:
        house.server.admin(*command)
        over = threading.Event()

        def pulse() -> None:
            while not over.wait(every_s):
                house.server.admin(*command)

        thread = threading.Thread(target=pulse)
        thread.start()
        yield
        over.set()
        thread.join()

    return pulses


STATES = [
    State("refused", _refused, forgets=True),
    State("hung", _hung),
    State("slow", _slow, proxied=True, answers=True),
    State("dripping", _dripping, proxied=True, answers=True),
    State("cut_off", _cut_off, proxied=True, answers=True),
    State("replica", _replica, proxied=True, replicated=True),
    State("failover", _failover, proxied=True, replicated=True, forgets=True),
    State("wiped", _again_and_again("FLUSHALL", every_s=0.1), forgets=True, answers=True),
    State("scripts_flushed", _again_and_again("SCRIPT", "FLUSH", every_s=0.02), answers=True),
    State("out_of_memory", _out_of_memory),
    State("max_clients", _max_clients),
    State("disk_full", _disk_full),
    State("loading", _loading, needs=(("key-load-delay", str(LOAD_DELAY_US)),)),
    State("password_rotated", _rotated),
]
