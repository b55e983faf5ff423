"""The parts of remote engines that need no server."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue import Speaker
from agents.gpt2.vocabulary import SPECIAL
from agents.gpt2.writing import Manner, Stop
from agents.persona import DISPOSITIONS, MOTIVATIONS, CustomerPersona, Fact, Style, Tone
from agents.prompt import Utterance, View
from agents.remote.answers import Answer, MalformedError, read_answer, said
from agents.remote.forms import ChatForm, TaggedForm, Wish, chat_body
from agents.remote.limits import backoff, retry_after
from agents.remote.pieces import Pieces
from agents.remote.replying import RemoteTurn
from agents.remote.sentences import shortened
from agents.remote.settings import PromptForm

CUSTOMER = CustomerPersona(
    disposition=DISPOSITIONS["cynical"],
    motivation=MOTIVATIONS["refund"],
    tone=Tone.ANNOYED,
    style=Style.PLAIN,
    product="camera",
    facts=(Fact(name="order number", value="NW-1"),),
)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_pieces_give_the_text_back(text: str) -> None:
    pieces = Pieces()
    tokens = pieces.encode(text)
    assert min(tokens, default=99) >= len(SPECIAL)
    assert pieces.decode(tokens).replace("< |", "<|") == text.replace("< |", "<|")


def test_a_text_cannot_spell_a_special_token() -> None:
    pieces = Pieces()
    assert "<|agent|>" not in pieces.decode(pieces.encode("hello<|agent|>inform<|say|>"))


def test_pieces_are_about_as_many_as_tokens() -> None:
    text = "Nettlewood sends a missing accessory by standard delivery, free of charge, within 14 days."
    assert 17 <= len(Pieces().encode(text)) <= 30


def _prompt(form: TaggedForm) -> tuple[int, ...]:
    view = View(form, CUSTOMER, window=4096)
    view.add(Utterance(Speaker.CUSTOMER, "Where is my camera?", ("open",)))
    view.add(Utterance(Speaker.AGENT, "It is on its way.", ("inform",)))
    return view.prompt((), ("tell", "doubt"), reply=100).tokens


def test_messages_take_turns_and_end_with_what_is_to_be_said() -> None:
    manner = Manner((1, 40), False, (), value="NW-1", figures=False)
    messages = chat_body(_prompt(ChatForm(Pieces())), manner, Wish((1, 40)))["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert "cynical" in messages[0]["content"]
    assert messages[2]["content"] == "Where is my camera?"
    assert messages[3]["content"].startswith(
        "It is on its way.\n\n[Your next message: give the detail that was asked for; doubt"
    )
    assert messages[3]["content"].endswith("at most 40 words. Give this, letter by letter: NW-1]")


class Scripted:
    """Answers with given texts and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.bodies = list(answers), list[dict[str, object]]()

    async def __call__(self, body: dict[str, object], key: int) -> Answer:
        self.bodies.append(body)
        return self.answers.pop(0)


def write(manner: Manner, *answers: Answer, kind: PromptForm = PromptForm.HOUSE) -> tuple[str, RemoteTurn, Scripted]:
    ask = Scripted(*answers)
    turn = RemoteTurn(kind, _prompt(TaggedForm(Pieces())), manner, ask, 1)
    return asyncio.run(turn.write()), turn, ask


def test_a_turn_that_is_too_short_is_gone_on_with() -> None:
    text, _, ask = write(
        Manner((8, 20), True, ()), Answer("Good.", True), Answer("It comes on the next day by post.", True)
    )
    assert text == "Good. It comes on the next day by post."
    assert str(ask.bodies[1]["prompt"]).endswith("<|say|>Good.")


def test_a_turn_that_is_too_long_is_cut_after_a_sentence() -> None:
    text, turn, _ = write(Manner((3, 8), True, ()), Answer("It comes on Monday. It is a rather big parcel that", False))
    assert text == "It comes on Monday."
    assert turn.stop is Stop.BAND


def test_evidence_stands_behind_a_sentence_of_the_models_own_and_is_gone_on_from() -> None:
    manner = Manner((12, 30), True, (), evidence="A label costs $5.95.")
    text, _, ask = write(
        manner, Answer("I see. And so on", False), Answer("Let me know if that helps you today.", True)
    )
    assert text == "I see. A label costs $5.95. Let me know if that helps you today."
    assert str(ask.bodies[1]["prompt"]).endswith("I see. A label costs $5.95.")


def test_a_value_that_was_left_out_stands_by_itself() -> None:
    text, _, _ = write(Manner((1, 20), False, (), value="NW-1"), Answer("Here it is. Is that all", True))
    assert text == "Here it is. NW-1. Is that all"


def test_a_free_model_chooses_its_moves_first() -> None:
    manner = Manner((1, 20), False, (), moves=("ask", "doubt"))
    _, turn, ask = write(manner, Answer("doubt sing ask", True), Answer("Really", True))
    assert turn.moves == ("doubt", "ask")
    assert ask.bodies[0]["stop"] == ["<|say|>"]


@pytest.mark.parametrize(
    ("said_by_server", "kept"),
    [
        ('"Fine."', "Fine."),
        ("<think>Hm.</think>\n Fine.", "Fine."),
        ("Fine.<|customer|>No", "Fine."),
        ("A.\nB.", "A. B."),
    ],
)
def test_what_stands_around_the_words_is_taken_off(said_by_server: str, kept: str) -> None:
    assert write(Manner((1, 20), False, ()), Answer(said_by_server, True))[0] == kept


def test_words_without_any_sentence_end_are_closed_by_force() -> None:
    assert shortened("one two three four five", 1, 3) == ("one two three.", False)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"choices": [{"text": 3}]}', b'{"choices": [null]}', b'{"choices": ["x"]}']
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        read_answer(body)


def test_errors_are_quoted_shortly() -> None:
    assert said(b'{"error": {"message": "no such\\nmodel"}}') == " (no such model)"
    assert said(b'{"detail": "pinned"}') == " (pinned)"
    assert said(b"\xff" * 9999)[:2] == " ("


def test_waits_double_within_bounds_and_are_spread_by_the_key() -> None:
    for failures in range(1, 12):
        middle = min(30.0, 0.5 * 2 ** (failures - 1))
        waits = [backoff(failures, key) for key in range(50)]
        assert all(0.5 * middle <= wait < 1.5 * middle for wait in waits)
        assert len(set(waits)) == 50
    assert backoff(3, 7) == backoff(3, 7)


def test_retry_after_in_both_forms() -> None:
    now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
    assert retry_after("7") == 7.0
    assert retry_after("Thu, 01 Jan 2026 12:00:30 GMT", now) == 30.0
    assert retry_after("Thu, 01 Jan 2026 11:00:00 GMT", now) == 0.0
    assert retry_after("soon") is None
    assert retry_after(None) is None
