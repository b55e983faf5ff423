"""One conversation put into another register, turn by turn: words change; who said what and how it ended does not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from agents import randomness
from agents.dialogue import Speaker
from agents.models import Model
from agents.persona import Tone
from curation.restyle.citations import recited, still_shown
from curation.restyle.guards import refusal
from curation.restyle.kinds import Register, Said
from curation.restyle.rules import rewritten
from curation.restyle.wording import sentences
from orchestrator.grounding import Article, figures
from orchestrator.transcript import RestyledRecord, Transcript, TurnRecord

ATTEMPTS: Final = 2
LEFT: Final = "left as it was"
RULES: Final = "rules"


@dataclass(slots=True)
class Tally:
    """What became of the turns: by whom they were written, why texts were refused, which citations stayed."""

    writers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    citations_kept: int = 0
    citations_dropped: int = 0


class Restyler:
    """Puts conversations into one register. `run` is the SHA-256 of the transcripts that they come from."""

    def __init__(self, register: Register, *, seed: int, run: str, model: Model | None = None) -> None:
        self.register = register
        self.tally = Tally()
        self._seed = seed
        self._model = model
        self._record = RestyledRecord(run=run, style=register, seed=seed, by=model.label if model else RULES)

    def restyled(self, transcript: Transcript, *, articles: Mapping[str, Article]) -> Transcript:
        """Return a conversation in the register, with the originals beside its turns."""
        told = [self._said(transcript, turn) for turn in transcript.turns]
        texts = [self._text(said, drafts) for said, drafts in zip(told, self._drafts(told), strict=True)]
        turns: list[TurnRecord] = []
        for turn, text in zip(transcript.turns, texts, strict=True):
            said = " ".join(_stated(before.text) for before in turns)
            turns.append(self._turn(turn, text, articles, said))
        ending = transcript.ending
        if 1 <= ending.turn <= len(turns):
            ending = still_shown(ending, turns[ending.turn - 1].text)
        return transcript.model_copy(update={"turns": tuple(turns), "ending": ending, "restyled": self._record})

    def _said(self, transcript: Transcript, turn: TurnRecord) -> Said:
        customer = transcript.customer
        first = all(other.speaker is not turn.speaker for other in transcript.turns[: turn.n - 1])
        return Said(
            text=turn.text,
            speaker=turn.speaker,
            moves=turn.moves,
            first=first,
            opening=turn.n == 1 and turn.speaker is Speaker.CUSTOMER,
            role=transcript.agent.role,
            tone=customer.tone if customer.tone in set(Tone) else Tone.NEUTRAL,
            product=customer.product,
            keep=tuple(fact.value for fact in customer.facts if fact.value in turn.text),
            stream=randomness.key(self._seed, "restyle", self.register, transcript.id, turn.n),
        )

    def _drafts(self, told: Sequence[Said]) -> list[list[str]]:
        if self._model is None:
            return [[] for _ in told]
        from curation.restyle.models import drafts

        return drafts(self._model, told, self.register, attempts=ATTEMPTS)

    def _text(self, said: Said, drafts: Sequence[str]) -> str:
        for draft in drafts:
            if self._passes(draft, said, by_model=True):
                self.tally.writers[self._record.by] += 1
                return draft
        ruled = rewritten(said, self.register)
        if self._passes(ruled, said, by_model=False):
            self.tally.writers[RULES] += 1
            return ruled
        self.tally.writers[LEFT] += 1
        return said.text

    def _passes(self, text: str, said: Said, *, by_model: bool) -> bool:
        found = refusal(text, said, self.register, by_model=by_model)
        if found:
            self.tally.refused[f"{'model' if by_model else RULES}: {found}"] += 1
        return found is None

    def _turn(self, turn: TurnRecord, text: str, articles: Mapping[str, Article], said: str) -> TurnRecord:
        if turn.citations is None:
            return turn.model_copy(update={"text": text, "original": turn.text})
        cited = recited(turn.citations, text, turn.text, articles=articles, said=said)
        self.tally.citations_kept += len(cited.kept)
        self.tally.citations_dropped += len(cited.dropped)
        return turn.model_copy(
            update={
                "text": text,
                "original": turn.text,
                "citations": cited.kept or None,
                "dropped": cited.dropped or None,
            }
        )


@lru_cache(maxsize=256)
def _stated(text: str) -> str:
    """Return the sentences of a turn that state a figure; nothing else of what was said before bears on a citation."""
    return " ".join(one for one in sentences(text) if figures(one))
