"""Which conversations of the runs go into the data set, and why the others do not."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from agents.dialogue import Speaker
from curation.export.fingerprints import Seen, fingerprint
from curation.export.request import Request
from curation.export.sources import Source
from orchestrator.transcript import Reason, Transcript

_ALL: Final = frozenset(Reason) - {Reason.ERROR}
"""The endings that are taken where none is asked for: a conversation that failed is no conversation."""


class LeftOut(StrEnum):
    """Why a conversation is not in the data set."""

    FAILED = "an error"
    ENDING = "another ending"
    SHORT = "too few turns"
    EMPTY = "nothing to learn from"
    DUPLICATE = "said before"


class Choice:
    """The conversations that were asked for, to be walked as often as needed; always the same ones.

    `read` and `left_out` count those of the last walk. `on_read` is called after each conversation.
    """

    def __init__(self, sources: Sequence[Source], request: Request, *, on_read: Callable[[], None]) -> None:
        self._sources, self._request, self._on_read = sources, request, on_read
        self.read = 0
        self.left_out: Counter[LeftOut] = Counter()

    def __iter__(self) -> Iterator[tuple[Source, Transcript]]:
        self.read, self.left_out = 0, Counter()
        seen = Seen()
        for source in self._sources:
            for transcript in source.transcripts():
                self.read += 1
                self._on_read()
                reason = self._refused(transcript, seen)
                if reason is None:
                    yield source, transcript
                else:
                    self.left_out[reason] += 1

    def _refused(self, transcript: Transcript, seen: Seen) -> LeftOut | None:
        request = self._request
        if transcript.ending.reason not in (request.endings or _ALL):
            return LeftOut.FAILED if transcript.ending.reason is Reason.ERROR else LeftOut.ENDING
        if len(transcript.turns) < request.min_turns:
            return LeftOut.SHORT
        if not _says_something(transcript, request):
            return LeftOut.EMPTY
        if request.dedupe and not seen.add(fingerprint(transcript)):
            return LeftOut.DUPLICATE
        return None


def _says_something(transcript: Transcript, request: Request) -> bool:
    """Tell whether anything would be written: a turn of the wanted side, or in a chat a message of the learner's.

    The agent learns from its answers, so what it says before the customer does not count.
    """
    speakers = [turn.speaker for turn in transcript.turns if turn.text.strip()]
    if not request.is_chat:
        return bool(speakers) if request.role is None else request.role in speakers
    if request.flip:
        return Speaker.CUSTOMER in speakers
    start = speakers.index(Speaker.CUSTOMER) if Speaker.CUSTOMER in speakers else len(speakers)
    return Speaker.AGENT in speakers[start:]
