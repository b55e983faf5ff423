"""Playing a conversation: all at once, or word by word at a multiple of reading speed."""

import time
from collections.abc import Callable
from typing import Final

from rich.console import Console
from rich.text import Text

from orchestrator.transcript import Transcript
from terminal.transcript_view import INDENT, Articles, Indented, closing, conversation, heading, turns

WIDEST: Final = 100
"""Longer lines are hard to read, so a wide terminal is not filled."""

WORDS_A_SECOND: Final = 4.0
"""Reading speed: 240 words a minute."""


def play(
    console: Console,
    transcript: Transcript,
    *,
    articles: Articles | None = None,
    speed: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Print the conversation; with `speed`, word by word, so many times as fast as one reads."""
    width = min(WIDEST, console.width)
    if speed is None:
        console.print(conversation(transcript, articles=articles), width=width)
        return
    console.print(heading(transcript), Text(), sep="\n", width=width)
    for head, words, footnotes in turns(transcript, articles=articles):
        console.print(head)
        _type(console, words, width=width - INDENT, pause=lambda: sleep(1 / (WORDS_A_SECOND * speed)))
        if footnotes:
            console.print(Indented(footnotes), width=width)
        console.print()
    console.print(closing(transcript), width=width)


def _type(console: Console, words: Text, *, width: int, pause: Callable[[], None]) -> None:
    for line in words.wrap(console, width):
        console.print(" " * INDENT, end="")
        for word in line.plain.split():
            console.print(Text(f"{word} "), end="", soft_wrap=True)
            pause()
        console.print()
