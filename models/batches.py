"""Tickets to padded tensors, in batches that suit the losses and the clock."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from models.losses import UNKNOWN
from models.network import encoder_folder
from models.tickets import CATEGORIES, SENTIMENTS, Ticket

CHUNK = 8  # rows that are padded to one length
Weights = Mapping[str, float]  # task -> weight of a row's loss


def load_tokenizer(max_tokens: int) -> Tokenizer:
    """The encoder's WordPiece tokenizer, truncating at `max_tokens`, without padding."""
    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens)
    return tokenizer


@dataclass(frozen=True)
class Batch:
    """One step's tensors, shortest ticket first: labels [n], weights by task [n] float32.

    `groups` and `stems` [n] int64 number the incidents and their families; `anchors` [n, d] are the untouched
    encoder's vectors.

    `chunks` are the (ids, mask) pairs [m, t] int64 that together make up the n rows. Stems mix lengths freely;
    run in chunks of like length, a batch costs about a third of what one padded block would.
    """

    chunks: list[tuple[Tensor, Tensor]]
    category: Tensor
    sentiment: Tensor
    urgency: Tensor
    weights: dict[str, Tensor]
    groups: Tensor
    stems: Tensor
    anchors: Tensor


def pad(rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Right-pad token ids to one [n, t] pair of ids and mask."""
    width = max(map(len, rows))
    ids = torch.zeros((len(rows), width), dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    return ids, mask


def numbered(names: Sequence[str]) -> Tensor:
    """Number names by first appearance, [n] int64."""
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(name, len(numbers)) for name in names])


def make_batch(
    tickets: Sequence[Ticket], weights: Sequence[Weights], anchors: Mapping[str, Tensor], tokenizer: Tokenizer
) -> Batch:
    """Build the tensors of one step; `weights` has one entry a ticket, `anchors` a vector [d] a text."""
    encoded = [encoding.ids for encoding in tokenizer.encode_batch([t.text for t in tickets])]
    order = sorted(range(len(tickets)), key=lambda index: len(encoded[index]))
    rows, tickets = [encoded[i] for i in order], [tickets[i] for i in order]
    weights = [weights[i] for i in order]
    return Batch(
        chunks=[pad(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK)],
        category=torch.tensor([CATEGORIES.index(t.category) if t.category else UNKNOWN for t in tickets]),
        sentiment=torch.tensor([SENTIMENTS.index(t.sentiment) if t.sentiment else UNKNOWN for t in tickets]),
        urgency=torch.tensor([float("nan") if t.urgency is None else t.urgency for t in tickets]),
        weights={task: torch.tensor([row[task] for row in weights]) for task in ("category", "sentiment", "urgency")},
        # An ungrouped ticket is a group of its own: it has no positives but is a negative to all.
        groups=numbered([ticket.group or f"#{index}" for index, ticket in enumerate(tickets)]),
        stems=numbered([ticket.stem for ticket in tickets]),
        anchors=torch.stack([anchors[ticket.text] for ticket in tickets]),
    )


def whole_stems(tickets: Sequence[Ticket], size: int, rng: random.Random) -> list[list[Ticket]]:
    """Cut tickets into batches of about `size`, each stem in one piece, in random order."""
    by_stem: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_stem[ticket.stem].append(ticket)
    # Ungrouped tickets are spread among the groups, so that every batch has pairs to learn from.
    stems = list(by_stem.values())
    rng.shuffle(stems)
    batches: list[list[Ticket]] = [[]]
    for stem in stems:
        if batches[-1] and len(batches[-1]) + len(stem) > size:
            batches.append([])
        batches[-1].extend(stem)
    return [batch for batch in batches if batch]


def by_length(tickets: Sequence[Ticket], size: int, rng: random.Random) -> list[list[Ticket]]:
    """Cut tickets into batches of similar length (little padding), the batches in random order."""
    order = sorted(tickets, key=lambda ticket: len(ticket.text) * rng.uniform(0.9, 1.1))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(batches)
    return batches


def interleave(first: list[list[Ticket]], second: list[list[Ticket]], rng: random.Random) -> Iterator[list[Ticket]]:
    """Yield the batches of both lists, each list in its order, mixed at random."""
    turns = [0] * len(first) + [1] * len(second)
    rng.shuffle(turns)
    iterators = (iter(first), iter(second))
    for turn in turns:
        yield next(iterators[turn])
