"""The pictures of the model card, as SVG: the same figures give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.bundle import MODELS_DIR
from models.tickets import CATEGORIES, URGENCY_LEVELS

FOLDER = MODELS_DIR / "img"
BLUE, ORANGE, GREY = "#1f5fa8", "#c8591a", "#8a8f98"
SETTINGS = {
    "svg.hashsalt": "ticket-router",  # else the ids in the file are random
    "svg.fonttype": "none",  # letters stay letters: small, sharp, and no font of this machine goes in
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "grid.color": "#e6e8eb",
    "axes.axisbelow": True,
}


def save(figure: Figure, name: str, folder: Path) -> None:
    """Write a figure without the date that would change it each time."""
    folder.mkdir(exist_ok=True)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})


def draw_reliability(hands: Mapping[str, Mapping[str, Any]], folder: Path = FOLDER) -> None:
    """S against the mean label and the share of 1s; confidence against the share of right categories."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(8.4, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        _diagonal(left, "S", "label by the rubric", "Urgency")
        _diagonal(right, "confidence", "share that is right", "Category")
        for (name, figures), line in zip(hands.items(), ("-", "--"), strict=False):
            _curve(left, figures["urgency"], BLUE, f"mean label, {name}", line)
            severe = [(one["said"], one["true"]) for one in figures["severe"]]
            left.plot(*zip(*severe, strict=True), line, color=ORANGE, linewidth=1.2, label=f"share of 1s, {name}")
            _curve(right, figures["category"], BLUE, name, line)
        left.axvline(0.8, color=GREY, linewidth=1)
        left.text(0.81, 0.005, "alert", color="#555", fontsize=9)
        left.legend(frameon=False, loc="upper left", fontsize=9)
        right.legend(frameon=False, loc="upper left", fontsize=9)
        save(figure, "reliability", folder)


def _diagonal(axes: Axes, x: str, y: str, title: str) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=x, ylabel=y, aspect="equal")
    axes.set_title(title, fontsize=10, loc="left")


def _curve(axes: Axes, bins: Sequence[Mapping[str, float]], colour: str, label: str, line: str) -> None:
    """Draw a line through the bins; the area of a dot is the share of tickets in its bin."""
    said, true = [one["said"] for one in bins], [one["true"] for one in bins]
    most = max(one["n"] for one in bins)
    axes.plot(said, true, line, color=colour, linewidth=1.5, label=label)
    axes.scatter(said, true, s=[12 + 90 * one["n"] / most for one in bins], color=colour, alpha=0.8, linewidths=0)


def draw_confusion(counts: Mapping[str, Sequence[Sequence[int]]], folder: Path = FOLDER) -> None:
    """Labels in rows, verdicts in columns: of the category, and of the nearest level of urgency."""
    with mpl.rc_context(SETTINGS | {"axes.grid": False}):
        figure = Figure(figsize=(8.4, 4.1), layout="constrained")
        left, right = figure.subplots(1, 2)
        _matrix(left, counts["category"], CATEGORIES, "Category")
        _matrix(right, counts["urgency"], [f"{level:g}" for level in URGENCY_LEVELS], "Urgency (level nearest to S)")
        save(figure, "confusion", folder)


def _matrix(axes: Axes, counts: Sequence[Sequence[int]], names: Sequence[str], title: str) -> None:
    """Shade by the share of the row, so that rare labels are as visible as frequent ones; write the counts."""
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            colour = "white" if shares[row][column] > 0.55 else "#222"
            axes.text(column + 0.5, row + 0.5, str(count), ha="center", va="center", color=colour)
    middle = [position + 0.5 for position in range(len(names))]
    axes.set_xticks(middle, names)
    axes.set_yticks(middle, names)
    axes.invert_yaxis()
    axes.set(xlabel="verdict", ylabel="label", aspect="equal")
    axes.set_title(title, fontsize=10, loc="left")
    axes.tick_params(length=0)


def draw_learning_curve(rows: Sequence[Mapping[str, Any]], folder: Path = FOLDER) -> None:
    """Figures over the number of our own training tickets."""
    curves = {
        "urgency_spearman": ("urgency Spearman", BLUE, "-"),
        "category_macro_f1": ("category F1", ORANGE, "-"),
        "sentiment_accuracy": ("sentiment accuracy", GREY, "-"),
        "pair_f1_sets": ("pair F1", "#2e7d4f", "--"),
    }
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 3.8), layout="constrained")
        axes = figure.subplots()
        tickets = [row["tickets"] for row in rows]
        for key, (label, colour, line) in curves.items():
            axes.plot(tickets, [row[key] for row in rows], line, marker="o", color=colour, label=label)
        axes.set(xlabel="our own tickets in training", ylim=(0, 1), xlim=(0, None))
        axes.set_xticks(tickets)
        figure.legend(frameon=False, loc="outside lower center", ncols=4, fontsize=9)
        save(figure, "learning_curve", folder)
