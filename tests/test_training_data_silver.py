from agents.dialogue import Speaker
from agents.training.dialogues import TrainingDialogue, TrainingTurn
from agents.training.gold_corpus import HELD_OUT, companies, read_company
from agents.training.silver import Labeller, agreement

GOLD = [dialogue for company in companies() if company.name not in HELD_OUT for dialogue in read_company(company)]


def test_moves_are_recovered_from_other_dialogues() -> None:
    found = agreement(GOLD[::3])

    assert found[Speaker.CUSTOMER].micro > 0.65
    assert found[Speaker.AGENT].micro > 0.65
    assert found[Speaker.AGENT].by_move["request"] > 0.85


def test_known_moves_stay_and_unknown_ones_are_given() -> None:
    turns = (
        TrainingTurn(Speaker.CUSTOMER, "My parcel never came.", ("vent",)),
        TrainingTurn(Speaker.AGENT, "I am sorry. What is your order number?"),
    )
    (found,) = Labeller(GOLD[:100]).labelled([TrainingDialogue("d", "t", turns)])

    assert found.turns[0].moves == ("vent",)
    assert "request" in (found.turns[1].moves or ())
