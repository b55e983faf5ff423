"""The moves of what a person typed, guessed from its words, so that agendas, endings and readers can go by them.

It reads as `phrases.py` does, and is as easily mistaken; a model's turns carry the moves that they were written with.
"""

import re
from collections.abc import Sequence
from typing import Final

from agents.dialogue import Turn
from agents.gpt2.writing import MAX_MOVES
from agents.persona import Domain, Fact
from orchestrator.grounding import figures, sentences
from orchestrator.overlap import says
from orchestrator.phrases import Reading, is_question, read
from orchestrator.transcript import Citation

_DOUBTS: Final = re.compile(
    r"\b(really|are you sure|i doubt|not sure|don'?t believe|sounds? (odd|wrong)|prove|where does it say)\b", re.I
)
_VENTS: Final = re.compile(
    r"\b(annoy\w*|angry|upset|frustrat\w*|disappoint\w*|ridiculous|unacceptable|fed up|terrible|awful|stress\w*)\b",
    re.I,
)
_FEELS: Final = re.compile(r"\b(sorry|apolog\w*|i (can )?understand|i see how|regret|appreciate)\b", re.I)
_ADMITS: Final = re.compile(
    r"\b(i (don'?t|do not) (know|have)|(can'?t|cannot) (find|say|help)|not (sure|able)|no information)\b", re.I
)
_OFFERS: Final = re.compile(r"\b(offer|recommend|suggest|how about|would you like|i could (give|do))\b", re.I)
_CLOSES: Final = re.compile(r"\b(good ?bye|bye|have a (good|nice|great|lovely) \w+|take care|all the best)\b", re.I)
_GREETS: Final = re.compile(r"^\W*(hi|hello|good (morning|afternoon|evening|day)|welcome)\b", re.I)
_STATEMENT: Final = 5
"""Words from which a sentence that asks nothing is taken to state something."""


def customer_moves(text: str, turns: Sequence[Turn], facts: Sequence[Fact]) -> tuple[str, ...]:
    """Return the moves of a customer's `text`, said after `turns`."""
    if not turns:
        return ("open",)
    words = read(text)
    tells = any(says(text, fact.value) for fact in facts) or bool(figures(text))
    asks = any(is_question(text[start:end]) for start, end in sentences(text))
    signs = {
        "tell": tells,
        **_decision(words),
        "ask": asks,
        "doubt": bool(_DOUBTS.search(text)),
        "vent": bool(_VENTS.search(text)),
        "push": words.wishes,
        "close": bool(words.leaves),
    }
    return _first(signs) or ("tell",)


def agent_moves(text: str, turns: Sequence[Turn], citations: Sequence[Citation], domain: Domain) -> tuple[str, ...]:
    """Return the moves of an agent's `text`, said after `turns`, which rests on `citations`."""
    parts = [text[start:end] for start, end in sentences(text)]
    doubted = bool({"doubt", "refuse", "push"} & set(turns[-1].moves))
    states = bool(citations) or any(len(part.split()) >= _STATEMENT and not is_question(part) for part in parts)
    admits = bool(_ADMITS.search(text)) and not citations
    offers = domain is Domain.SALES and bool(_OFFERS.search(text))
    closes = bool(_CLOSES.search(text))
    signs = {
        "greet": len(turns) == 1 and bool(_GREETS.search(text)),
        "feel": bool(_FEELS.search(text)),
        "admit": admits,
        "offer": offers,
        "counter": bool(citations) and doubted,
        "inform": states and not (admits or offers or closes or (citations and doubted)),
        "request": any(is_question(part) for part in parts),
        "close": closes,
    }
    return _first(signs) or ("confirm",)


def _decision(words: Reading) -> dict[str, bool]:
    if words.mocks:
        return {}
    refuses = bool(words.declines or words.gives_up)
    return {"accept": bool(words.takes or words.settles) and not refuses, "refuse": refuses}


def _first(signs: dict[str, bool]) -> tuple[str, ...]:
    return tuple(move for move, there in signs.items() if there)[:MAX_MOVES]
