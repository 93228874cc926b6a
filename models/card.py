"""The evaluation's part of the model card: tables made of `models/evaluation.json` and the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.bundle import Manifest
from models.sections import table, write_section

Figures = Mapping[str, Any]
SYSTEMS = {"bundle": "", "tfidf": "*TF-IDF*", "words": "*word list*"}
NAMES = {
    "category_macro_f1": "category F1",
    "urgency_spearman": "urgency Spearman",
    "urgency_auroc": "AUROC ≥ .75",
    "urgency_mae": "MAE",
    "sentiment_accuracy": "sentiment",
    "pair_f1": "pair F1",
    "needs_review_share": "review",
}
THRESHOLD = {
    "alert_precision": "precision",
    "alert_precision_075": "… counting .75 as right",
    "alert_recall": "recall",
    "alerts_per_1000": "alerts per 1,000",
}


def number(value: Any) -> str:
    """A figure as the card shows it: a dash for none, no zero before the point."""
    if value is None:
        return "–"
    if isinstance(value, int) or value == 0:
        return str(int(value))
    return f"{value:.0f}" if value > 10 else f"{value:.3f}".replace("0.", ".", 1)


def cell(system: Figures, name: str) -> str:
    """A figure with its interval, if it has one that says anything."""
    value, between = system["figures"].get(name), system["intervals"].get(name)
    if value is None or between is None or between[0] == between[1]:
        return number(value)
    low, high = map(number, between)
    return f"{number(value)} <sub>{low} to {high}</sub>"


def sets_table(sets: Mapping[str, Figures]) -> str:
    """All systems on all held-out sets."""
    rows = []
    for name, one in sets.items():
        for system, title in SYSTEMS.items():
            shown = [cell(one[system], figure) for figure in NAMES]
            label = title or (name if one["in_domain"] else f"**{name}**")
            rows.append([label, one[system]["figures"]["n"], *shown])
    return table(("set", "n", *NAMES.values()), rows)


def ahead_table(sets: Mapping[str, Figures]) -> str:
    """By how much the bundle is ahead of TF-IDF on each set."""
    contested = ("category_macro_f1", "urgency_spearman", "urgency_auroc", "sentiment_accuracy")
    rows = []
    for name, one in sets.items():
        differences = one.get("ahead", {})
        shown = []
        for figure in contested:
            if figure in differences:
                value, low, high = (f"{digit:+.3f}" for digit in differences[figure])
                shown.append(f"{value} <sub>{low} to {high}</sub>")
            else:
                shown.append("–")
        rows.append([name if one["in_domain"] else f"**{name}**", *shown])
    return table(("bundle minus TF-IDF", *(NAMES[figure] for figure in contested)), rows)


def verdict_lines(verdict: Figures) -> str:
    """Whether the bundle ships, and where it does not win."""
    lines = [
        f"**{'Ships' if verdict['ships'] else 'Does not ship'}**: out of domain the bundle beats TF-IDF on"
        f" {len(verdict['wins'])} figures, is level with it on {len(verdict['level'])} (the interval of the difference"
        f" holds zero) and loses {len(verdict['loses'])}."
    ]
    for word in ("level", "loses"):
        if verdict[word]:
            lines.append(f"{word.capitalize()}: {', '.join(verdict[word])}.")
    return " ".join(lines)


def threshold_table(own: Figures, cross_fitted: Figures) -> str:
    """S > 0.8 against label 1 on our dev split."""
    rows = [["as shipped", *(cell(own["bundle"], figure) for figure in THRESHOLD)]]
    rows.append(["cross-fitted", *(number(cross_fitted.get(figure)) for figure in THRESHOLD)])
    for system in ("tfidf", "words"):
        rows.append([SYSTEMS[system], *(cell(own[system], figure) for figure in THRESHOLD)])
    return table(("", *THRESHOLD.values()), rows)


def ways_table(ways: Mapping[str, Figures]) -> str:
    """The ways to fuse and to calibrate, cross-fitted."""
    shown = ("urgency_spearman", "urgency_mae", "urgency_ece", "alert_precision", "alert_recall", "alerts_per_1000")
    rows = [[name, *(number(figures.get(key)) for key in shown)] for name, figures in ways.items()]
    return table(("", "Spearman", "MAE", "calibration error", "precision", "recall", "alerts per 1,000"), rows)


def parts_table(parts: Mapping[str, Figures]) -> str:
    """Figures of parts of our dev split."""
    shown = ("n", *list(NAMES)[:5], "alert_recall")
    rows = [[name, *(number(figures.get(key)) for key in shown)] for name, figures in parts.items()]
    return table(("", *(NAMES.get(key, key) for key in shown[:-1]), "alert recall"), rows)


def pairs_table(cross_fitted: Figures, drift: Figures, threshold: float) -> str:
    """Pair F1 in its several readings."""
    rows = [
        (f"sets of 200, pairs within one language, at {threshold}", number(cross_fitted["pair_f1_sets_one_language"])),
        ("… threshold fitted on the other half of the stems", number(cross_fitted["pair_f1_sets_cross_fitted"])),
        ("sets of 200, all pairs", number(cross_fitted["pair_f1_sets"])),
        ("all pairs of the split at once", number(cross_fitted["pair_f1_all"])),
        ("all pairs, the encoder before training, at its best threshold", number(drift.get("best_pair_f1_untouched"))),
    ]
    return table(("tellings of one incident", "pair F1"), rows)


def drift_table(drift: Figures) -> str:
    """int8 against fp32."""
    names = [key.removesuffix("_fp32") for key in drift if key.endswith("_fp32")]
    titles = NAMES | {"best_pair_f1": "pair F1, all pairs, at the best threshold"}
    rows = [[titles.get(name, name), number(drift[f"{name}_fp32"]), number(drift[f"{name}_int8"])] for name in names]
    return table(("", "fp32", "int8"), rows)


def calibration_table(reliability: Mapping[str, Mapping[str, Figures]], cross_fitted: Figures) -> str:
    """The expected calibration errors."""
    rows = [
        [f"{SYSTEMS[system] or 'as shipped'}, {hands}", number(one["urgency_ece"]), number(one["category_ece"])]
        for hands, systems in reliability.items()
        for system, one in systems.items()
        if system != "words"  # it has no confidence
    ]
    rows.insert(1, ["cross-fitted, our hands", *(number(cross_fitted[key]) for key in ("urgency_ece", "category_ece"))])
    rows.insert(2, ["… without temperature", "–", number(cross_fitted["category_ece_without"])])
    return table(("expected calibration error", "S", "confidence in the category"), rows)


def text(manifest: Manifest, found: Figures) -> str:
    """The whole part, in Markdown."""
    evaluation, own = manifest["eval"], found["sets"]["rubric_dev"]
    cross_fitted, drift = evaluation["cross_fitted_dev"], evaluation["int8_drift"]
    parts: Sequence[str] = (
        f"Bundle `{manifest['version']}`. Small figures: 95 % intervals (bootstrap over stems, 1,000 draws, none below"
        " 30). Bold sets are out of domain: no row of their source was trained on. TF-IDF (words and pairs of them,"
        " characters in threes to fives; logistic regression, ridge) is trained on the rows that the bundle is.",
        sets_table(found["sets"]),
        verdict_lines(found["verdict"]),
        ahead_table(found["sets"]),
        "S > 0.8 against label 1 on `rubric_dev` (cross-fitted: the numbers were fitted on the other folds):",
        threshold_table(own, cross_fitted),
        "![Reliability of S and of the category's confidence](img/reliability.svg)",
        "*Our hands*: `rubric_dev`, on which the shipped numbers are fitted; *other hands*: the tests by writers who"
        " saw none of our tickets.",
        calibration_table(found["reliability"], cross_fitted),
        "Ways to fuse and to calibrate S, cross-fitted on `rubric_dev`; the first is what ships:",
        ways_table(evaluation["calibrations"]),
        "![Confusion of categories and of urgency levels](img/confusion.svg)",
        "Parts of `rubric_dev`:",
        parts_table(found["slices"]["language"]),
        parts_table(found["slices"]["length"]),
        "Pair F1 falls as the set grows, since chance pairs grow with its square: the threshold is the best on random"
        " sets of 200 tickets (whole stems), as a queue has them, among pairs within one language.",
        pairs_table(cross_fitted, drift, manifest["duplicate_similarity"]),
        "int8 against fp32 on `rubric_dev`, before fusion and calibration:",
        drift_table(drift),
        f"Cosine of the vectors {drift['cosine_mean']:.4f} on average ({drift['cosine_min']:.4f} at worst); the"
        f" urgency head moves by {drift['urgency_moved_mean']:.3f} ({drift['urgency_moved_max']:.3f} at most).",
    )
    return "\n\n".join(parts)


def write_card(manifest: Manifest, found: Figures) -> None:
    """Write it into the model card."""
    write_section("eval", "make eval", text(manifest, found))
