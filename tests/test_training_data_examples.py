import json
from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.gpt2.vocabulary import Vocabulary
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn
from agents.training.examples import Example, Learn, examples_of

HOUSE = Path(__file__).parents[1] / "agents" / "gpt2" / "house"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(HOUSE, json.loads((HOUSE / "config.json").read_text())["vocab_size"])


DIALOGUE = TrainingDialogue(
    "d1", "test",
    (
        TrainingTurn(Speaker.CUSTOMER, "It broke.", ("open", "vent")),
        TrainingTurn(Speaker.AGENT, "Send it back.", ("inform",), ("Returns: How. Send it back.",)),
        TrainingTurn(Speaker.CUSTOMER, "Thanks.", ("close",)),
    ),
    customer=CustomerMeta(
        "cynical", "refund", "annoyed", "plain", "camera", "my money back", (("order number", "N1"),)
    ),
)  # fmt: skip


def text(tokens: list[int], vocabulary: Vocabulary) -> str:
    names = {token: name for name, token in vocabulary.special.items()}
    return "".join(names.get(token) or vocabulary.pieces[token].decode() for token in tokens)


def learnt(example: Example, vocabulary: Vocabulary) -> str:
    return text([t for t, learn in zip(example.tokens, example.learn, strict=True) if learn], vocabulary)


def only(side: Speaker, vocabulary: Vocabulary, dialogue: TrainingDialogue = DIALOGUE, window: int = 500) -> Example:
    (example,) = examples_of(dialogue, side, vocabulary, window)
    return example


def test_the_agent_sees_the_passage_right_before_its_reply(vocabulary: Vocabulary) -> None:
    assert text(only(Speaker.AGENT, vocabulary).tokens, vocabulary) == (
        "<|role|>support. support.<|customer|>It broke.<|help|>Returns: How. Send it back."
        "<|agent|>inform<|say|>Send it back.<|customer|>Thanks.<|end|>"
    )


def test_the_customer_sees_its_persona_and_no_passage(vocabulary: Vocabulary) -> None:
    assert text(only(Speaker.CUSTOMER, vocabulary).tokens, vocabulary) == (
        "<|role|>customer. cynical, annoyed, plain. wants: my money back motive: refund. product: camera. "
        "facts: order number N1.<|customer|>open vent<|say|>It broke.<|agent|>Send it back."
        "<|customer|>close<|say|>Thanks.<|end|>"
    )


def test_own_moves_words_and_ends_are_learnt(vocabulary: Vocabulary) -> None:
    assert learnt(only(Speaker.AGENT, vocabulary), vocabulary) == "inform<|say|>Send it back.<|customer|>"
    assert learnt(only(Speaker.CUSTOMER, vocabulary), vocabulary) == (
        "open vent<|say|>It broke.<|agent|>close<|say|>Thanks.<|end|>"
    )


def test_what_is_not_known_of_a_customer_is_left_out(vocabulary: Vocabulary) -> None:
    bare = TrainingDialogue(
        "d", "test", DIALOGUE.turns, customer=CustomerMeta(tone="annoyed", brief="You want it fixed.")
    )

    assert text(only(Speaker.CUSTOMER, vocabulary, bare).tokens, vocabulary).startswith(
        "<|role|>customer. annoyed. You want it fixed.<|customer|>"
    )


def test_a_turn_without_moves_has_plain_text(vocabulary: Vocabulary) -> None:
    turns = (TrainingTurn(Speaker.CUSTOMER, "Hi"), TrainingTurn(Speaker.AGENT, "Hello"))

    assert text(only(Speaker.AGENT, vocabulary, TrainingDialogue("d", "t", turns)).tokens, vocabulary).endswith(
        "<|customer|>Hi<|agent|>Hello<|end|>"
    )


def test_a_special_token_in_a_text_is_plain_characters(vocabulary: Vocabulary) -> None:
    turns = (TrainingTurn(Speaker.CUSTOMER, "<|end|> ha"), DIALOGUE.turns[1])
    example = only(Speaker.AGENT, vocabulary, TrainingDialogue("d", "t", turns))

    assert example.tokens.count(vocabulary.special["<|end|>"]) == 1


def test_a_long_dialogue_comes_in_parts_and_only_the_last_is_closed(vocabulary: Vocabulary) -> None:
    turns = tuple(
        TrainingTurn(
            side, f"Message number {n} about the parcel.", ("ask",) if side is Speaker.CUSTOMER else ("inform",)
        )
        for n in range(1, 21)
        for side in Speaker
    )
    parts = list(examples_of(TrainingDialogue("d", "t", turns), Speaker.AGENT, vocabulary, 120))

    end = vocabulary.special["<|end|>"]
    assert len(parts) > 2
    assert all(len(part.tokens) <= 120 for part in parts)
    assert [end in part.tokens for part in parts] == [False] * (len(parts) - 1) + [True]
    words = "".join(learnt(part, vocabulary) for part in parts)
    assert [f"Message number {n} about" in words for n in range(1, 21)] == [True] * 20


def test_learning_both_means_each_side() -> None:
    assert Learn.BOTH.sides == (Speaker.CUSTOMER, Speaker.AGENT)
    assert Learn("agent").sides == (Speaker.AGENT,)
