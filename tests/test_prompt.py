import pytest

from agents.dialogue import Speaker
from agents.gpt2.engine import Engine
from agents.gpt2.vocabulary import Vocabulary
from agents.persona import (
    DISPOSITIONS,
    MOTIVATIONS,
    AgentPersona,
    CustomerPersona,
    Domain,
    Fact,
    Role,
    Style,
    Tone,
)
from agents.prompt import ContextFullError, HouseForm, PlainForm, Utterance, View

CUSTOMER_PERSONA = CustomerPersona(
    disposition=DISPOSITIONS["cynical"],
    motivation=MOTIVATIONS["refund"],
    tone=Tone.ANNOYED,
    style=Style.TYPOS,
    product="camera",
    facts=(Fact(name="order number", value="NW-482913"),),
    prompt="You write from a train.",
)
AGENT_PERSONA = AgentPersona(role=Role.SUPPORT, domain=Domain.SUPPORT, prompt="You work for Nettlewood.")


@pytest.fixture(scope="module")
def vocabulary(shipped_engine: Engine) -> Vocabulary:
    return shipped_engine.vocabulary


def shown(vocabulary: Vocabulary, tokens: tuple[int, ...]) -> str:
    """Return tokens as text, special ones by name."""
    return vocabulary.tokenizer.decode(list(tokens), skip_special_tokens=False)


def test_the_house_form_of_the_agents_view(vocabulary: Vocabulary) -> None:
    view = View(HouseForm(vocabulary), AGENT_PERSONA, window=1024)
    view.add(Utterance(Speaker.CUSTOMER, "It broke.", ("open", "vent")))
    view.add(Utterance(Speaker.AGENT, "I am sorry.", ("feel",), passages=("Repairs: How long. Ten days.",)))
    view.add(Utterance(Speaker.CUSTOMER, "And now?", ("ask",)))
    prompt = view.prompt(["Repairs: Cost. It is free."], None, reply=100)
    assert shown(vocabulary, prompt.tokens) == (
        "<|role|>support. support. You work for Nettlewood.<|customer|>It broke.<|help|>Repairs: How long. Ten days."
        "<|agent|>feel<|say|>I am sorry.<|customer|>And now?<|help|>Repairs: Cost. It is free.<|agent|>"
    )
    assert prompt.forgot == 0


def test_the_house_form_of_the_customers_view(vocabulary: Vocabulary) -> None:
    view = View(HouseForm(vocabulary), CUSTOMER_PERSONA, window=1024)
    view.add(Utterance(Speaker.CUSTOMER, "It broke.", ("open", "vent")))
    view.add(Utterance(Speaker.AGENT, "I am sorry.", ("feel",)))
    assert shown(vocabulary, view.prompt([], ("tell",), reply=100).tokens) == (
        "<|role|>customer. cynical, annoyed, typos. wants: my money back motive: refund. product: camera. "
        "facts: order number NW-482913. You write from a train.<|customer|>open vent<|say|>It broke."
        "<|agent|>I am sorry.<|customer|>tell<|say|>"
    )


def test_the_plain_form_is_a_transcript_in_prose(vocabulary: Vocabulary) -> None:
    view = View(PlainForm(vocabulary), CUSTOMER_PERSONA, window=1024)
    view.add(Utterance(Speaker.CUSTOMER, "It broke.", ("open",)))
    view.add(Utterance(Speaker.AGENT, "I am\nsorry."))
    text = shown(vocabulary, view.prompt([], None, reply=100).tokens)
    assert text.endswith("\n\nCustomer: It broke.\nAgent: I am sorry.\nCustomer:")
    for said in ("cynical", "you want your money back", "annoyed", "typos", "camera", "NW-482913", "train"):
        assert said in text


def test_in_prose_a_customer_is_told_its_questions(vocabulary: Vocabulary) -> None:
    asking = CUSTOMER_PERSONA.model_copy(update={"questions": ("Who pays for the label?", "How long?", "Why?", "No?")})
    text = shown(vocabulary, PlainForm(vocabulary).role(asking))
    assert "Who pays for the label?" in text
    assert "No?" not in text
    assert HouseForm(vocabulary).role(asking) == HouseForm(vocabulary).role(CUSTOMER_PERSONA)


@pytest.mark.parametrize(
    "change",
    [
        {"disposition": DISPOSITIONS["amiable"]},
        {"motivation": MOTIVATIONS["distrust"]},
        {"tone": Tone.CHEERFUL},
        {"style": Style.NON_NATIVE},
        {"product": None},
        {"facts": ()},
        {"prompt": None},
    ],
)
def test_every_field_of_a_customer_reaches_both_prompts(vocabulary: Vocabulary, change: dict[str, object]) -> None:
    other = CUSTOMER_PERSONA.model_copy(update=change)
    for form in (HouseForm(vocabulary), PlainForm(vocabulary)):
        assert form.role(other) != form.role(CUSTOMER_PERSONA)


@pytest.mark.parametrize("change", [{"role": Role.SALESPERSON, "domain": Domain.SALES}, {"prompt": None}])
def test_every_field_of_an_agent_reaches_both_prompts(vocabulary: Vocabulary, change: dict[str, object]) -> None:
    other = AGENT_PERSONA.model_copy(update=change)
    for form in (HouseForm(vocabulary), PlainForm(vocabulary)):
        assert form.role(other) != form.role(AGENT_PERSONA)


def long_view(vocabulary: Vocabulary, exchanges: int, window: int) -> View:
    view = View(HouseForm(vocabulary), AGENT_PERSONA, window=window)
    for n in range(exchanges):
        view.add(Utterance(Speaker.CUSTOMER, f"question {n} " + "and so on " * 5))
        view.add(Utterance(Speaker.AGENT, f"answer {n} " + "and so on " * 10, passages=("page " * 40,)))
    view.add(Utterance(Speaker.CUSTOMER, "the last question"))
    return view


def test_old_passages_go_before_old_turns(vocabulary: Vocabulary) -> None:
    view = long_view(vocabulary, 4, window=400)
    prompt = view.prompt(["the new page"], None, reply=60)
    text = shown(vocabulary, prompt.tokens)
    assert len(prompt.tokens) + 60 <= 400
    assert "page page" not in text
    assert "the new page" in text
    assert text.startswith("<|role|>support. support. You work for Nettlewood.")
    assert prompt.forgot == 0


def test_the_oldest_turns_go_next_and_are_counted(vocabulary: Vocabulary) -> None:
    prompt = long_view(vocabulary, 12, window=400).prompt([], None, reply=60)
    text = shown(vocabulary, prompt.tokens)
    assert prompt.forgot > 0
    assert "question 0 " not in text
    assert "answer 11 " in text
    assert "the last question" in text


def test_what_is_left_stays_in_place_for_the_next_turns(vocabulary: Vocabulary) -> None:
    view = long_view(vocabulary, 12, window=400)
    before = view.prompt([], None, reply=60).tokens
    view.add(Utterance(Speaker.AGENT, "a short answer", ("inform",)))
    view.add(Utterance(Speaker.CUSTOMER, "and one more"))
    after = view.prompt([], None, reply=60).tokens
    assert after[: len(before) - 1] == before[:-1]


def test_a_role_that_fills_the_window_is_an_error(vocabulary: Vocabulary) -> None:
    view = View(HouseForm(vocabulary), AGENT_PERSONA.model_copy(update={"prompt": "word " * 380}), window=400)
    view.add(Utterance(Speaker.CUSTOMER, "hello"))
    with pytest.raises(ContextFullError):
        view.prompt([], None, reply=60)
