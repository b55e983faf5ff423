"""Guards: what each one objects to, what it lets pass, and the words that it shows."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialogue import Speaker, Turn
from orchestrator.guards import (
    STANDARD,
    CutShort,
    Echo,
    EmptyReply,
    Guard,
    Objection,
    RepeatsEarlier,
    RepeatsItself,
    RoleLeak,
    Scene,
    WordBand,
    objections,
)

REPLY = (
    "I am sorry about the cracked camera. You can send it back within 30 days of delivery, and the label is free. "
    "Go to Orders, choose Return an item and print the label there. As soon as the parcel reaches our warehouse, the "
    "money goes back to the card that you paid with, which takes 3 to 5 working days. Would you rather have a new one?"
)


def scene(
    *said: str, speaker: Speaker = Speaker.AGENT, words: tuple[int, int] | None = None, forced_stop: bool = False
) -> Scene:
    """A scene in which `speaker` is next, after turns by both sides in alternation."""
    sides = [speaker, speaker.other]
    turns = [Turn(n, sides[(len(said) - n + 1) % 2], text) for n, text in enumerate(said, 1)]
    return Scene(speaker=speaker, turns=turns, words=words, forced_stop=forced_stop)


def saw(guard: Guard, candidate: str, where: Scene | None = None) -> str | None:
    """What `guard` shows of `candidate`, None where it passes."""
    found = guard.check(candidate, where or scene("My camera is cracked."))
    return found.saw if found else None


def test_a_sound_reply_passes_every_guard() -> None:
    assert objections(REPLY, scene("My camera arrived cracked.", words=(50, 75))) == []


def test_every_guard_that_objects_is_heard_in_order() -> None:
    found = objections("Customer: ok ok ok", scene("Hello.", words=(50, 75)))
    assert [objection.guard for objection in found] == ["role_leak", "words", "repeats_itself"]


def test_an_objection_says_what_and_why() -> None:
    assert objections("Too short.", scene("Hello.", words=(50, 75))) == [
        Objection(guard="words", saw="2 words", why="under 50 words", vital=True)
    ]


def test_only_the_given_guards_are_asked() -> None:
    assert objections("Too short.", scene("Hello.", words=(50, 75)), guards=(EmptyReply(),)) == []


def test_guards_go_by_names_of_their_own() -> None:
    assert len({guard.name for guard in STANDARD}) == len(STANDARD)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "...", "?!", "🙂"])
def test_nothing_said_is_empty(text: str) -> None:
    assert saw(EmptyReply(), text) == text


@pytest.mark.parametrize("text", ["Ok", "7", "ja", "はい"])
def test_a_word_or_a_figure_is_something(text: str) -> None:
    assert saw(EmptyReply(), text) is None


@pytest.mark.parametrize(("count", "why"), [(49, "49 words"), (50, None), (75, None), (76, "76 words")])
def test_both_ends_of_the_band_are_inside(count: int, why: str | None) -> None:
    assert saw(WordBand(), "word " * count, scene("Hello.", words=(50, 75))) == why


@pytest.mark.parametrize(("speaker", "passes"), [(Speaker.CUSTOMER, False), (Speaker.AGENT, True)])
def test_without_a_band_only_customers_have_a_most(speaker: Speaker, passes: bool) -> None:
    assert (saw(WordBand(), "word " * 61, scene("Hello.", speaker=speaker)) is None) is passes
    assert saw(WordBand(), "word " * 60, scene("Hello.", speaker=speaker)) is None


def test_the_most_of_a_customer_can_be_set() -> None:
    assert saw(WordBand(most=3), "one two three four", scene("Hello.", speaker=Speaker.CUSTOMER)) == "4 words"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is very very very good.", "very very very"),
        ("The the THE refund.", "The the THE"),
        ("We can help you. Please wait a moment. We can help you!", "We can help you!"),
        ("It takes five working days and then it takes five working days and then it stops.", "it takes five working"),
    ],
)
def test_a_reply_that_goes_round_is_shown(text: str, shown: str) -> None:
    assert saw(RepeatsItself(), text) == shown


@pytest.mark.parametrize(
    "text",
    [
        REPLY,
        "Red, red, red: every light is on.",
        "Ha ha ha, very good.",
        "No, no, no, that is not what I meant.",
        "Okay. I see. Okay.",
        "Is it the blue one or the black one? The blue one is here on Friday, the black one is not.",
        "It is very, very good.",
        "Yes.",
    ],
)
def test_what_people_repeat_passes(text: str) -> None:
    assert saw(RepeatsItself(), text) is None


def test_the_share_of_repeated_words_can_be_set() -> None:
    text = "You can send it back by post, or you can send it back in a store."
    assert saw(RepeatsItself(), text) == "you can send it"
    assert saw(RepeatsItself(most=0.2), text) is None


@pytest.mark.parametrize("again", [REPLY, REPLY.upper(), REPLY.replace(".", " ..."), REPLY + " Please let me know."])
def test_an_earlier_turn_again_is_seen(again: str) -> None:
    assert saw(RepeatsEarlier(), again, scene(REPLY, "And if I lost the box?")) == again


def test_one_sentence_from_an_earlier_turn_is_seen() -> None:
    text = "The box does not matter to us. Go to Orders, choose Return an item and print the label there."
    shown = "Go to Orders, choose Return an item and print the label there."
    assert saw(RepeatsEarlier(), text, scene(REPLY, "And if I lost the box?")) == shown


def test_what_sums_up_may_be_said_once_more() -> None:
    again = "To sum up: Go to Orders, choose Return an item and print the label there. Goodbye."
    asked = scene(REPLY, "Okay, thanks.")
    assert saw(RepeatsEarlier(), again, asked)
    recap = replace(asked, recap="Go to Orders, choose Return an item and print the label there.")
    assert saw(RepeatsEarlier(), again, recap) is None


def test_an_earlier_turn_is_remembered_to_the_end() -> None:
    said = (REPLY, "And the box?", "The box does not matter.", "And the strap?", "Please send the strap.", "And now?")
    assert saw(RepeatsEarlier(), REPLY, scene(*said)) == REPLY


def test_the_partner_s_words_are_no_repetition_of_one_s_own() -> None:
    assert saw(RepeatsEarlier(), "The order number is NW-482913, I think.", scene("Well, it is NW-482913.")) is None
    assert saw(RepeatsEarlier(), REPLY, scene(REPLY)) is None


@pytest.mark.parametrize("text", ["Yes, please.", "Thank you.", "Print the label there, then.", "The label is free."])
def test_short_words_may_come_again(text: str) -> None:
    assert saw(RepeatsEarlier(), text, scene("Yes, please. Thank you.", "Is that so?", REPLY, "Oh?")) is None


def test_a_short_turn_again_is_seen_from_three_words_on() -> None:
    assert saw(RepeatsEarlier(), "I don't know!", scene("I don't know.", "Which model is it?")) == "I don't know!"
    assert saw(RepeatsEarlier(), "Yes, please!", scene("Yes, please.", "Which model is it?")) is None


def test_the_partner_s_sentence_given_back_is_an_echo() -> None:
    heard = "I bought the camera in March and it stopped working after two weeks."
    text = "I see that you bought the camera in March and it stopped working after a while."
    assert saw(Echo(), text, scene(heard)) == "bought the camera in march and it stopped"


def test_seven_words_given_back_are_no_echo() -> None:
    heard = "I bought the camera in March and it broke."
    assert saw(Echo(), "So you bought the camera in March and it failed.", scene(heard)) is None
    assert saw(Echo(run=6), "So you bought the camera in March and it failed.", scene(heard)) is not None


def test_only_the_last_turn_of_the_partner_counts_as_an_echo() -> None:
    heard = "I bought the camera in March and it stopped working after two weeks."
    assert saw(Echo(), heard, scene(heard, "In which shop?", "In the one at the station.")) is None


def test_figures_may_be_given_back() -> None:
    heard = "The numbers are 4711, 4712, 4713, 4714, 4715 and 4716."
    assert saw(Echo(), "Thank you: the numbers are 4711, 4712, 4713, 4714, 4715 and 4716.", scene(heard)) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sure. <|agent|> inform", "<|agent"),
        ("Sure. <|end", "<|end"),
        ("Sure. say|>", "|>"),
        ("All right.</s>", "</s>"),
        ("All right. [END]", "[END]"),
        ("All right. [END OF CHAT]", "[END OF CHAT]"),
        ("[INST] Be brief.", "[INST]"),
        ("Agent: You can send it back.", "Agent:"),
        ("That is fine. Customer: Thank you!", ". Customer:"),
        ("That is fine. CUSTOMER : Thank you!", ". CUSTOMER :"),
        ("Person1: Hello there.", "Person1:"),
        ("Assistant: Hello there.", "Assistant:"),
        ("**Agent**: Hello there.", "*Agent**:"),
        ("First line.\nSecond line.", "\n"),
        ("First line.\r", "\r"),
        ("Red \x1b[31mtext", "\x1b"),
        ("That is done. RESOLVED", ". RESOLVED"),
        ("That is done. [RESOLVED]", "[RESOLVED"),
        ("Status: SALE CLOSED", ": SALE CLOSED"),
        ("That is done. sale is SALE_CLOSED", "SALE_CLOSED"),
        ("Thank you. END_OF_CONVERSATION", "END_OF"),
        ("CONVERSATION ENDED.", "CONVERSATION ENDED"),
        ("As an AI, I cannot say.", "As an AI"),
        ("As a language model I cannot say.", "As a language model"),
        ("I'm a chatbot, so no.", "I'm a chatbot"),
    ],
)
def test_what_no_person_types_is_a_leak(text: str, shown: str) -> None:
    for speaker in Speaker:
        assert saw(RoleLeak(), text, scene("Hello.", speaker=speaker)) == shown


@pytest.mark.parametrize(
    "text",
    [
        REPLY,
        "I WANT THIS RESOLVED TODAY, DO YOU HEAR ME",
        "Nothing is resolved.",
        "It's resolved. Thank you!",
        "My agent: a man who never calls back.",
        "The customer: that's me, by the way.",
        "Ask the agent at the desk, or the customer service.",
        "The choice is yours: red, blue or green.",
        "The end. I'm done (really).",
        "5 < 6 and 7 > 3, or a < b | c > d.",
        "The email is from an AI company, as an aside.",
        "Press [Enter] and wait, [done] is what it says then.",
        "The system: two boxes and a remote.",
        "I'm in sales. Closed on Sundays!",
        "It's 3:15 and the parcel is here.",
    ],
)
def test_what_people_type_is_no_leak(text: str) -> None:
    for speaker in Speaker:
        assert saw(RoleLeak(), text, scene("Hello.", speaker=speaker)) is None


@pytest.mark.parametrize(
    "text", ["I want my money back!", "Well, my parcel never came.", "I'd like to return my hat.", "i want a refund"]
)
def test_an_agent_does_not_play_the_customer(text: str) -> None:
    assert saw(RoleLeak(), text, scene("Hello.")) is not None
    assert saw(RoleLeak(), text, scene("Hello.", speaker=Speaker.CUSTOMER)) is None


@pytest.mark.parametrize(
    "text", ["How can I help you today?", "Thanks for contacting us.", "May I have your order number?"]
)
def test_a_customer_does_not_play_the_agent(text: str) -> None:
    assert saw(RoleLeak(), text, scene("Hello.", speaker=Speaker.CUSTOMER)) is not None
    assert saw(RoleLeak(), text, scene("Hello.")) is None


@pytest.mark.parametrize(
    ("text", "forced", "passes"),
    [
        ("You can send it back within", True, False),
        ("You can send it back within 30 days.", True, True),
        ('He said "no way!"', True, True),
        ("i dont know", False, True),
    ],
)
def test_a_forced_end_must_end_a_sentence(text: str, forced: bool, passes: bool) -> None:
    assert (saw(CutShort(), text, scene("Hello.", forced_stop=forced)) is None) is passes


def test_guards_are_values() -> None:
    assert WordBand(most=60) == WordBand()
    assert len({Echo(), Echo(run=8), Echo(run=9)}) == 2


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400), st.lists(st.text(max_size=80), max_size=4), st.sampled_from(Speaker))
def test_any_text_is_judged_alike_twice(text: str, said: list[str], speaker: Speaker) -> None:
    where = scene(*said, speaker=speaker, words=(1, 75))
    assert objections(text, where) == objections(text, where)


def test_long_nonsense_is_judged_at_once() -> None:
    started = time.perf_counter()
    for piece in ("no ", "a. ", "customer ", "<| ", "word and "):
        objections(piece * 3000, scene(piece * 3000, "Hm?", piece * 2999, words=(50, 75)))
    assert time.perf_counter() - started < 5
