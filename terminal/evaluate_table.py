"""An evaluation as a table: a measure a row, under the headings of the rubric."""

from collections import defaultdict
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from curation.metrics.evaluation import Evaluation
from curation.metrics.measure import Better, Heading, Measure, Unit
from terminal.text import one_line

_ARROWS = {Better.HIGHER: "↑", Better.LOWER: "↓", Better.NEITHER: ""}


def table(found: Evaluation) -> Table:
    """Return the table."""
    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column("measure", no_wrap=True)
    for column in "value", "95 % interval", "n":
        grid.add_column(column, justify="right", no_wrap=True)
    grid.add_column("better", justify="center")
    for heading in (Heading.FORM, *(one for one in Heading if one is not Heading.FORM)):
        measures = found.under(heading)
        if measures:
            grid.add_row(Text(str(heading), "bold"))
        for measure in measures:
            grid.add_row(*_row(measure))
    return grid


def _row(measure: Measure) -> list[Text]:
    cells = [
        f"  {measure.name}", number(measure.value, measure.unit), _interval(measure), f"{measure.n:,}",
        _ARROWS[measure.better],
    ]  # fmt: skip
    return [Text(one_line(cell) if place else cell) for place, cell in enumerate(cells)]


def _interval(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f"{number(measure.low, measure.unit)} to {number(measure.high, measure.unit)}"


def number(value: float, unit: Unit) -> str:
    """Return `98.1%`, `1,204` or `12.35`."""
    if unit is Unit.SHARE:
        return f"{value:.1%}"
    return f"{value:,.0f}" if unit is Unit.COUNT else f"{value:,.3g}" if abs(value) < 1 else f"{value:,.2f}"


def skipped_lines(found: Evaluation) -> Iterator[str]:
    """Yield a line for each reason why measures were not taken."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, why in found.skipped.items():
        reasons[why].append(name)
    for why, names in reasons.items():
        yield f"not measured: {', '.join(names)} ({one_line(why)})"
