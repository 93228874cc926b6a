"""Evaluate the bundle and its baselines on everything that was held out: what `make eval` does.

The figures go to `models/evaluation.json` (those of the bundle also to the manifest), the tables and pictures of the
model card are made of that file.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.baselines import CONFIG, trained_tfidf, word_list
from models.bundle import MODELS_DIR, read_manifest, write_manifest
from models.card import write_card
from models.charts import draw_confusion, draw_reliability
from models.evaluate import evaluate, outputs_of
from models.intervals import draw_figures, interval, intervals
from models.language import languages
from models.metrics import report
from models.outputs import Outputs
from models.reliability import calibration_error, category_reliability, reliability, urgency_reliability
from models.tickets import (
    CATEGORIES,
    PUBLIC_LABELS,
    TEST_DIR,
    URGENCY_LEVELS,
    Ticket,
    by_rubric,
    public_data,
    read_rubric,
    read_tickets,
)
from ticketrouter.adapters.onnx_scorer import OnnxScorer

REPORT = MODELS_DIR / "evaluation.json"
OURS, OTHERS = "rubric_dev", "other_hand"
# A higher value is better in each; the bundle must not lose any of them to TF-IDF out of domain.
CONTESTED = ("category_macro_f1", "urgency_spearman", "urgency_auroc", "sentiment_accuracy")
LEAST_STEMS = 30  # fewer say too little for an interval or a contest
LENGTHS = ((1, 8), (9, 30), (31, 80), (81, 10_000))  # words
System = Callable[[Sequence[Ticket]], Outputs]
Figures = dict[str, Any]


@dataclass(frozen=True)
class HeldOut:
    """Labelled tickets that no one was trained on; `in_domain`: others of the same source were."""

    name: str
    tickets: list[Ticket]
    in_domain: bool


def held_out_sets() -> list[HeldOut]:
    """Our dev split and the tests by another hand; with PUBLIC_DATA the public held-out files, with our labels too."""
    sets, folder = [HeldOut(OURS, read_rubric()[1], True)], public_data()
    sets += [HeldOut(f"{OTHERS}_{path.stem}", read_tickets(path), False) for path in sorted(TEST_DIR.glob("*.csv"))]
    if folder is None:
        return sets
    trained_on, public = sources_trained_on(), []
    for path in sorted((folder / "heldout").glob("*.csv.gz")):
        name, tickets = path.name.removesuffix(".csv.gz").removeprefix("in_"), read_tickets(path)
        public.append(HeldOut(name, tickets, name in trained_on))
    relabelled = by_rubric([ticket for one in public for ticket in one.tickets], "heldout")
    return [*sets, HeldOut("public_by_rubric", relabelled, True), *public]


def sources_trained_on() -> set[str]:
    """Public sources of which the training sees rows, with their labels or with ours."""
    with (PUBLIC_LABELS / "train.csv").open(newline="", encoding="utf-8") as file:
        relabelled = {row["source"] for row in csv.DictReader(file)}
    return relabelled | set(tomllib.loads(CONFIG.read_text(encoding="utf-8"))["public"])


def judged(tickets: Sequence[Ticket], systems: Mapping[str, Outputs], duplicate_similarity: float) -> Figures:
    """Figures and intervals of each system (the first is the bundle), and by how much it is ahead of TF-IDF."""
    found: Figures = {}
    drawn = {}
    enough = len({ticket.stem for ticket in tickets}) >= LEAST_STEMS
    for name, outputs in systems.items():
        pairs = duplicate_similarity if name == "bundle" else None
        drawn[name] = draw_figures(tickets, outputs, pairs) if enough else {}
        found[name] = {"figures": report(tickets, outputs, pairs), "intervals": intervals(drawn[name])}
    if enough:
        found["ahead"] = ahead(found, drawn)
    return found


def ahead(found: Figures, drawn: Mapping[str, Mapping[str, Any]]) -> dict[str, list[float]]:
    """By how much the bundle beats TF-IDF: the difference and its 95 % interval (the same draws for both)."""
    differences = {}
    for figure in CONTESTED:
        ours, theirs = (found[name]["figures"].get(figure) for name in ("bundle", "tfidf"))
        if ours is None or theirs is None:
            continue
        between = interval(drawn["bundle"][figure] - drawn["tfidf"][figure])
        if between:
            differences[figure] = [round(ours - theirs, 4), *between]
    return differences


def verdict(sets: Mapping[str, Figures]) -> Figures:
    """Does the bundle ship? It must not lose to TF-IDF on any contested figure of any out-of-domain set.

    Lost: the whole interval of the difference lies below zero. Level: zero lies within it.
    """
    found: dict[str, list[str]] = {"wins": [], "level": [], "loses": []}
    for name, one in sets.items():
        if one["in_domain"]:
            continue
        for figure, (_, low, high) in one.get("ahead", {}).items():
            word = "wins" if low > 0 else "loses" if high < 0 else "level"
            found[word].append(f"{name}: {figure}")
    return {"ships": not found["loses"], **found}


def slices(tickets: Sequence[Ticket], outputs: Outputs) -> dict[str, dict[str, Figures]]:
    """Figures of parts of our dev split: by language, and by length in words."""
    spoken = languages()
    names = [spoken[ticket.text] for ticket in tickets]
    words = [len(ticket.text.split()) for ticket in tickets]
    parts: dict[str, dict[str, list[int]]] = {"language": {}, "length": {}}
    for name in sorted(set(names), key=lambda one: (one != "en", one)):
        parts["language"][name] = [i for i, one in enumerate(names) if one == name]
    for low, high in LENGTHS:
        name = f"{low} to {high} words" if high < 1_000 else f"from {low} words"
        parts["length"][name] = [i for i, count in enumerate(words) if low <= count <= high]
    return {
        kind: {name: report([tickets[i] for i in rows], picked(outputs, rows)) for name, rows in part.items() if rows}
        for kind, part in parts.items()
    }


def picked(outputs: Outputs, rows: Sequence[int]) -> Outputs:
    """The outputs of some tickets."""
    chosen = list(rows)
    return Outputs(
        outputs.category[chosen], outputs.sentiment[chosen], outputs.urgency[chosen], outputs.vectors[chosen]
    )


def calibration(tickets: Sequence[Ticket], outputs: Outputs) -> Figures:
    """Reliability of S and of the category's confidence, and what a high S is worth."""
    said, labels = urgency_reliability(tickets, outputs)
    confidence, right = category_reliability(tickets, outputs)
    return {
        "urgency_ece": round(calibration_error(said, labels), 4),
        "category_ece": round(calibration_error(confidence, right), 4),
        "urgency": [asdict(one) for one in reliability(said, labels)],
        "severe": [asdict(one) for one in reliability(said, (labels >= 1.0).astype(float))],
        "category": [asdict(one) for one in reliability(confidence, right)],
    }


def confusion(tickets: Sequence[Ticket], outputs: Outputs) -> Figures:
    """Counts [label][verdict] of the category, and of the urgency level that S is nearest to."""
    category = np.zeros((len(CATEGORIES), len(CATEGORIES)), dtype=int)
    urgency = np.zeros((len(URGENCY_LEVELS), len(URGENCY_LEVELS)), dtype=int)
    nearest = np.abs(outputs.urgency[:, None] - np.asarray(URGENCY_LEVELS)).argmin(axis=1)
    for index, ticket in enumerate(tickets):
        if ticket.category:
            category[CATEGORIES.index(ticket.category), outputs.category[index].argmax()] += 1
        if ticket.urgency is not None:
            urgency[URGENCY_LEVELS.index(ticket.urgency), nearest[index]] += 1
    return {"category": category.tolist(), "urgency": urgency.tolist()}


def full_report() -> None:
    """Evaluate all held-out sets; write report, manifest, pictures and model card."""
    scorer, sets, tfidf = OnnxScorer(MODELS_DIR), held_out_sets(), trained_tfidf()
    threshold = float(scorer.manifest["duplicate_similarity"])
    found: Figures = {"model_version": scorer.model_version, "sets": earlier_sets(scorer.model_version)}
    said: dict[str, dict[str, Outputs]] = {}
    for one in sets:
        figures, scores = evaluate(scorer, one.tickets)
        systems = {"bundle": outputs_of(scores), "tfidf": tfidf.predict(one.tickets), "words": word_list(one.tickets)}
        found["sets"][one.name] = {"in_domain": one.in_domain, **judged(one.tickets, systems, threshold)}
        found["sets"][one.name]["bundle"]["figures"] = figures
        said[one.name] = systems
        print(one.name, json.dumps(figures), flush=True)
    own = next(one.tickets for one in sets if one.name == OURS)
    found |= {
        "verdict": verdict(found["sets"]),
        "slices": slices(own, said[OURS]["bundle"]),
        "confusion": confusion(own, said[OURS]["bundle"]),
        "reliability": {
            "our hands": calibrations([one for one in sets if one.name == OURS], said),
            "other hands": calibrations([one for one in sets if one.name.startswith(OTHERS)], said),
        },
    }
    write_report(found)
    print(json.dumps(found["verdict"], indent=1))


def calibrations(sets: Sequence[HeldOut], said: Mapping[str, Mapping[str, Outputs]]) -> dict[str, Figures]:
    """How reliable each system is on the tickets of some sets together."""
    tickets = [ticket for one in sets for ticket in one.tickets]
    return {
        system: calibration(tickets, joined([said[one.name][system] for one in sets])) for system in said[sets[0].name]
    }


def joined(parts: Sequence[Outputs]) -> Outputs:
    """The outputs of several sets as one."""
    columns = zip(*((one.category, one.sentiment, one.urgency, one.vectors) for one in parts), strict=True)
    return Outputs(*(np.concatenate(column) for column in columns))


def write_report(found: Figures) -> None:
    """Write the report, the bundle's figures in the manifest, the pictures, and the model card."""
    REPORT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    manifest = read_manifest()
    held_out = {name: one["bundle"]["figures"] for name, one in found["sets"].items()}
    manifest["eval"] |= {"model_version": found["model_version"], "held_out": held_out}
    write_manifest(manifest)
    draw_reliability({hands: systems["bundle"] for hands, systems in found["reliability"].items()})
    draw_confusion(found["confusion"])
    write_card(manifest, found)


def earlier_sets(model_version: str) -> Figures:
    """The public sets of the last report, if it was on this very bundle: without PUBLIC_DATA they stay as they are."""
    if not REPORT.is_file():
        return {}
    earlier = json.loads(REPORT.read_text(encoding="utf-8"))
    return dict(earlier["sets"]) if earlier["model_version"] == model_version else {}
