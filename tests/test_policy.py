"""What the agendas do with what they hear; every draw is counter-based, so counts over streams are exact."""

from collections import Counter

import pytest

from agents.dialogue import MOVES, Speaker
from agents.persona import DISPOSITIONS, MOTIVATIONS, CustomerPersona, Domain, Fact, Reveal, Style, Tone
from agents.policy import Asked, CustomerAgenda, CustomerChoice, Heard, SalesAgenda, Stage, SupportAgenda

ANSWER = Heard(("inform",), supported=True)
NOTHING = Heard(("feel",), supported=False)
FACTS = (
    Fact(name="order number", value="NW-1", reveal=Reveal.ASKED),
    Fact(name="membership", value="Plus", reveal=Reveal.LATE),
    Fact(name="model", value="Heron", reveal=Reveal.START),
)


def persona(disposition: str = "amiable", motivation: str = "refund", facts: tuple[Fact, ...] = ()) -> CustomerPersona:
    return CustomerPersona(
        disposition=DISPOSITIONS[disposition],
        motivation=MOTIVATIONS[motivation],
        tone=Tone.NEUTRAL,
        style=Style.PLAIN,
        facts=facts,
    )


def agenda(stream: int = 1, domain: Domain = Domain.SUPPORT, **who: object) -> CustomerAgenda:
    return CustomerAgenda(persona(**who), domain, stream)  # type: ignore[arg-type]


def talk(customer: CustomerAgenda, heard: Heard, *, turns: int = 15) -> list[CustomerChoice]:
    """Return the choices until the customer decides, hearing the same each time."""
    choices = []
    for n in range(3, 3 + 2 * turns, 2):
        choices.append(customer.choose(n, heard))
        if {"accept", "refuse"} & set(choices[-1].moves):
            break
    return choices


def test_the_same_stream_gives_the_same_choices() -> None:
    assert talk(agenda(5, disposition="emotive"), ANSWER) == talk(agenda(5, disposition="emotive"), ANSWER)


def test_every_move_is_one_of_the_customers() -> None:
    for name in DISPOSITIONS:
        for stream in range(30):
            for choice in talk(agenda(stream, disposition=name), NOTHING) + talk(agenda(stream), ANSWER):
                assert 1 <= len(choice.moves) <= 3
                assert set(choice.moves) <= set(MOVES[Speaker.CUSTOMER])


@pytest.mark.parametrize(
    ("disposition", "motivation", "replies"), [("amiable", "fairness", 5), ("cynical", "refund", 2)]
)
def test_a_customer_without_an_answer_gives_up_when_patience_ends(
    disposition: str, motivation: str, replies: int
) -> None:
    choices = talk(agenda(disposition=disposition, motivation=motivation), NOTHING)
    assert len(choices) == replies
    assert choices[-1].moves == ("refuse", "close")


def test_a_question_back_costs_no_patience() -> None:
    asking = Heard(("request",), supported=False, asked=("serial number",))
    assert not any("refuse" in choice.moves for choice in talk(agenda(disposition="cynical"), asking))


def test_trusting_customers_accept_more_often_than_cynical_ones() -> None:
    accepted = {
        name: sum("accept" in talk(agenda(s, disposition=name), ANSWER)[-1].moves for s in range(300))
        for name in ("amiable", "cynical")
    }
    assert accepted["amiable"] > 280
    assert accepted["cynical"] < 240


def test_emotive_customers_vent_and_cynical_ones_doubt() -> None:
    seen = {
        name: Counter(m for s in range(200) for c in talk(agenda(s, disposition=name), NOTHING) for m in c.moves)
        for name in ("emotive", "cynical")
    }
    assert seen["emotive"]["vent"] > 2 * seen["emotive"]["doubt"]
    assert seen["cynical"]["doubt"] > 2 * seen["cynical"]["vent"]


def test_a_fact_is_told_when_it_is_asked_for_and_once() -> None:
    customer = agenda(facts=FACTS)
    first = customer.choose(3, Heard(("request",), supported=False, asked=("order number",)))
    assert first.fact == FACTS[0]
    assert "tell" in first.moves
    again = customer.choose(5, Heard(("request",), supported=False, asked=("order number",)))
    assert again.fact is None


def test_a_late_fact_waits_for_an_answer() -> None:
    customer = agenda(facts=FACTS)
    asked = ("membership",)
    assert customer.choose(3, Heard(("request",), supported=False, asked=asked)).fact is None
    assert customer.choose(5, Heard(("inform", "request"), supported=True, asked=asked)).fact == FACTS[1]


def test_no_fact_is_told_that_nobody_asked_for_before_an_answer() -> None:
    for stream in range(100):
        assert all(choice.fact is None for choice in talk(agenda(stream, facts=FACTS), NOTHING))


def test_a_buyer_who_needs_it_buys_more_often_than_a_reluctant_one() -> None:
    bought = {
        name: sum(
            "accept" in talk(agenda(s, Domain.SALES, motivation=name), Heard(("offer",), supported=True))[-1].moves
            for s in range(200)
        )
        for name in ("real need", "reluctance")
    }
    assert bought["real need"] > 2 * bought["reluctance"]


def test_a_support_agent_answers_where_the_passages_do_and_admits_where_not() -> None:
    support = SupportAgenda(["order number"], 1)
    assert support.choose(2, Asked(("open",), relevant=True)).needs_evidence
    silent = support.choose(4, Asked(("ask",), relevant=False))
    assert "admit" in silent.moves
    assert not silent.needs_evidence


def test_a_support_agent_meets_feelings_and_answers_doubts() -> None:
    choice = SupportAgenda([], 1).choose(4, Asked(("vent", "doubt"), relevant=True))
    assert choice.moves[:2] == ("feel", "counter")


def test_a_support_agent_asks_for_no_more_than_it_needs() -> None:
    requests = [
        "request" in choice.moves
        for support in [SupportAgenda(["order number"], 3)]
        for choice in (support.choose(n, Asked(("ask",), relevant=True)) for n in range(2, 30, 2))
    ]
    assert sum(requests) == 1


def test_a_settled_matter_is_closed() -> None:
    for kind in (SupportAgenda, SalesAgenda):
        for moves in (("accept", "close"), ("refuse", "close")):
            choice = kind([], 1).choose(8, Asked(moves, relevant=True, settled=True))
            assert choice.moves[-1] == "close"
            assert not choice.needs_evidence


def test_a_sale_goes_from_need_to_offer_to_objection_to_close() -> None:
    sales = SalesAgenda(["budget"], 1)
    stages = [
        sales.choose(2, Asked(("open",), relevant=True)).stage,
        sales.choose(4, Asked(("tell",), relevant=True)).stage,
        sales.choose(6, Asked(("doubt",), relevant=True)).stage,
        sales.choose(8, Asked(("accept",), relevant=True, settled=True)).stage,
    ]
    assert stages == [Stage.NEED, Stage.OFFER, Stage.OBJECTION, Stage.CLOSE]


def test_questions_are_asked_in_their_order_and_never_again() -> None:
    questions = ("Who pays?", "How long does it take?")
    asked = []
    for stream in range(60):
        customer = CustomerAgenda(persona().model_copy(update={"questions": questions}), Domain.SUPPORT, stream)
        choices = [*talk(customer, ANSWER), *talk(customer, NOTHING)]
        asked.append(tuple(choice.question for choice in choices if choice.question))
        assert asked[-1] == questions[: len(asked[-1])]
        assert all((choice.question is not None) == ("ask" in choice.moves) for choice in choices)
    assert set(asked) >= {questions[:1], questions}


def test_a_question_alone_begins_with_another_move_which_after_no_answer_is_no_content() -> None:
    questions = ("Who pays?", "How long does it take?")

    def leads(heard: Heard, disposition: str) -> set[tuple[str, ...]]:
        known = persona(disposition=disposition).model_copy(update={"questions": questions})
        agendas = (CustomerAgenda(known, Domain.SUPPORT, stream) for stream in range(80))
        return {one.lead for customer in agendas for one in talk(customer, heard) if one.moves == ("ask",)}

    assert leads(ANSWER, "emotive") == {("accept",), ("vent",)}
    assert leads(NOTHING, "emotive") == {("vent",)}


def test_without_questions_of_its_own_a_customer_leaves_them_to_the_model() -> None:
    choices = [choice for stream in range(30) for choice in talk(agenda(stream), ANSWER)]
    assert any("ask" in choice.moves for choice in choices)
    assert all(choice.question is None for choice in choices)


def test_a_fork_does_not_ask_again_what_was_asked() -> None:
    questions = ("Who pays?", "How long does it take?", "Is it insured?")
    for stream in range(30):
        customer = CustomerAgenda(persona().model_copy(update={"questions": questions}), Domain.SUPPORT, stream)
        customer.choose(3, ANSWER)
        customer.settle(("ask",), set(), asked=1)
        assert all(choice.question != questions[0] for choice in talk(customer, ANSWER))
