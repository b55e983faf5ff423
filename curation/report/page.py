"""The page itself: template, style, scripts and data as one HTML file.

Data go in as JSON in a script element that is never executed, with every `<` escaped, so that nothing in them can end
it. The policy in the page lets exactly our scripts run, by their hashes, and lets nothing be fetched.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from agents.errors import UsageError
from curation.report.view import RunView

SCRIPTS: Final = (
    "elements.js", "words.js", "data.js", "filters.js", "numbers.js", "charts.js", "more_charts.js", "plots.js",
    "reader.js", "list.js", "page.js",
)  # fmt: skip
"""The scripts of the page, in the order in which they build on one another."""
STYLES: Final = ("base.css", "numbers.css", "plots.css", "list.css", "reader.css", "narrow.css")


def page(runs: Sequence[RunView], *, title: str) -> str:
    """Return the page of one run, or of two side by side. Raises UsageError where plotly is not installed."""
    script = '"use strict";\n(() => {\n' + "\n".join(map(_asset, SCRIPTS)) + "\n})();\n"
    plotly = _plotly()
    return Template(_asset("page.html")).substitute(
        policy=_policy(script, plotly),
        title=escape(title),
        style="\n".join(map(_asset, STYLES)),
        data=_escaped(runs),
        script=script,
        plotly=plotly,
    )


def _policy(*scripts: str) -> str:
    """Return a content security policy under which `scripts` run and nothing else does."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _escaped(runs: Sequence[RunView]) -> str:
    data = json.dumps({"runs": runs}, default=_members, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return data.replace("<", "\\u003c")


def _members(value: object) -> dict[str, object]:
    """Return what a view holds, by name."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no view")
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _asset(name: str) -> str:
    return (files("curation.report") / "assets" / name).read_text(encoding="utf-8")


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise UsageError("the plots of a report need plotly; pip install 'duologue[data]'") from None
    return str(get_plotlyjs())
