"""A turn as a person says it, made into a record: its moves by its words, its citations by what it rests on."""

from collections.abc import Sequence
from typing import Final

from agents.dialogue import Speaker, Turn
from orchestrator.faults import forbidden
from orchestrator.grounding import Hit, cite, support
from orchestrator.labels import agent_moves, customer_moves
from orchestrator.plan import ConversationSpec
from orchestrator.transcript import Citation, TurnRecord

LONGEST: Final = 2_000
"""Characters of what a person says at once."""


def unsayable(words: str) -> str | None:
    """Return why a person cannot say `words`, None where it is a turn."""
    if not words:
        return "nothing was said"
    if len(words) > LONGEST:
        return f"{len(words):,} characters at once are too many; at most {LONGEST:,}"
    return forbidden(words)


def spoken(
    words: str, turns: Sequence[Turn], spec: ConversationSpec, *, found: Sequence[Hit] = (), chosen: Sequence[Hit] = ()
) -> TurnRecord:
    """Return the record of `words` said after `turns`; `found` are passages that fit, `chosen` are cited anyway."""
    n, speaker = len(turns) + 1, turns[-1].speaker.other if turns else Speaker.CUSTOMER
    if speaker is Speaker.CUSTOMER:
        moves = customer_moves(words, turns, spec.customer.facts)
        return TurnRecord(n=n, speaker=speaker, moves=moves, text=words)
    cited = cite(words, found, said=" ".join(turn.text for turn in turns))
    known = {citation.passage for citation in cited}
    citations = (*cited, *(_by_hand(words, hit) for hit in chosen if hit.passage.id not in known))
    moves = agent_moves(words, turns, citations, spec.scenario.domain)
    return TurnRecord(n=n, speaker=speaker, moves=moves, text=words, citations=citations)


def _by_hand(words: str, hit: Hit) -> Citation:
    """Return the citation of a passage that a person names: its span that fits best, or all of it."""
    made = support(words, [hit.passage])
    start, end = made.span[1:] if made.span else (hit.passage.start, hit.passage.end)
    return Citation(
        passage=hit.passage.id, start=start, end=end, score=round(hit.score, 4), support=round(made.score, 3)
    )
