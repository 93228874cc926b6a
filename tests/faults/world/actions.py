"""What may happen next in the router: each is one invocation, one event of the outside, or a while of nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.faults.world.faults import NOTHING, Plan
from ticketrouter.usecases.ingest import Draft


def brief(drafts: tuple[Draft, ...]) -> str:
    """Return drafts in the few words that tell them apart."""
    return ", ".join(f"{one.ticket_id or one.idempotency_key or one.customer}: {one.description}" for one in drafts)


@dataclass(frozen=True)
class Post:
    """A client posts, or posts again.

    Attributes:
        drafts: A batch, or one.
    """

    drafts: tuple[Draft, ...]
    plan: Plan = NOTHING

    def __repr__(self) -> str:
        return f"Post({brief(self.drafts)}, {self.plan})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # hypothesis asks for it
        printer.text(repr(self))


HELD = -1  # in place of a number: copies of the messages that a process has in hand which is held up just now


@dataclass(frozen=True)
class Work:
    """A worker is handed a batch.

    Attributes:
        lane: Name of the queue.
        first: Which of the visible messages is the first (the others follow it, round the end), or HELD.
        count: How many.
        copied: They stay visible for others.
        worker: Which process.
    """

    lane: str = "standard"
    first: int = 0
    count: int = 3
    copied: bool = False
    worker: int = 0
    plan: Plan = NOTHING


@dataclass(frozen=True)
class Dispatch:
    """A dispatcher is handed an alert.

    Attributes:
        first: Which of the visible messages, or HELD.
        copied: It stays visible for others.
        answer: HTTP status of the receiver, whoever it is; 0 for none in time.
        dispatcher: Which process.
    """

    first: int = 0
    copied: bool = False
    answer: int = 200
    dispatcher: int = 0
    plan: Plan = NOTHING


@dataclass(frozen=True)
class Drain:
    """The reconciler is handed dead letters of a queue."""

    queue: str = "standard"
    plan: Plan = NOTHING


@dataclass(frozen=True)
class Sweep:
    """The reconciler's schedule."""

    plan: Plan = NOTHING


@dataclass(frozen=True)
class Pass:
    """Time passes."""

    seconds: float


@dataclass(frozen=True)
class Wipe:
    """The store forgets everything."""


@dataclass(frozen=True)
class Switch:
    """The store or the queues go away, or come back."""

    what: str
    on: bool


Action = Post | Work | Dispatch | Drain | Sweep | Pass | Wipe | Switch


def of_generation(post: Post, number: int) -> Post:
    """Return the same post under other names: of its own, and of what others post meanwhile."""
    drafts = tuple(
        replace(
            draft,
            ticket_id=draft.ticket_id and f"{draft.ticket_id}{number}",
            idempotency_key=draft.idempotency_key and f"{draft.idempotency_key}{number}",
            customer=draft.customer and f"{draft.customer}{number}",
        )
        for draft in post.drafts
    )
    others = tuple(of_generation(one, number) if isinstance(one, Post) else one for one in post.plan.meanwhile)
    return replace(post, drafts=drafts, plan=replace(post.plan, meanwhile=others))
