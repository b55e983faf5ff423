"""Edits to a text and how they are undone: plain spans, counted in characters. It knows no language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What is put in the place of `start` to `end` of a text; `kind` names the sort of edit."""

    start: int
    end: int
    new: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A place of a changed text, `start` to `end`, and what stood there before."""

    start: int
    end: int
    was: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A changed text, with every place that was changed, in order."""

    text: str
    changes: tuple[Change, ...] = ()

    def restored(self) -> str:
        """Return the text as it was before."""
        parts, place = [], 0
        for change in self.changes:
            parts += [self.text[place : change.start], change.was]
            place = change.end
        return "".join([*parts, self.text[place:]])

    def image(self, start: int, end: int) -> str:
        """Return what became of `start` to `end` of the text as it was before."""
        return self.text[self._moved(start, last=False) : self._moved(end, last=True)]

    def _moved(self, place: int, *, last: bool) -> int:
        """Return where `place` is now; within a change that is its end where it closes a range, else its start."""
        shift = 0
        for change in self.changes:
            start, end = change.start - shift, change.start - shift + len(change.was)
            if place < start or (place == start and not last):
                break
            if place < end:
                return change.end if last else change.start
            shift += change.end - change.start - len(change.was)
        return place + shift


def applied(text: str, edits: Iterable[Edit]) -> Revision:
    """Return `text` with `edits`, which must not overlap; those that change nothing leave no trace."""
    parts: list[str] = []
    changes: list[Change] = []
    place = length = 0
    for edit in sorted(edits):
        was = text[edit.start : edit.end]
        if was == edit.new:
            continue
        parts += [text[place : edit.start], edit.new]
        length += edit.start - place
        changes.append(Change(length, length + len(edit.new), was))
        length += len(edit.new)
        place = edit.end
    return Revision("".join([*parts, text[place:]]), tuple(changes))


def compatible(edits: Iterable[Edit], kept: Sequence[tuple[int, int]] = ()) -> list[Edit]:
    """Return those edits that touch no span of `kept` and none of the edits before them."""
    taken = [*kept]
    found: list[Edit] = []
    for edit in edits:
        if not any(_clash(edit, span) for span in taken):
            found.append(edit)
            taken.append((edit.start, edit.end))
    return found


def _clash(edit: Edit, span: tuple[int, int]) -> bool:
    start, end = span
    return (edit.start < end and start < edit.end) or (edit.start == edit.end == start == end)
