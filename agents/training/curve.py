"""The loss curve of a run as a picture. It reads the Trainer's log and knows nothing else of the run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from agents.training.trainer import measured_sides

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Log: TypeAlias = Sequence[dict[str, float]]
_INK: Final = {"loss": "#4c566a", "customer": "#0b7fab", "agent": "#a23b93"}


def draw_curve(log: Log, path: Path) -> None:
    """Write a PNG: the training loss by step, and below it the held-out perplexity per token of each side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True)
    _draw_loss(top, log)
    _draw_perplexities(bottom, log)
    bottom.set_xlabel("step")
    figure.savefig(path, dpi=120, metadata={"Software": None})


def _draw_loss(axes: "Axes", log: Log) -> None:
    points = [(entry["step"], entry["loss"]) for entry in log if "loss" in entry]
    axes.plot(*_columns(points), color=_INK["loss"], linewidth=1)
    axes.set_ylabel("training loss per token")
    axes.grid(alpha=0.3)


def _draw_perplexities(axes: "Axes", log: Log) -> None:
    measured = [(entry["step"], measured_sides(entry)) for entry in log]
    for side in dict.fromkeys(name for _, sides in measured for name in sides):
        points = [(step, sides[side].per_token) for step, sides in measured if side in sides]
        axes.plot(*_columns(points), marker="o", markersize=3, color=_INK.get(side), label=side)
    axes.set_ylabel("held-out perplexity per token")
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(frameon=False)


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
