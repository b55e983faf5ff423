"""Turns that may write the figures of a text and no others."""

import asyncio
import re

import pytest

from agents.gpt2.engine import Engine
from agents.gpt2.figures import FigureWriter, forms
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner

PASSAGE = (
    "A helmet costs £22.50 and weighs 410 g. Orders over £1,200 ship free until 17:30; refunds take 14 days or 5%."
)
PROMPTS = ["The price is £", "It costs", "Delivery takes up to", "You get a discount of", "Our number is 0", "In 20"]


def test_the_figures_of_a_text_are_taken_as_they_stand() -> None:
    assert forms(PASSAGE) == {"£22.50", "410", "£1,200", "17:30", "14", "5%"}
    assert forms("It costs $3.") == {"$3"}
    assert forms("no figures") == frozenset()


@pytest.mark.parametrize("temperature", [0.5, 1.8])
def test_a_turn_holds_no_figure_but_those_of_the_text(shipped_engine: Engine, temperature: float) -> None:
    vocabulary = shipped_engine.vocabulary
    manner = Manner((30, 50), True, (vocabulary.end,), known=forms(PASSAGE))

    async def written() -> list[str]:
        sessions = [shipped_engine.open() for _ in PROMPTS * 4]
        replies = await asyncio.gather(
            *(
                session.write(vocabulary.encode(text), manner, Sampling(temperature=temperature), key=key)
                for key, (session, text) in enumerate(zip(sessions, PROMPTS * 4, strict=True))
            )
        )
        for session in sessions:
            session.close()
        return [reply.text for reply in replies]

    texts = asyncio.run(written())
    found = [form for text in texts for form in forms(text)]
    assert found
    assert set(found) <= forms(PASSAGE)
    assert not any(re.search(r"[$£€](?!\d)|\d[%]?[$£€]", text) for text in texts)


def test_a_figure_that_is_begun_is_finished(shipped_engine: Engine) -> None:
    vocabulary = shipped_engine.vocabulary
    writer = FigureWriter(vocabulary, forms(PASSAGE))

    def offered(text: str) -> set[bytes]:
        return {vocabulary.pieces[token] for token in writer.rest(text)}

    assert b"," in offered("It costs £1")
    assert b"." in offered("It costs £22")
    starts = {form[:n].encode() for form in ("22.50", "1,200") for n in range(1, 6)}
    assert set() < offered("It costs £") <= starts
    assert offered("It weighs 410") == set()
    assert offered("It weighs 410.") == set()
    assert offered("It weighs") == set()


def test_without_any_figure_none_is_written(shipped_engine: Engine) -> None:
    vocabulary = shipped_engine.vocabulary
    session = shipped_engine.open()
    manner = Manner((30, 50), True, (vocabulary.end,), known=frozenset())
    reply = asyncio.run(session.write(vocabulary.encode("It costs £"), manner, Sampling(temperature=1.5), key=1))
    session.close()
    assert not re.search(r"\d", reply.text)
