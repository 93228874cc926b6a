"""Fit and judge the rule that flags what is not English: `python -m models.language` prints how it does.

`models/calibrate.py` puts the numbers into the manifest. Fitted on our training split: English tickets as they are and
once more with letters swapped and lost (a misspelt word is unknown too, but is no other language), against the
tickets in German, Spanish, French, Italian, Portuguese and Dutch. What is printed was not fitted on.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from models.bundle import ARTIFACTS, MODELS_DIR
from models.language_samples import ENGLISH, FOREIGN
from models.sections import table, write_section
from models.tickets import RUBRIC_DIR, Ticket, read_rubric
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.language import LanguageRule, signs

FALSE_FLAGS = 0.003  # share of English training tickets that may be taken for foreign
LEARNED = ("de", "es", "fr", "it", "nl", "pt")  # languages of which the model has seen some tickets
MISSPELT_SHARE = 0.35  # of the words of four letters and more
SEED = 7


def languages() -> dict[str, str]:
    """The language of each of our tickets, by its text."""
    lines = [line for path in sorted(RUBRIC_DIR.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    rows = [json.loads(line) for line in lines if line.strip()]
    return {row["text"]: row["lang"] for row in rows}


def by_language(tickets: Sequence[Ticket]) -> dict[str, list[Ticket]]:
    """Our tickets, grouped by language."""
    lang, groups = languages(), defaultdict(list)
    for ticket in tickets:
        groups[lang[ticket.text]].append(ticket)
    return dict(groups)


def vocabulary() -> Callable[[str], bool]:
    """Whether the bundle's vocabulary holds a word whole."""
    return set(Tokenizer.from_file(str(ARTIFACTS / "tokenizer.json")).get_vocab()).__contains__


def misspelt(text: str, rng: random.Random) -> str:
    """The text with letters of some words swapped, lost or doubled."""
    words = []
    for word in text.split():
        if len(word) > 3 and rng.random() < MISSPELT_SHARE:
            at = rng.randrange(1, len(word) - 1)
            swapped, doubled = word[at + 1] + word[at], word[at] * 2 + word[at + 1]
            word = word[:at] + rng.choice((swapped, word[at + 1], doubled)) + word[at + 2 :]
        words.append(word)
    return " ".join(words)


def fit_language(tickets: Sequence[Ticket], knows: Callable[[str], bool]) -> dict[str, float]:
    """Fit the rule on the training tickets, as the manifest keeps it (`language`).

    The direction is that of a logistic regression; the bias is moved until FALSE_FLAGS of the English tickets pass it.
    """
    rng, groups = random.Random(SEED), by_language(tickets)
    english = [ticket.text for ticket in groups["en"]]
    foreign = [ticket.text for name in LEARNED for ticket in groups.get(name, [])]
    texts = [*english, *(misspelt(text, rng) for text in english), *foreign]
    shares = _signs(texts, knows)
    logistic = LogisticRegression(C=100).fit(shares, np.arange(len(texts)) >= 2 * len(english))
    unknown, common = map(float, logistic.coef_[0])
    cut = float(np.quantile(shares[: len(english)] @ logistic.coef_[0], 1 - FALSE_FLAGS))
    return {"bias": round(-cut, 3), "unknown": round(unknown, 3), "english": round(common, 3)}


def _signs(texts: Sequence[str], knows: Callable[[str], bool]) -> NDArray[np.float64]:
    return np.array([signs(text, knows) for text in texts], dtype=np.float64)


def report() -> str:
    """Markdown: the share flagged by language on what was not fitted on, and how well the model reads it."""
    knows, (train, dev) = vocabulary(), read_rubric()
    scorer = OnnxScorer(MODELS_DIR)
    rule = LanguageRule(**(scorer.manifest.get("language") or fit_language(train, knows)))
    rows = []
    for name, tickets in sorted(by_language(dev).items(), key=lambda item: (item[0] != "en", item[0])):
        texts = [ticket.text for ticket in tickets]
        scores = scorer.score(texts)
        right = np.mean([score.category == ticket.category for score, ticket in zip(scores, tickets, strict=True)])
        off = [abs(score.urgency_score - (t.urgency or 0.0)) for score, t in zip(scores, tickets, strict=True)]
        rows.append((f"dev: {name}", len(texts), _share(rule, texts, knows), f"{right:.2f}", f"{np.mean(off):.2f}"))
    rng = random.Random(SEED + 1)
    bent = [misspelt(ticket.text, rng) for ticket in by_language(dev)["en"]]
    rows.append(("dev: en, a third of the words misspelt", len(bent), _share(rule, bent, knows), "–", "–"))
    rows += [(f"en, {kind}", len(texts), _share(rule, texts, knows), "–", "–") for kind, texts in ENGLISH.items()]
    rows += [(name, len(texts), _share(rule, texts, knows), "–", "–") for name, texts in FOREIGN.items()]
    return table(("texts", "n", "flagged", "category right", "MAE of S"), rows)


def _share(rule: LanguageRule, texts: Sequence[str], knows: Callable[[str], bool]) -> str:
    return f"{np.mean([rule.is_foreign(text, knows) for text in texts]):.3f}"


def main() -> None:
    """Print the table and put it into the model card."""
    body = report()
    write_section("language", "python -m models.language", body)
    print(body)


if __name__ == "__main__":
    main()
