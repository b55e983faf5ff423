"""Views as pictures and pages: what a console would show, as one SVG or HTML file that fetches nothing."""

import re
from html import escape
from typing import Final, Literal, TypeAlias

from rich.console import RenderableType
from rich.terminal_theme import SVG_EXPORT_THEME

from terminal.console import canvas
from terminal.text import one_line

Format: TypeAlias = Literal["svg", "html"]

_REMOTE_FONTS: Final = re.compile(r"\s*@font-face\s*\{[^}]*\}")
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>TITLE</title>
<style>
{stylesheet}
body {{ color: {foreground}; background: {background}; padding: 1em; }}
pre {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; line-height: 1.3; }}
</style>
</head>
<body><pre><code>{code}</code></pre></body>
</html>
"""


def exported(*views: RenderableType, to: Format, width: int, title: str) -> str:
    """Return what a console `width` columns wide would show, as a document of its own."""
    console = canvas(width)
    console.print(*views, sep="\n")
    if to == "html":
        return console.export_html(theme=SVG_EXPORT_THEME, code_format=_PAGE.replace("TITLE", _braced(title)))
    svg = console.export_svg(title=one_line(title), theme=SVG_EXPORT_THEME)
    return _REMOTE_FONTS.sub("", svg, count=2)


def _braced(title: str) -> str:
    return escape(one_line(title)).replace("{", "{{").replace("}", "}}")
