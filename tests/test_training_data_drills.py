import json
from pathlib import Path

import pytest

from agents.dialogue import MOVES, Speaker
from agents.draws import Draws
from agents.errors import UsageError
from agents.persona import DISPOSITIONS, Style, Tone
from agents.styles import styled
from agents.training.articles import Section, read_sections
from agents.training.dialogues import TrainingDialogue
from agents.training.drills.drawing import draw_copying, draw_drill, gold_shelves, line_bank, shelf_of
from agents.training.drills.lines import LineBank
from agents.training.drills.pages import Point
from agents.training.drills.questions import pages_of

CUSTOMER = {
    "open": [
        "I am here because {problem}.",
        "I have a question about {topic}, please.",
        "I would like to buy the {product}.",
    ],
    "tell": ["My {fact_name} is {fact}.", "It is {fact}."],
    "ask": ["What about {topic}?"],
    "doubt": ["I do not trust that.", "That costs too much money.", "Are you certain?"],
    "vent": ["This is a sad day."],
    "push": ["Please do something."],
    "accept": ["Yes, please do that.", "Good, I agree."],
    "refuse": ["No, not for me.", "I will not have that."],
    "close": ["Thank you, goodbye.", "I will never come here, goodbye.", "That is all, bye."],
}
AGENT = {
    "greet": [
        "Hello from {company}.",
        "Welcome, I am glad that you are here today.",
        "Good day, what is your question?",
    ],
    "feel": [
        "I am sorry that {problem}.",
        "Nobody likes to feel they have paid too much, price matters.",
        "I regret this.",
    ],
    "request": ["Please tell me the {fact_name}.", "What is your budget?", "How often will you use it?"],
    "inform": ["Our page has the answer. {evidence}", "{evidence} That is what we go by."],
    "guide": ["Please follow these steps. {evidence}", "Try this first. {evidence}"],
    "offer": ["I suggest {offer}.", "Have a look at {offer}."],
    "counter": ["Do not trust me, trust the reviews.", "The price is fair for what it costs.", "You may not need it."],
    "admit": ["Our pages do not say, so I do not know.", "That is not covered."],
    "confirm": ["Your question goes to the team.", "So that is {offer}.", "No order was placed.", "I noted {fact}."],
    "close": ["Thank you and goodbye.", "Have a good day.", "Take care, and come back if you think about it again."],
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> LineBank:
    folder = tmp_path_factory.mktemp("lines")
    customer = [
        {"speaker": "customer", "disposition": disposition, "tone": str(tone), "move": move, "text": text}
        for disposition in DISPOSITIONS for tone in Tone for move, texts in CUSTOMER.items() for text in texts
    ]  # fmt: skip
    agent = [
        {"speaker": "agent", "role": "any", "register": register, "move": move, "text": text}
        for register in ("warm", "brisk", "formal", "casual") for move, texts in AGENT.items() for text in texts
    ]  # fmt: skip
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, customer + agent)), encoding="utf-8")
    return line_bank(folder)


@pytest.fixture(scope="module")
def drills(bank: LineBank) -> list[TrainingDialogue]:
    return [draw_drill(bank, 1, place, gold_shelves()) for place in range(150)]


def test_the_same_number_is_the_same_drill(bank: LineBank, drills: list[TrainingDialogue]) -> None:
    assert draw_drill(bank, 1, 7, gold_shelves()) == drills[7]
    assert draw_drill(bank, 2, 7, gold_shelves()) != drills[7]


def test_sides_alternate_and_the_customer_opens(drills: list[TrainingDialogue]) -> None:
    for drill in drills:
        assert [turn.speaker for turn in drill.turns] == [list(Speaker)[n % 2] for n in range(len(drill.turns))]
        assert (drill.turns[0].moves or ("",))[0] == "open"


def test_every_turn_makes_one_to_three_known_moves(drills: list[TrainingDialogue]) -> None:
    for turn in (turn for drill in drills for turn in drill.turns):
        assert turn.moves
        assert len(turn.moves) <= 3
        assert set(turn.moves) <= set(MOVES[turn.speaker])


def test_no_slot_is_left_open(drills: list[TrainingDialogue]) -> None:
    assert not [turn.text for drill in drills for turn in drill.turns if set(turn.text) & set("{}[]|")]


def test_a_reply_that_informs_carries_a_sentence_of_its_passage(drills: list[TrainingDialogue]) -> None:
    informing = [turn for drill in drills for turn in drill.turns if {"inform", "guide"} & set(turn.moves or ())]

    assert len(informing) > 100
    for turn in informing:
        said = {sentence for passage in turn.passages for sentence in passage.split(". ") if len(sentence) > 20}
        assert any(sentence.rstrip(".") in turn.text for sentence in said), (turn.text, turn.passages)


def test_a_fact_is_told_in_the_turn_after_it_was_asked_for(drills: list[TrainingDialogue]) -> None:
    telling = [
        (drill, place) for drill in drills for place, turn in enumerate(drill.turns)
        if turn.moves and "tell" in turn.moves and drill.customer.facts
    ]  # fmt: skip
    assert telling
    for drill, place in telling:
        assert "request" in (drill.turns[place - 1].moves or ())
        assert any(value in drill.turns[place].text for _, value in drill.customer.facts)


def test_all_dispositions_tones_styles_and_both_roles_occur(drills: list[TrainingDialogue]) -> None:
    customers = [drill.customer for drill in drills]

    assert {customer.disposition for customer in customers} == set(DISPOSITIONS)
    assert {customer.tone for customer in customers} == set(map(str, Tone))
    assert {customer.style for customer in customers} == set(map(str, Style))
    assert len({drill.role for drill in drills}) == 2


def test_a_copying_drill_answers_with_the_sentence_of_the_passage() -> None:
    drills = [draw_copying(1, place) for place in range(50)]

    for drill in drills:
        for question, answer in zip(drill.turns[::2], drill.turns[1::2], strict=True):
            assert question.text.endswith("?")
            assert answer.text in answer.passages[0]
    assert len({drill.turns[1].text for drill in drills}) > 40


def test_a_folder_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no line bank"):
        line_bank(tmp_path)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "agent.jsonl").write_text('{"speaker": "agent"}\n', encoding="utf-8")

    with pytest.raises(UsageError, match=r"agent\.jsonl:1: not a line of a line bank"):
        line_bank(tmp_path)


def points(text: str) -> list[Point]:
    return [point for page in pages_of([Section("a.md#b", "A", "B", text)], "t") for point in page.points]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Standard delivery takes 3 to 5 working days.", "How long does standard delivery take?"),
        ("A survey of the room costs £85 and lasts about 90 minutes.", "How much does a survey of the room cost?"),
        ("Card refunds take 3 to 5 working days.", "How long do card refunds take?"),
        ("You can cancel your order until noon.", "Can I cancel my order?"),
        ("We do not deliver on Sundays or public holidays.", "Do you deliver on Sundays or public holidays?"),
        ("Opened earbuds cannot be returned unless they are faulty.", "Can opened earbuds be returned?"),
        ("If your parcel is late, tell us and we look for it.", "What happens if my parcel is late?"),
        ("To see the PIN of your card, tap Cards.", "How do I see the PIN of my card?"),
        ("Payments for past months are not refunded.", "Are payments for past months refunded?"),
    ],
)
def test_a_sentence_answers_a_question(sentence: str, question: str) -> None:
    (point,) = points(sentence)

    assert point.asks[0] == question
    assert point.evidence == sentence


@pytest.mark.parametrize("sentence", ["It takes 3 days to refund it.", "The sea is blue today.", "Refunds!"])
def test_a_sentence_that_answers_nothing_clear_makes_no_question(sentence: str) -> None:
    assert points(sentence) == []


@pytest.mark.parametrize("style", list(Style))
def test_a_style_leaves_facts_alone(style: Style) -> None:
    for seed in range(30):
        text = styled("I think that the order number is NW-48213, isn't it?", style, Draws(seed), ("NW-48213",))
        assert "NW-48213" in text


def test_typing_errors_change_some_words_and_plain_none() -> None:
    text = "I have been waiting for the parcel since yesterday morning, please help me."

    assert styled(text, Style.PLAIN, Draws(1)) == text
    assert len({styled(text, Style.TYPOS, Draws(seed)) for seed in range(10)}) > 8


def test_sections_have_the_form_that_an_agent_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Returns\n\nAll about it.\n\n## How long?\n\n- You have 30 days.\n", encoding="utf-8"
    )

    assert [(section.id, section.prompt) for section in read_sections(tmp_path)] == [
        ("a.md#returns", "Returns. All about it."),
        ("a.md#how-long", "Returns: How long? You have 30 days."),
    ]


def test_drills_can_be_about_articles_of_ones_own(bank: LineBank, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Parking\n\n## Cost\n\nA parking place costs $17 a night.\n", encoding="utf-8")
    shelf = shelf_of(tmp_path)
    texts = [turn.text for place in range(40) for turn in draw_drill(bank, 1, place, [shelf]).turns]

    assert any("A parking place costs $" in text for text in texts)


def test_articles_that_answer_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Poem\n\nO sea.\n", encoding="utf-8")

    with pytest.raises(UsageError, match="no Markdown article that answers a question"):
        shelf_of(tmp_path)
