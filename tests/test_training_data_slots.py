import re

from agents.dialogue import Speaker
from agents.draws import Draws
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn
from agents.training.slots import redrawn


def dialogue(*texts: str, passage: str = "", facts: tuple[tuple[str, str], ...] = ()) -> TrainingDialogue:
    sides = [Speaker.CUSTOMER, Speaker.AGENT] * len(texts)
    shown = [(), (passage,) if passage else ()] * len(texts)
    turns = tuple(TrainingTurn(side, text, None, p) for side, text, p in zip(sides, texts, shown, strict=False))
    return TrainingDialogue("d", "t", turns, customer=CustomerMeta(facts=facts))


def many(given: TrainingDialogue) -> list[TrainingDialogue]:
    return [redrawn(given, Draws(seed)) for seed in range(20)]


def figures(text: str) -> list[int]:
    return [int(figure) for figure in re.findall(r"\d+", text)]


def test_a_figure_changes_the_same_way_everywhere() -> None:
    given = dialogue("How long?", "It takes 30 days.", "30 days, really?", passage="A refund takes 30 days.")
    found = many(given)

    assert len({figures(each.turns[1].text)[0] for each in found}) > 2
    for each in found:
        assert figures(each.turns[1].text) == figures(each.turns[2].text) == figures(each.turns[1].passages[0])


def test_a_code_changes_in_turns_and_facts_alike() -> None:
    for each in many(dialogue("It is NW-48213.", "NW-48213, thank you.", facts=(("order number", "NW-48213"),))):
        (code,) = {value for _, value in each.customer.facts}
        assert re.fullmatch(r"[A-Z]{2}-\d{5}", code)
        assert code in each.turns[0].text
        assert code in each.turns[1].text


def test_comparisons_stay_true() -> None:
    for each in many(dialogue("I bought it 23 days ago.", "Good, the limit is 45 days.")):
        assert figures(each.turns[0].text)[0] < figures(each.turns[1].text)[0]


def test_what_adds_up_stays_as_it_is() -> None:
    given = dialogue("I paid $249 and $46 for cover.", "That makes $295.")

    assert many(given) == [given] * 20


def test_times_dates_names_and_words_stay_as_they_are() -> None:
    given = dialogue("I have Fibre 500 since 14 May.", "Call at 9 am on the 21st, within twelve days or 12 hours.")

    assert many(given) == [given] * 20


def test_the_same_draws_give_the_same_dialogue() -> None:
    given = dialogue("How long?", "It takes 30 days or 45 minutes.")

    assert redrawn(given, Draws(5)) == redrawn(given, Draws(5))
