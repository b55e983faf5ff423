"""Questions that a GPT-2 writes by itself, with the passage before its eyes, and the kind that their first words show.

Nothing here judges them: they meet the same checks as the rules' proposals, and some that only they need.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from agents import randomness
from agents.dialogue import Speaker
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner
from agents.models import Model
from agents.prompt import Utterance
from curation.queries.choosing import ASKER, MOVES
from curation.queries.kinds import Ask, Kind, Theme
from orchestrator.grounding import Passage
from orchestrator.grounding.words import is_content, stem, words

_SAMPLING: Final = Sampling(temperature=0.6, top_k=40, top_p=0.9)
_WORDS: Final = (6, 24)
_STRANGE: Final = 1
"""So many words of content may stand in a question and not in its passage."""


def proposals(model: Model, passages: Sequence[Passage], *, each: int, seed: int) -> list[list[Ask]]:
    """Return, for every passage, what the model asks about it in `each` tries, as far as it is a question at all."""
    return asyncio.run(_all(model, passages, each, seed))


async def _all(model: Model, passages: Sequence[Passage], each: int, seed: int) -> list[list[Ask]]:
    written = await asyncio.gather(
        *(
            _one(model, passage, randomness.key(seed, "unaided", passage.id, n))
            for passage in passages
            for n in range(each)
        )
    )
    grouped = [written[place * each : (place + 1) * each] for place in range(len(passages))]
    return [
        [_ask(text) for text in dict.fromkeys(texts) if answerable(text, passage)]
        for passage, texts in zip(passages, grouped, strict=True)
    ]


async def _one(model: Model, passage: Passage, key: int) -> str:
    form = model.form
    shown = Utterance(Speaker.AGENT, "", passages=(passage.prompt,))
    prompt = [*form.role(ASKER), *(token for text in shown.passages for token in form.passage(text))]
    cue = form.cue(Speaker.CUSTOMER, MOVES if form.moves else None)
    session = model.engine.open()
    try:
        manner = Manner(_WORDS, True, form.stops(Speaker.CUSTOMER), figures=False)
        written = await session.write([*prompt, *cue], manner, _SAMPLING, key=key)
    finally:
        session.close()
    return " ".join(written.text.split())


def answerable(text: str, passage: Passage) -> bool:
    """Tell whether a text is one question, about hardly anything that its passage does not speak of."""
    if not text.endswith("?") or text.count("?") > 1 or re.search(r"[.!]", text):
        return False
    known = {stem(word) for word in words(passage.prompt)}
    content = {stem(word) for word in words(text) if is_content(word)}
    return len(content & known) >= 2 and len(content - known) <= _STRANGE


def _ask(text: str) -> Ask:
    direct = text.rstrip("?")
    first = direct.lower()
    if re.match(r"(?:when|how (?:long|soon)|until when|by when)\b", first):
        return Ask(Kind.WHEN, Theme.TIME, direct)
    if re.match(r"(?:what|and)? ?(?:if|happens if)\b", first):
        return Ask(Kind.WHAT_IF, Theme.RULE, direct)
    return Ask(Kind.HOW, Theme.FACT, direct)
