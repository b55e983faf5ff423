"""`duologue train --check`: reads corpora and counts what training would use and what is broken. It trains nothing."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from agents.errors import UsageError
from agents.training.corpora import files_of, read_corpus
from agents.training.dialogues import TrainingDialogue
from agents.training.gold_check import check_gold
from agents.training.gold_corpus import GOLD, companies, read_company
from agents.training.readers.records import Fault
from agents.training.recipe import Source
from terminal.palette import counted
from terminal.text import plain


def check(sources: Sequence[Source], console: Console) -> int:
    """Print what each source holds and what is broken; return how many have a file with nothing usable."""
    return sum(not _checked(source, console) for source in sources)


def _checked(source: Source, console: Console) -> bool:
    if source.kind == "gold":
        return _gold(companies(source.path or GOLD), console)
    if source.kind == "corpus" and source.path:
        empty = sum(not _file(path, console) for path in files_of(source.path))
        return not empty
    return True


def _gold(found: Sequence[Path], console: Console) -> bool:
    faults = check_gold(found).faults
    for fault in faults:
        _say(str(fault), console, fine=False)
    return _told([one for company in found for one in read_company(company)], "gold", console) and not faults


def _file(path: Path, console: Console) -> bool:
    dialogues: list[TrainingDialogue] = []
    faults: list[Fault] = []
    try:
        for found in read_corpus(path):
            (faults if isinstance(found, Fault) else dialogues).append(found)  # type: ignore[arg-type]
    except UsageError as error:
        return _say(str(error), console, fine=False)
    for fault in faults:
        _say(str(fault), console, fine=False)
    return _told(dialogues, str(path), console)


def _told(dialogues: Sequence[TrainingDialogue], name: str, console: Console) -> bool:
    if not dialogues:
        return _say(f"{name}: nothing usable", console, fine=False)
    turns = [turn for dialogue in dialogues for turn in dialogue.turns]
    words = sum(len(turn.text.split()) for turn in turns)
    labelled = sum(turn.moves is not None for turn in turns)
    held = f"{counted(len(dialogues), 'dialogue')}, {counted(len(turns), 'turn')}, {counted(words, 'word')}"
    return _say(f"{name}: {held}, {labelled / len(turns):.0%} of the turns with moves", console, fine=True)


def _say(line: str, console: Console, *, fine: bool) -> bool:
    console.print(Text(plain(line), "" if fine else "yellow"), soft_wrap=True)
    return fine
