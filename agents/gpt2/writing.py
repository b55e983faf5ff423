"""The form of one turn while it is decoded: its moves, its words, and where it may end.

A turn ends by the model's own choice of a stop token. The word band is kept by what may come next, never by cutting
words off: no stop before the band, none inside a sentence where whole sentences are asked for, and near the upper end a
pull towards the end of the sentence. It knows tokens; it knows nothing of engines or of what the words mean.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from agents.gpt2.figures import FigureWriter
from agents.gpt2.vocabulary import SAY, Vocabulary

MAX_MOVES: Final = 3
_SENTENCE: Final = 12
"""Words that a further sentence takes: with fewer left in the band, a finished sentence is the last."""
_PULL: Final = 8
"""Words before the band's end from which the pull towards a sentence end grows."""
_LEAD: Final = 14
"""Words at most of the model's own sentence before the evidence."""
_BEFORE_VALUE: Final = 8
"""Words after which an owed value stands by itself, where the model writes no figure."""
_OPENING: Final = 2
"""The words at a turn's start that `opening` reaches."""
_LAST: Final = 16
"""The tokens among which the beginning of a figure is looked for."""
_ABBREVIATIONS: Final = (b"e.g.", b"i.e.", b" Mr.", b" Mrs.", b" Ms.", b" Dr.", b" No.", b" St.", b" vs.", b"approx.")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may come next within the words: `stops` where the turn may end, `urge` towards a sentence end, in logits.

    Without `figures`, no digit and no sign that goes with one, but in the tokens of `besides`; without `capital`, no
    word that begins with one.
    """

    stops: tuple[int, ...] = ()
    new_word: bool = True
    urge: float = 0.0
    figures: bool = True
    capital: bool = True
    besides: tuple[int, ...] = field(default=(), compare=False)


Choice: TypeAlias = Allowed | tuple[int, ...]
"""Either a rule over the whole vocabulary or a short list of tokens."""


class Stop(StrEnum):
    """How a turn came to its end."""

    OWN = "own"
    """The model chose to stop."""
    BAND = "band"
    """A sentence ended and the band had no room for another."""
    FORCED = "forced"
    """The band ended inside a sentence, which was closed by force."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a turn is to be written: `words` from and to, where it may stop, and which moves precede it (None: none).

    `evidence` is a text that the turn must hold word for word, after a sentence of the model's own; with `brief`, the
    turn ends with the first sentence after it that reaches the band. `value` is a figure or name that it must give, put
    in where the model would write a figure or a code. Without `figures`, the model's own words hold none, and no names
    (capitals inside a sentence) either; with `known`, they hold only those figures. `unrepeated` is the length of the
    runs of tokens that may not come twice in the turn (0: any may), as transformers' no_repeat_ngram_size. `opening` is
    the factor of the temperature for the first words, so that turns which a peaked model would all begin alike begin
    differently. `unsaid` are phrases that are never completed, as transformers' bad_words_ids.
    """

    words: tuple[int, int]
    whole_sentences: bool
    stops: tuple[int, ...]
    moves: tuple[str, ...] | None = None
    evidence: str = ""
    brief: bool = False
    value: str = ""
    figures: bool = True
    known: frozenset[str] | None = None
    unrepeated: int = 4
    opening: float = 1.0
    unsaid: tuple[str, ...] = ()


class Writer:
    """One turn in the making: asked for what may come next, told what came.

    `listen`, where there is one, is told the words so far after every token, on the engine's own thread.
    """

    def __init__(self, vocabulary: Vocabulary, manner: Manner, *, listen: Callable[[str], None] | None = None) -> None:
        self._vocabulary = vocabulary
        self._manner = manner
        self._listen = listen
        self._moves = MoveWriter(vocabulary, manner.moves) if manner.moves else None
        self._words = 0
        self._since_full = 0
        self._evidence = vocabulary.encode(f" {manner.evidence}") if manner.evidence else []
        self._value = manner.value
        self._figures = None if manner.known is None else FigureWriter(vocabulary, manner.known)
        self._runs: dict[tuple[int, ...], list[int]] = {}
        self.tokens: list[int] = []
        self.stop: Stop | None = None

    @property
    def moves(self) -> tuple[str, ...]:
        return self._moves.moves if self._moves else ()

    @property
    def text(self) -> str:
        return self._vocabulary.decode(self.tokens)

    def choices(self) -> Choice:
        if self._moves and not self._moves.done:
            return self._moves.choices()
        begun = self._figures.rest(self._latest) if self._figures else ()
        if begun:
            return begun
        if self._since_full > _PULL // 2:
            return (self._vocabulary.encode(f" {self._value}")[0] if self._value else self._period,)
        return self._allowed()

    def _allowed(self) -> Allowed:
        low, high = self._band
        owing = bool(self._evidence or self._value)
        over = self._sentence_over() or not self._manner.whole_sentences
        stops = self._manner.stops if over and not owing and self._words >= max(low, 1) else ()
        urge = max(0, self._words - high + _PULL)
        figures = self._manner.figures or bool(self._value)
        capital = figures or not self.tokens or self._sentence_over()
        room = self._words < high
        if not figures or not self._figures or self._value:
            return Allowed(stops, room, float(urge), figures, capital)
        known = self._figures.open(self._latest)
        besides = known if room else tuple(token for token in known if not self._vocabulary.starts_word[token])
        return Allowed(stops, room, float(urge), False, capital, besides)

    @property
    def _latest(self) -> str:
        """The last words so far."""
        return b"".join(self._vocabulary.pieces[token] for token in self.tokens[-_LAST:]).decode("utf-8", "replace")

    @property
    def heat(self) -> float:
        """The factor of the temperature for the next token."""
        return self._manner.opening if self._words <= _OPENING and not (self._moves and not self._moves.done) else 1.0

    def repeats(self) -> Sequence[int]:
        """Return the tokens that would complete a run that the turn has already, or a phrase that is not to be said."""
        size = self._manner.unrepeated - 1
        again = self._runs.get(tuple(self.tokens[-size:]), ()) if size > 0 else ()
        return [*again, *self._unsaid()] if self._manner.unsaid else again

    def _unsaid(self) -> Iterator[int]:
        for length, followers in self._vocabulary.last_tokens(self._manner.unsaid).items():
            yield from followers.get(tuple(self.tokens[len(self.tokens) - length :]), ())

    def take(self, token: int) -> list[int]:
        """Take in a sampled token and return those that enter the text for it: none where it is a stop."""
        if self._moves and not self._moves.done:
            self._moves.take(token)
            return [token]
        if token in self._manner.stops:
            self.stop = Stop.OWN
            return []
        entered = self._take_words(token)
        if self._listen:
            self._listen(self.text)
        return entered

    def _take_words(self, token: int) -> list[int]:
        """Take in a token of the words and return those that enter for it: an owed value, the evidence after it."""
        entered = self._given_value(token) or [token]
        for one in entered:
            self._take_word(one)
        if self._evidence and self._sentence_over():
            added, self._evidence, self._since_full = self._evidence, [], 0
            for one in added:
                self._take_word(one)
            entered = [*entered, *added]
        return entered

    @property
    def _band(self) -> tuple[int, int]:
        """The word band of what is being written now: the whole turn, or the sentence before the evidence."""
        return (1, _LEAD) if self._evidence else self._manner.words

    def _given_value(self, token: int) -> list[int]:
        """Return the tokens of the owed value where `token` begins a figure, a code or, late, a sentence."""
        if not self._value:
            return []
        begins = self._vocabulary.has_figure[token] or self._vocabulary.starts_code[token]
        late = self._words >= _BEFORE_VALUE and self._vocabulary.starts_word[token] and self._sentence_over()
        if not begins and not late and self._since_full <= _PULL // 2:
            return []
        value, self._value, self._since_full = self._value, "", 0
        return self._vocabulary.encode(f" {value}" if self.tokens else value)

    def _take_word(self, token: int) -> None:
        self._words += not self.tokens or self._vocabulary.starts_word[token]
        size = self._manner.unrepeated - 1
        if 0 < size <= len(self.tokens):
            self._runs.setdefault(tuple(self.tokens[-size:]), []).append(token)
        self.tokens.append(token)
        low, high = self._band
        self._since_full += self._words >= high
        last = low if self._manner.brief and self._manner.evidence else max(low, high - _SENTENCE + 1)
        if self._evidence or self._value or self._words < last:
            return
        if self._sentence_over(surely=True):
            self.stop = Stop.FORCED if self._since_full > _PULL // 2 else Stop.BAND

    def _sentence_over(self, *, surely: bool = False) -> bool:
        """Whether a sentence may be over here; `surely` leaves out a point after a digit, which may be a decimal's."""
        if not self.tokens or not self._vocabulary.ends_sentence[self.tokens[-1]]:
            return False
        tail = b"".join(self._vocabulary.pieces[token] for token in self.tokens[-4:])
        doubtful = surely and self._since_full == 0 and tail[-2:-1].isdigit()
        return not doubtful and not tail.endswith(_ABBREVIATIONS)

    @property
    def _period(self) -> int:
        return self._vocabulary.pieces.index(b".")


class MoveWriter:
    """The moves before a turn's words: one to three different ones, parted by a space, then the say token."""

    def __init__(self, vocabulary: Vocabulary, names: Sequence[str]) -> None:
        self._first = {name: vocabulary.encode(name) for name in names}
        self._later = {name: vocabulary.encode(f" {name}") for name in names}
        self._say = vocabulary.special[SAY]
        self._part: list[int] = []
        self.moves: tuple[str, ...] = ()
        self.done = False

    def choices(self) -> tuple[int, ...]:
        begun = len(self._part)
        following = {ids[begun] for ids in self._open().values()}
        if self.moves and not begun:
            following.add(self._say)
        return tuple(sorted(following))

    def take(self, token: int) -> None:
        if token == self._say:
            self.done = True
            return
        self._part.append(token)
        for name, ids in self._open(full=True).items():
            if ids == self._part:
                self.moves, self._part = (*self.moves, name), []
                return

    def _open(self, *, full: bool = False) -> dict[str, list[int]]:
        """Return the moves that still fit what was begun, longer than it (or, with `full`, at least as long)."""
        if len(self.moves) == MAX_MOVES:
            return {}
        table = self._later if self.moves else self._first
        begun = len(self._part)
        return {
            name: ids
            for name, ids in table.items()
            if name not in self.moves and ids[:begun] == self._part and len(ids) >= begun + (not full)
        }
