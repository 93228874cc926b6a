"""Measure what REDACT_STORED costs: `python -m models.redaction_effect` scores our dev tickets with and without it.

Few of them hold personal data, so each is scored once more with a line of it, as customers sign: the worker reads that
line, or words such as `[email]` in its place. Against the ticket without the line it shows which of them misleads more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.bundle import MODELS_DIR
from models.tickets import read_rubric
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.redaction import redact
from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import ALERT_THRESHOLD

SIGNATURES = (
    "Jane Doe, jane.doe@example.com, +49 30 901820",
    "Please call me at (415) 555-2671. My card is 4111 1111 1111 1111.",
    "Refund to DE89 3704 0044 0532 0130 00, mail jane@example.com",
    "curl -H 'Authorization: Bearer 7Fq2kLx9ZpR4tVwB8nYs' fails, password: hunter2",
)


def effect(name: str, before: Sequence[Score], after: Sequence[Score]) -> str:
    """Return the line to print on how `after` differs from `before`."""
    pairs = list(zip(before, after, strict=True))
    change = np.array([abs(new.urgency_score - old.urgency_score) for old, new in pairs])
    crossed = sum((old.urgency_score > ALERT_THRESHOLD) != (new.urgency_score > ALERT_THRESHOLD) for old, new in pairs)
    categories = sum(old.category != new.category for old, new in pairs)
    figures = f"{change.mean():9.4f} {np.percentile(change, 99):7.3f} {change.max():8.3f} {crossed:11} {categories:9}"
    return f"{name:42} {figures}"


def main() -> None:
    """Print the effect on tickets as they are, and on signed ones."""
    texts = [ticket.text for ticket in read_rubric()[1]]
    signed = [f"{text}\n{SIGNATURES[number % len(SIGNATURES)]}" for number, text in enumerate(texts)]
    touched = sum(redact(text) != text for text in texts)
    scorer = OnnxScorer(MODELS_DIR)
    plain, plain_redacted = scorer.score(texts), scorer.score(list(map(redact, texts)))
    with_line, line_redacted = scorer.score(signed), scorer.score(list(map(redact, signed)))
    print(f"{len(texts)} tickets, {touched} of them with something to redact")
    print(f"{'':42} {'mean |dS|':>9} {'p99':>7} {'largest':>8} {'crossed 0.8':>11} {'category':>9}")
    print(effect("redacted, against as they are", plain, plain_redacted))
    print(effect("signed: redacted, against as they are", with_line, line_redacted))
    print(effect("signed, against not signed", plain, with_line))
    print(effect("signed and redacted, against not signed", plain, line_redacted))


if __name__ == "__main__":
    main()
