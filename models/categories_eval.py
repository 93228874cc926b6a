"""Measure categories of one's own on the committed bundle, for the model card: `python -m models.categories_eval`.

Two schemes: the bundle's four, as if nobody had trained them, on the English dev tickets; and the eight product areas
of `categories.example.toml` on `data/product_areas.csv`, dev tickets too. Examples that are drawn are drawn DRAWS times
and the mean is shown. Those of the four come from the training tickets, those of the areas from the labelled file,
whose rest is then judged.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.bundle import MODELS_DIR
from models.categories import Space, Verdicts, read_labelled
from models.language import by_language
from models.sections import table, write_section
from models.tickets import RUBRIC_DIR, read_rubric
from ticketrouter.adapters.onnx_scorer import Inference, OnnxScorer
from ticketrouter.domain.categories import Category, OwnCategories, parse

DRAWS = 10
SEED = 7
SHARES = (0.0, 0.3, 0.6, 1.0, 2.0)  # of the trained head's verdict, to choose TRAINED_SHARE by
FOUR = OwnCategories(
    (
        Category("Billing", "money: invoices, charges, payments, refunds, plans and prices"),
        Category("Technical", "something does not work, outages, slowness, security incidents, how to configure it"),
        Category("Legal", "contracts, privacy rights, regulators, courts, intellectual property, police requests"),
        Category("General", "everything else: praise, sales questions, deliveries, jobs"),
    )
)
Row = tuple[object, ...]


@dataclass(frozen=True)
class Labelled:
    """Texts, their categories, and what the models say of them."""

    texts: list[str]
    names: list[str]
    raw: Inference

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]], scorer: OnnxScorer) -> Labelled:
        """Run the models over all texts once."""
        texts = [text for text, _ in pairs]
        return cls(texts, [name for _, name in pairs], scorer.infer(texts))

    def judged(self, space: Space, without: set[str] | None = None) -> Verdicts:
        """Verdicts on these texts, but for some."""
        verdicts = space.judge(self.texts, self.names, self.raw)
        keep = np.array([text not in (without or set()) for text in self.texts])
        return replace(verdicts, cosines=verdicts.cosines[keep], truth=verdicts.truth[keep])


def drawn(own: OwnCategories, pool: Sequence[tuple[str, str]], count: int, seed: int) -> OwnCategories:
    """The categories with `count` more examples each out of the pool, of a small category at most half."""
    rng, filled = random.Random(seed), []
    for category in own.categories:
        texts = sorted(text for text, name in pool if name == category.name)
        more = rng.sample(texts, min(count, len(texts) // 2))
        filled.append(replace(category, examples=(*category.examples, *more)))
    return replace(own, categories=tuple(filled))


def figures(own: OwnCategories, judged: Sequence[Verdicts]) -> tuple[str, ...]:
    """Accuracy, macro-F1, share for review, accuracy of the rest, best temperature: means over the draws."""
    sure = [verdicts.confidence(own.temperature) >= own.review_below for verdicts in judged]
    pairs = list(zip(judged, sure, strict=True))
    return (
        f"{np.mean([v.right.mean() for v in judged]):.2f}",
        f"{np.mean([v.macro_f1() for v in judged]):.2f}",
        f"{np.mean([1 - s.mean() for s in sure]):.2f}",
        f"{np.mean([v.right[s].mean() for v, s in pairs if s.any()]):.2f}",
        f"{np.mean([v.best_temperature() for v in judged]):.2f}",
    )


def rows_of(scheme: str, own: OwnCategories, labelled: Labelled, pool: Sequence[tuple[str, str]],
            scorer: OnnxScorer) -> Iterator[Row]:  # fmt: skip
    """Rows of one scheme: descriptions, with the examples that it comes with, and with drawn ones."""
    bare = replace(own, categories=tuple(replace(category, examples=()) for category in own.categories))
    yield scheme, "descriptions", *figures(bare, [labelled.judged(Space(bare, scorer))])
    if own != bare:
        yield scheme, "… and its 3 examples", *figures(own, [labelled.judged(Space(own, scorer))])
    for count in (3, 8):
        judged = []
        for draw in range(DRAWS):
            filled = drawn(bare, pool, count, SEED + draw)
            used = {text for category in filled.categories for text in category.examples}
            judged.append(labelled.judged(Space(filled, scorer), used))
        yield scheme, f"… and {count} drawn examples", *figures(bare, judged)


def trained_row(labelled: Labelled, scorer: OnnxScorer) -> Row:
    """How the bundle's own head does on its four categories, for comparison."""
    scores = scorer.interpret(labelled.texts, labelled.raw)
    right = np.array([score.category == name for score, name in zip(scores, labelled.names, strict=True)])
    sure = np.array([score.category_confidence for score in scores]) >= scorer.trained.review_below
    index = {name: at for at, name in enumerate(FOUR.names)}
    onehot = np.eye(len(index), dtype=np.float32)[[index[score.category] for score in scores]]
    verdicts = Verdicts(FOUR.names, labelled.texts, onehot, np.array([index[name] for name in labelled.names]))
    shares = f"{1 - sure.mean():.2f}", f"{right[sure].mean():.2f}"
    return (
        "the bundle's four",
        "its own, trained head",
        f"{right.mean():.2f}",
        f"{verdicts.macro_f1():.2f}",
        *shares,
        "–",
    )


def main() -> None:
    """Print the tables and put them into the model card."""
    scorer = OnnxScorer(MODELS_DIR)
    train, dev = read_rubric()
    pool = [(ticket.text, str(ticket.category)) for ticket in by_language(train)["en"]]
    four = Labelled.of([(ticket.text, str(ticket.category)) for ticket in by_language(dev)["en"]], scorer)
    areas_own = parse((MODELS_DIR / "categories.example.toml").read_bytes())
    pairs = list(zip(*read_labelled(RUBRIC_DIR / "product_areas.csv", areas_own.names), strict=True))
    areas = Labelled.of(pairs, scorer)
    header = ("categories", "told by", "right", "macro-F1", "for review", "right of the rest", "best temperature")
    rows = [
        trained_row(four, scorer),
        *rows_of("the bundle's four", FOUR, four, pool, scorer),
        *rows_of("8 product areas", areas_own, areas, pairs, scorer),
    ]
    weighed = []
    for share in SHARES:
        judged = [labelled.judged(Space(own, scorer, share)) for own, labelled in ((FOUR, four), (areas_own, areas))]
        weighed.append((share, *(f"{verdicts.right.mean():.2f}" for verdicts in judged)))
    weights = table(("weight of the trained verdict", "right: the four by descriptions", "right: areas"), weighed)
    counts = f"{len(four.texts)} tickets for the four, {len(areas.texts)} for the areas."
    body = f"{counts}\n\n{table(header, rows)}\n\n{weights}"
    write_section("categories", "python -m models.categories_eval", body)
    print(body)


if __name__ == "__main__":
    main()
