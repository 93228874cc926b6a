"""Write the evaluation's tables into the model card, between markers."""

from __future__ import annotations

from typing import Any

from models.bundle import MODELS_DIR, Manifest

CARD = MODELS_DIR / "README.md"
BEGIN, END = "<!-- eval:begin (written by `make eval`) -->", "<!-- eval:end -->"

_COLUMNS = (
    ("n", "n"),
    ("category_macro_f1", "category F1"),
    ("urgency_spearman", "urgency Spearman"),
    ("urgency_auroc", "AUROC ≥ .75"),
    ("urgency_mae", "MAE"),
    ("sentiment_accuracy", "sentiment"),
    ("pair_f1", "pair F1"),
    ("needs_review_share", "review"),
)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _row(name: str, figures: dict[str, Any]) -> str:
    return " | ".join(["", name, *(_cell(figures.get(key)) for key, _ in _COLUMNS), ""]).strip()


def tables(manifest: Manifest) -> str:
    """Markdown: the bundle and the word list on every held-out set, the threshold, and int8 against fp32."""
    evaluation = manifest["eval"]
    lines = [
        f"Bundle `{manifest['version']}`; the word list alone in italics.",
        "",
        "| set | " + " | ".join(title for _, title in _COLUMNS) + " |",
        "|---" * (len(_COLUMNS) + 1) + "|",
    ]
    for name, figures in evaluation["held_out"].items():
        lines += [_row(name, figures), _row("*word list*", figures["word_list"])]
    dev, cross = evaluation["held_out"]["rubric_dev"], evaluation["cross_fitted_dev"]
    lines += [
        "",
        "S > 0.8 against label 1 on `rubric_dev` (cross-fitted: the numbers were fitted on the other folds):",
        "",
        "| | precision | … counting .75 as right | recall | alerts per 1,000 | Spearman | MAE |",
        "|---|---|---|---|---|---|---|",
    ]
    keys = ("alert_precision", "alert_precision_075", "alert_recall", "alerts_per_1000", "urgency_spearman")
    for name, figures in (("as shipped", dev), ("cross-fitted", cross), ("*word list*", dev["word_list"])):
        cells = [name, *(_cell(figures.get(key)) for key in (*keys, "urgency_mae"))]
        lines.append("| " + " | ".join(cells) + " |")
    moved = evaluation["int8_drift"]
    lines += [
        "",
        "int8 against fp32 on `rubric_dev`, before fusion and calibration:",
        "",
        "| | fp32 | int8 |",
        "|---|---|---|",
    ]
    for key in ("category_macro_f1", "urgency_spearman", "urgency_mae", "sentiment_accuracy", "best_pair_f1"):
        lines.append(f"| {key} | {_cell(moved[f'{key}_fp32'])} | {_cell(moved[f'{key}_int8'])} |")
    lines.append(
        f"\nCosine of the vectors {moved['cosine_mean']:.4f} on average ({moved['cosine_min']:.4f} at worst); the"
        f" urgency head moves by {moved['urgency_moved_mean']:.3f} ({moved['urgency_moved_max']:.3f} at most)."
    )
    if "best_pair_f1_untouched" in moved:
        lines.append(
            "\nBest pair F1 of the encoder before any training, on the same pairs:"
            f" {moved['best_pair_f1_untouched']:.3f}."
        )
    return "\n".join(lines)


def write_card(manifest: Manifest) -> None:
    """Replace what stands between the markers.

    Raises:
        ValueError: The card has not exactly one pair of markers.
    """
    before, rest = CARD.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    CARD.write_text(f"{before}{BEGIN}\n{tables(manifest)}\n{END}{after}", encoding="utf-8")
