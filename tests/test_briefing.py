"""Evidence, disclosure and what the guards on facts let pass, on the sample help centre."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.dialogue import Speaker, Turn
from agents.persona import Fact
from agents.testing import Line, ScriptedEngine
from orchestrator import read_transcripts, simulate
from orchestrator.briefing import AgentSide, Task, heard
from orchestrator.fact_guards import AsksBesides, Figures, Misnamed, Names, Undisclosed, Units, Unsupported, Untold
from orchestrator.goods import Goods
from orchestrator.grounding import HelpIndex, best_evidence, cite, evidence_again
from orchestrator.guards import Scene
from orchestrator.plan import Plan
from orchestrator.scenario import GroundingMode, Scenario

HELP_CONTENT = Path(__file__).parents[1] / "help_content"
QUESTION = "Who pays for the return label?"


@pytest.fixture(scope="module")
def index() -> HelpIndex:
    return HelpIndex.load([HELP_CONTENT / "returns"])


def scene(index: HelpIndex, **changes: object) -> Scene:
    turns = [Turn(1, Speaker.CUSTOMER, QUESTION, ("open",))]
    hits = index.search(QUESTION, 1)
    return Scene(Speaker.AGENT, turns, None, hits=hits, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who pays for the return label?", "$5.95"),
        ("What is the time limit to return a camera?", "30 days"),
        ("the original box of my camera is gone, can i still return it", "original box"),
    ],
)
def test_the_evidence_answers_the_question(index: HelpIndex, question: str, expected: str) -> None:
    evidence = best_evidence(index.search(question, 2), question, most=50)
    assert evidence
    assert expected in evidence.text


def test_evidence_is_cited_as_it_stands(index: HelpIndex) -> None:
    hits = index.search(QUESTION, 1)
    evidence = best_evidence(hits, QUESTION, most=50)
    assert evidence
    citations = cite(f"Let me see. {evidence.text} I hope that helps.", hits)
    assert max(citation.support for citation in citations) == 1.0


def test_evidence_is_not_given_twice(index: HelpIndex) -> None:
    hits = index.search(QUESTION, 1)
    first = best_evidence(hits, QUESTION, most=50)
    assert first
    second = best_evidence(hits, QUESTION, used=[first.text], most=50)
    assert second
    assert first.text not in second.text
    assert second.text not in first.text


def test_evidence_fits_the_words_that_are_left(index: HelpIndex) -> None:
    for most in (8, 15, 30):
        evidence = best_evidence(index.search(QUESTION, 3), QUESTION, most=most)
        assert evidence is None or len(evidence.text.split()) <= most


def test_there_is_no_evidence_without_passages() -> None:
    assert best_evidence([], QUESTION, most=50) is None


def test_a_figure_that_nobody_gave_is_objected_to(index: HelpIndex) -> None:
    found = Figures().check("The label costs $7.20.", scene(index))
    assert found
    assert found.saw == "7.2"
    assert found.vital


def test_a_figure_keeps_its_unit(index: HelpIndex) -> None:
    question = "What is the time limit to return a camera?"
    turns = [Turn(1, Speaker.CUSTOMER, question, ("open",))]
    where = Scene(Speaker.AGENT, turns, None, hits=index.search(question, 1))
    found = Units().check("You can return it within 30 minutes of delivery.", where)
    assert found
    assert found.saw == "30 minute"
    assert Units().check("You can return it within 30 days of delivery.", where) is None


def test_a_statement_that_is_borne_out_in_part_only_is_objected_to(index: HelpIndex) -> None:
    where = scene(index, must_cite=True)
    evidence = best_evidence(where.hits, QUESTION, most=50)
    assert evidence
    said = f"{evidence.text} The return label and the refund of the parcel are free for each customer."
    found = Unsupported().check(said, where)
    assert found
    assert not found.vital
    assert Unsupported().check(f"Let me look. {evidence.text} I hope that helps.", where) is None


def test_a_name_that_nobody_gave_is_objected_to(index: HelpIndex) -> None:
    found = Names().check("That is not what anybody wants from Riverbank.", scene(index))
    assert found
    assert (found.saw, found.vital) == ("Riverbank", False)
    assert Names().check("Riverbank is closed. Bring it on Monday, in May, to Nettlewood.", scene(index)) is None


def test_a_code_that_nobody_gave_is_objected_to(index: HelpIndex) -> None:
    assert Figures().check("My number is MT-C-PL, I think.", scene(index))
    assert Figures().check("My number is NW-A, I think.", scene(index, ledger="NW-A")) is None


def test_figures_of_the_passage_and_of_the_ledger_pass(index: HelpIndex) -> None:
    assert Figures().check("The label costs $5.95.", scene(index)) is None
    assert Figures().check("It is NW-482913.", scene(index, ledger="NW-482913")) is None


def test_an_answer_must_rest_on_a_passage(index: HelpIndex) -> None:
    said = "I am glad that you asked, and I will look into it for you."
    assert Unsupported().check(said, scene(index, must_cite=True))
    assert Unsupported().check(said, scene(index)) is None
    kept = "Several products in one return parcel need only one label for $5.95."
    assert Unsupported().check(kept, scene(index, must_cite=True)) is None


def test_a_fact_that_is_due_must_be_told_and_a_secret_kept(index: HelpIndex) -> None:
    assert Untold().check("I would rather not say.", scene(index, value="NW-482913"))
    assert Untold().check("It is nw-482913.", scene(index, value="NW-482913")) is None
    assert Undisclosed().check("I paid with PayPal.", scene(index, secrets=("PayPal",)))
    assert Undisclosed().check("I paid online.", scene(index, secrets=("PayPal",))) is None


FACTS = [Fact(name="order number", value="NW-1"), Fact(name="day of delivery", value="3 May")]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Could you give me the order number?", ("order number",)),
        ("Please tell me the day of delivery and the order number.", ("order number", "day of delivery")),
        ("Your order number is noted. How are you?", ()),
        ("What is the postcode?", ()),
    ],
)
def test_what_was_asked_for_is_heard(text: str, asked: tuple[str, ...]) -> None:
    turn = Turn(2, Speaker.AGENT, text, ("request",))
    assert heard(turn, supported=False, facts=FACTS).asked == asked


def test_a_statement_that_shares_one_word_with_a_passage_needs_it_and_a_remark_does_not(index: HelpIndex) -> None:
    where = scene(index, must_cite=True)
    evidence = best_evidence(where.hits, QUESTION, most=50)
    assert evidence
    for remark in ("I hope that helps you with the label.", "Does that cover the label?", "That is all on the label."):
        assert Unsupported().check(f"{evidence.text} {remark}", where) is None
    for statement in ("The label must be reported soon.", "A label can be eaten."):
        found = Unsupported().check(f"{statement} {evidence.text}", where)
        assert found
        assert (found.saw, found.vital) == (statement, False)


def test_goods_that_nobody_spoke_of_are_objected_to(index: HelpIndex) -> None:
    found = Goods().check("I hope that helps you with the coffee machine.", scene(index))
    assert found
    assert (found.saw, found.vital) == ("coffee machine", False)
    assert Goods().check("I hope that helps you with the smart watch.", scene(index, ledger="smartwatch")) is None
    assert Goods().check("Watch the label, and bed it well.", scene(index)) is None
    assert Goods().check("You're asking about the wrong boots.", scene(index))


def test_of_a_later_turn_the_sentences_that_ask_are_the_question() -> None:
    spec = Plan(Scenario.load(HELP_CONTENT.parent / "scenarios" / "returns.yaml"))[0]
    side = AgentSide.of(spec, HelpIndex.load([HELP_CONTENT / "returns"]), 1, moves=True)
    turns = [
        Turn(1, Speaker.CUSTOMER, "An accessory is missing from the box of my camera. What happens now?", ("open",)),
        Turn(2, Speaker.AGENT, "It is sent free of charge.", ("inform",)),
        Turn(3, Speaker.CUSTOMER, "My box of gifts and phones. Who pays for the return label?", ("ask",)),
    ]
    [found] = side.passages(turns, 1)
    assert "return label" in found.passage.text
    evidence = side.task(4, turns, settled=False).brief.evidence
    assert "label" in evidence


def test_a_measure_of_a_fact_or_of_a_question_may_be_said(index: HelpIndex) -> None:
    customer = Scene(Speaker.CUSTOMER, [], None, ledger="2 weeks Can I return it after 30 days?")
    assert Units().check("I have had it for 2 weeks. Can I return it after 30 days?", customer) is None
    assert Units().check("I have had it for 3 weeks.", customer)


def test_a_value_is_a_word_of_its_own() -> None:
    assert Undisclosed().check("It is NW-482913.", Scene(Speaker.CUSTOMER, [], None, secrets=("2",))) is None
    assert Undisclosed().check("I bought 2.", Scene(Speaker.CUSTOMER, [], None, secrets=("2",)))
    assert Untold().check("It took 12 days.", Scene(Speaker.CUSTOMER, [], None, value="2"))


def test_a_fact_with_a_short_name_is_asked_for_by_that_name() -> None:
    facts = [Fact(name="id", value="77")]
    ask = Turn(2, Speaker.AGENT, "Could you tell me your ID?", ("request",))
    other = Turn(2, Speaker.AGENT, "Could you tell me what you said?", ("request",))
    assert heard(ask, supported=False, facts=facts).asked == ("id",)
    assert heard(other, supported=False, facts=facts).asked == ()


def test_a_customer_asks_one_question_at_a_time() -> None:
    asking = Scene(Speaker.CUSTOMER, [], None, question="Who pays for the label?")
    found = AsksBesides().check("How do I get it? Who pays for the label?", asking)
    assert found
    assert (found.saw, found.vital) == ("How do I get it?", False)
    assert AsksBesides().check("I see. Who pays for the label? I have it here.", asking) is None
    assert AsksBesides().check("How do I get it? And when?", Scene(Speaker.CUSTOMER, [], None)) is None
    assert AsksBesides().check("And if it breaks again in the first. Who pays for the label?", asking)
    assert AsksBesides().check("When I got it, it was open. Who pays for the label?", asking) is None


HIRE = """# Boat hire

## Booking

A boat can be booked up to 60 days ahead. A booking can be moved once free of charge until the day before it starts.
Whoever arrives more than 30 minutes late loses the booking.

## Prices

A rowing boat costs $18 an hour and a motor boat costs $42 an hour. A deposit of $50 is taken by card.
"""
MOVED = "A booking can be moved once free of charge until the day before it starts."
SCENARIO = """
name: boats
domain: support
help_content: help.md
openings: [How far ahead can I book a boat?]
customer:
  dispositions: [amiable]
  motivations: [information]
  facts: [{name: booking number, value: "BH-1"}]
  questions: [Can I move my booking free of charge?, How high is the deposit?]
agent: {role: support}
turns: {min: 4, max: 8}
reply: {words: [20, 60], attempts: 2}
repeats: 3
"""


@pytest.fixture(scope="module")
def boats(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("boats")
    (folder / "duologue.yaml").touch()
    (folder / "help.md").write_text(HIRE, encoding="utf-8")
    (folder / "boats.yaml").write_text(SCENARIO, encoding="utf-8")
    return Scenario.load(folder / "boats.yaml")


def talk(*texts: str, moves: Sequence[str] = ("ask",)) -> list[Turn]:
    """Return the turns of a customer and an agent in order, the customer's with `moves`."""
    sides = (Speaker.CUSTOMER, Speaker.AGENT)
    return [Turn(n, sides[(n - 1) % 2], text, tuple(moves) if n % 2 else ()) for n, text in enumerate(texts, 1)]


def answer(boats: Scenario, turns: Sequence[Turn]) -> Task:
    """Return what the agent is to say after `turns`, of which it said its own."""
    side = AgentSide.of(Plan(boats)[0], HelpIndex.load(boats.help_paths), 1, moves=True)
    for turn in turns:
        if turn.speaker is Speaker.AGENT:
            side.said(turn.text)
    return side.task(len(turns) + 1, turns, settled=False)


def test_what_was_given_is_given_again_where_a_new_question_singles_it_out(boats: Scenario) -> None:
    first = ("How far ahead can I book?", f"Let us see. A boat can be booked up to 60 days ahead. {MOVED}")
    task = answer(boats, talk(*first, "Can I move my booking free of charge?"))
    assert task.must_cite
    assert task.brief.evidence.startswith(MOVED)
    assert MOVED in task.recap


def test_what_was_given_is_not_given_again_to_a_doubt_nor_a_third_time(boats: Scenario) -> None:
    first = ("Can I move my booking free of charge?", f"Let us see. {MOVED}")
    assert MOVED not in answer(boats, talk(*first, "Can I really move my booking?", moves=("doubt",))).brief.evidence
    twice = (*first, "Free of charge?", f"Yes indeed. {MOVED}")
    assert MOVED not in answer(boats, talk(*twice, "So can I move my booking free of charge?")).brief.evidence


def test_a_fresh_sentence_that_answers_as_well_goes_before_a_used_one(boats: Scenario) -> None:
    hits = HelpIndex.load(boats.help_paths).search("Can I lose my booking?", 1)
    assert evidence_again(hits, "Can I lose my booking?", used=[MOVED], most=40) is None
    again = evidence_again(hits, "Can I move my booking?", used=[MOVED], most=40)
    assert again
    assert again.text.startswith(MOVED)


def test_an_admission_is_not_built_around_a_passage(boats: Scenario) -> None:
    task = answer(boats, talk("Do you sell dog food and garden chairs?"))
    assert "admit" in task.brief.moves
    assert task.brief.evidence == ""


def test_where_every_attempt_asks_besides_the_question_stands_alone(boats: Scenario, tmp_path: Path) -> None:
    def asks(line: Line) -> str:
        return f"How long does the refund take? {line.evidence}" if line.evidence else "I see. Good."

    simulate(boats, out=tmp_path / "run", limit=3, model=ScriptedEngine(customer=asks))
    turns = [turn for one in read_transcripts(tmp_path / "run") for turn in one.turns[1:]]
    asked = [turn for turn in turns if turn.speaker is Speaker.CUSTOMER and turn.spliced]
    assert asked
    assert all(turn.text in boats.customer.questions for turn in asked)


def test_a_fact_is_told_under_its_own_name() -> None:
    where = Scene(Speaker.CUSTOMER, [], None, value="no membership", misnomers=("order number",))
    found = Misnamed().check("I said it before. The order number is no membership.", where)
    assert found
    assert (found.saw, found.vital) == ("order number", False)
    assert Misnamed().check("You have the order number. I have no membership.", where) is None


def test_a_sentence_that_begins_as_its_passage_goes_on_as_it(index: HelpIndex) -> None:
    question = "What is the time limit to return a camera?"
    hits = index.search(question, 1)
    where = Scene(Speaker.AGENT, [Turn(1, Speaker.CUSTOMER, question)], None, hits=hits, must_cite=True)
    evidence = best_evidence(hits, question, most=50)
    assert evidence
    begun = " ".join(evidence.text.split()[:5])
    found = Unsupported().check(f"{begun} delivery. {evidence.text}", where)
    assert found
    assert (found.saw, found.vital) == (f"{begun} delivery.", False)
    assert Unsupported().check(f"Let me see. {evidence.text}", where) is None


def test_an_answer_rests_on_the_words_that_answer(boats: Scenario) -> None:
    question = "How high is the deposit?"
    turns = [Turn(1, Speaker.CUSTOMER, question)]
    hits = HelpIndex.load(boats.help_paths).search(question, 1)
    where = Scene(Speaker.AGENT, turns, None, hits=hits, must_cite=True, evidence="A deposit of $50 is taken by card.")
    found = Unsupported().check("A rowing boat costs $18 an hour and a motor boat costs $42 an hour.", where)
    assert found
    assert not found.vital
    assert Unsupported().check("A deposit of $50 is taken by card.", where) is None


def test_an_unaided_reply_may_write_the_figures_of_its_passages_and_of_the_talk(boats: Scenario) -> None:
    task = answer(boats, talk("What does a rowing boat cost for 7 of us?"))
    assert task.brief.known is not None
    assert {"$18", "$42", "$50", "7"} <= task.brief.known
    assert "$19" not in task.brief.known
    loose = boats.model_copy(update={"grounding": boats.grounding.model_copy(update={"mode": GroundingMode.PROMPT})})
    assert answer(loose, talk("What does a rowing boat cost?")).brief.known is None
