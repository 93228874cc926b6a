"""Shapes of the answer of `GET /model`: the bundle, and what `make eval` found out about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from ticketrouter.edge.shapes import Shape

Figures = Annotated[
    dict[str, int | float | None],
    Field(
        description="`n` tickets; category_macro_f1, urgency_spearman, alert_recall, …; null where labels are missing."
    ),
]
Counts = Annotated[
    list[list[int]], Field(description="Labels in rows, verdicts in columns, both in the order of `labels`.")
]


class ModelFile(Shape):
    """A file of the bundle."""

    sha256: str
    bytes: int


class ModelLabels(Shape):
    """What a ticket can be, in the order of the model's outputs."""

    model_config = ConfigDict(extra="allow")

    category: list[str] | None = None
    sentiment: list[str] | None = None
    urgency_levels: list[float] | None = None


class ManifestResource(Shape):
    """The bundle's manifest without its self-test; empty without a bundle. A bundle of yours may say more or less."""

    model_config = ConfigDict(extra="allow")

    bundle: str | None = None
    version: str | None = None
    files: dict[str, ModelFile] | None = None
    labels: ModelLabels | None = None
    max_tokens: int | None = None
    embedding_dim: int | None = None
    threshold: float | None = None
    review_below: float | None = None


class SystemFigures(Shape):
    """How well one system did on one set."""

    figures: Figures
    intervals: dict[str, list[float]] = Field(
        description="95 % intervals by figure, lowest and highest value, bootstrapped over groups of related tickets; "
        "absent where these are few."
    )


class EvaluatedSet(Shape):
    """Tickets that nothing was trained on."""

    in_domain: bool = Field(description="Others of the same source were trained on.")
    bundle: SystemFigures
    tfidf: SystemFigures = Field(description="Baseline trained on the same tickets: counts of words and characters.")
    words: SystemFigures = Field(description="Baseline without training: the word list that stands in for the model.")


class Slices(Shape):
    """Parts of the set `rubric_dev`."""

    language: dict[str, Figures]
    length: dict[str, Figures]


class Confusion(Shape):
    """Tickets of the set `rubric_dev` by what they are and what they were taken for."""

    category: Counts
    urgency: Counts


class ReliabilityBin(Shape):
    """Tickets of which the model said about the same."""

    n: int
    said: float = Field(description="Mean of what it said.")
    true: float = Field(description="Mean of what was so.")


class Reliability(Shape):
    """Whether what a system says is what is so."""

    urgency_ece: float = Field(description="Expected calibration error of S.")
    category_ece: float = Field(description="Expected calibration error of the confidence in the category.")
    urgency: list[ReliabilityBin] = Field(description="S against the mean label.")
    severe: list[ReliabilityBin] = Field(description="S against the share of tickets with label 1.")
    category: list[ReliabilityBin] = Field(description="Confidence against the share of right categories.")


class ReliabilityOfSystems(Shape):
    """The same of the bundle and its baselines."""

    bundle: Reliability
    tfidf: Reliability
    words: Reliability


class EvaluationResource(Shape):
    """What `make eval` wrote into models/evaluation.json; the model card, models/README.md, explains it."""

    model_version: str
    sets: dict[str, EvaluatedSet]
    slices: Slices
    confusion: Confusion
    reliability: dict[str, ReliabilityOfSystems] = Field(
        description="`our hands`: on rubric_dev, where S was calibrated. `other hands`: on tickets of other writers."
    )


class ModelResource(Shape):
    """The bundle that scores: labels, limits, calibration and how well it did on held-out tickets."""

    model_version: str = Field(description="`lexicon` when no bundle could be loaded.")
    manifest: ManifestResource
    evaluation: EvaluationResource | None = Field(description="Null when there is none of this very version.")

    @classmethod
    def of(cls, model_version: str, manifest: Mapping[str, Any], evaluation: Mapping[str, Any] | None) -> Self:
        """Translate."""
        shown = {name: value for name, value in manifest.items() if name != "self_test"}
        return cls(
            model_version=model_version,
            manifest=ManifestResource.model_validate(shown),
            evaluation=None if evaluation is None else EvaluationResource.model_validate(evaluation),
        )
