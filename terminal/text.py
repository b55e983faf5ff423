"""Text from models and files, made safe to show: nothing in it can steer the terminal. It knows nothing of styles."""

import re
from typing import Final

_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Characters that draw nothing although Unicode counts them as printable: joiners, fillers, variation selectors."""

_SPACES: Final = frozenset("\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))


def plain(text: str) -> str:
    """Return `text` with everything replaced that is not a visible character, a space or a newline.

    A control character becomes its picture (escape: ␛), so that what stood there can be seen; bidirectional overrides,
    zero-width characters, lone surrogates and whatever else draws nothing become U+FFFD; tabs and wide spaces a space.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def one_line(text: str) -> str:
    """Return `plain(text)` with every run of white space as one space."""
    return " ".join(plain(text).split())


def json_escaped(line: str) -> str:
    """Return a JSON text with its invisible characters as escapes: the same value, safe to show."""
    return "".join(char if _visible(char) == char else _escape(char) for char in line)


def file_stem(name: str) -> str:
    """Return `name` as the stem of a file: no separators, no leading dot, never empty."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".")[:100] or "_"


def _visible(char: str) -> str:
    if char in _SPACES:
        return " "
    if char == "\n" or (char.isprintable() and char not in _INVISIBLE):
        return char
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == "\x7f" else "\ufffd"


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
