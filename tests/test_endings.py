"""Stop rules on conversations written by hand: what ends, what does not, and the words that show it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialogue import MOVES, Speaker, Turn
from agents.persona import Domain
from orchestrator.endings import (
    EndingScene,
    Goodbye,
    MaxTurns,
    Repeats,
    Resolved,
    Rule,
    SaleClosed,
    SaleDeclined,
    Stalled,
    Unresolved,
    standard_rules,
    wants_closing,
)
from orchestrator.transcript import Ending, Reason

SUPPORT = (("My camera arrived cracked.", "open"), ("We send a new one within 3 days, free of charge.", "inform offer"))
SALES = (
    ("Do you have headphones for a loud office?", "open ask"),
    ("The Nocturne at $249 takes out the noise.", "offer"),
)
OPENINGS = {Domain.SUPPORT: SUPPORT, Domain.SALES: SALES}


def talk(*said: tuple[str, str] | str) -> tuple[Turn, ...]:
    """Turns by customer and agent in alternation, each a text or a text with its moves."""
    pairs = [(turn, "") if isinstance(turn, str) else turn for turn in said]
    sides = (Speaker.AGENT, Speaker.CUSTOMER)
    return tuple(Turn(n, sides[n % 2], text, tuple(moves.split())) for n, (text, moves) in enumerate(pairs, 1))


def scene(*said: tuple[str, str] | str, domain: Domain = Domain.SUPPORT, least: int = 2, most: int = 12) -> EndingScene:
    return EndingScene(turns=talk(*said), min_turns=least, max_turns=most, domain=domain)


def ending(*said: tuple[str, str] | str, domain: Domain = Domain.SUPPORT) -> Ending | None:
    return standard_rules(domain, 12).check(scene(*said, domain=domain))


def answer(text: str, moves: str, domain: Domain) -> Reason | None:
    """How the conversation ends once the customer answers an informing agent with `text`."""
    found = ending(*OPENINGS[domain], (text, moves), domain=domain)
    return found.reason if found else None


SUPPORT_ANSWERS = [
    # A yes, said outright: the words are enough.
    ("That solves it, thank you.", "", Reason.RESOLVED),
    ("That's all I needed to know.", "", Reason.RESOLVED),
    ("Great, my question is answered.", "", Reason.RESOLVED),
    ("I'll take the replacement, please.", "", Reason.RESOLVED),
    ("thats everything i needed cheers", "", Reason.RESOLVED),
    ("THAT SOLVES IT, THANK YOU.", "", Reason.RESOLVED),
    ("that’s all I needed", "", Reason.RESOLVED),
    ("It works now!", "", Reason.RESOLVED),
    ("I can live with that.", "tell", Reason.RESOLVED),
    ("Right, that's settled. Goodbye!", "close", Reason.RESOLVED),
    ("Would three days do? Never mind, go ahead with it. That works for me.", "accept", None),
    # A yes that needs its move.
    ("Okay, three days it is.", "accept", Reason.RESOLVED),
    ("Fine. I'll wait for the parcel.", "accept", Reason.RESOLVED),
    ("OK then.", "accept", Reason.RESOLVED),
    ("Fine, but I want an email that says so.", "accept", Reason.RESOLVED),
    ("ok fine ill send it back tomorow", "accept", Reason.RESOLVED),
    ("Yes please!", "accept tell", Reason.RESOLVED),
    ("Is it free for sure? Good, then send the new one.", "accept ask", Reason.RESOLVED),
    ("OK then.", "", None),
    ("Okay, and then what.", "tell", None),
    # Thanks in the middle of a matter.
    ("Thanks for that. The order number is NW-482913.", "tell", None),
    ("Thank you! And how do I send the old one back?", "ask", None),
    ("Thanks, now about the second parcel, it is late as well.", "tell", None),
    ("Great, thanks.", "tell", None),
    ("That's put my mind at rest. Oh, and would it still go in the rain", "ask", None),
    ("That solves it. One more thing, does the strap come with it?", "accept ask", None),
    # Resolved, asked or wished for or denied.
    ("Is the problem resolved?", "", None),
    ("So is that sorted now?", "accept", None),
    ("When will this be resolved?", "ask", None),
    ("I want this resolved today.", "push", None),
    ("I'd say it is not resolved at all.", "", None),
    ("That doesn't solve it.", "", None),
    ("I don't think that solves my problem.", "doubt", None),
    ("I'll believe you once it is fixed.", "doubt", None),
    ("If that solves it, I'll be happy.", "", None),
    ("I was told that it was sorted, but it isn't.", "vent", None),
    ("I'm not leaving until it's sorted.", "push", None),
    ("It's far from settled", "doubt", None),
    ("Nothing is resolved.", "", None),
    ("That sounds fair to me, but I'm not sure you will do it.", "", None),
    # Sarcasm.
    ("Great, thanks for nothing.", "accept", None),
    ("Oh brilliant. How generous of you.", "accept", None),
    ("Just great. Fat lot of good that does me.", "accept", None),
    ("Wonderful, a big help you are.", "accept", None),
    ("Just what I needed, another three days.", "", None),
    # A wrong move does not stand against the words.
    ("My camera is still cracked.", "accept", None),
    ("I want to speak to a manager!", "accept", None),
    ("The order number is NW-482913.", "accept", None),
    ("Who pays for the postage?", "accept", None),
    ("Who pays for the postage?", "refuse", None),
    ("Who pays for the postage?", "close", None),
    ("Never mind, forget it.", "accept", None),
    ("The box is on the kitchen table.", "close", None),
    ("It happened on a Sunday, all of a sudden.", "refuse", None),
    # A no.
    ("Forget it. I'll buy one somewhere else.", "", Reason.UNRESOLVED),
    ("forget it", "refuse", Reason.UNRESOLVED),
    ("Never mind.", "refuse close", Reason.UNRESOLVED),
    ("OK. Never mind, then.", "", Reason.UNRESOLVED),
    ("Okay, I give up.", "vent", Reason.UNRESOLVED),
    ("That's very kind, but I'd rather not, thank you.", "refuse", Reason.UNRESOLVED),
    ("No, thank you. That is no use to me.", "refuse", Reason.UNRESOLVED),
    ("You can't help me, I see that now.", "vent refuse", Reason.UNRESOLVED),
    ("You won't see me again. I'm taking my business elsewhere.", "", Reason.UNRESOLVED),
    ("THANKS FOR NOTHING. I'M DONE WITH YOU.", "refuse", Reason.UNRESOLVED),
    ("Thanks for the offer, but no.", "refuse", Reason.UNRESOLVED),
    ("No. I want my money back, and I want it now.", "refuse", None),
    ("Can you not offer anything else?", "refuse", None),
    ("Fix it today, or I'll take my money elsewhere.", "push", None),
    ("I don't want to forget it, I want it fixed.", "", None),
    ("No, the parcel came on Monday.", "tell", None),
    # Neither.
    ("I'll think about it. Bye.", "close", Reason.GOODBYE),
    ("I have to ask my wife first. Goodbye!", "", Reason.GOODBYE),
    ("i'll sleep on it and come back to you", "close", Reason.GOODBYE),
    ("Bye now.", "", Reason.GOODBYE),
    ("HAVE A NICE DAY!", "close", Reason.GOODBYE),
    ("I'll let you get on with your day. Take care.", "close", Reason.GOODBYE),
    ("Goodbye to my weekend, then, it was meant for photographs.", "vent", None),
    ("Take care of it today, please.", "push", None),
    ("Before I say goodbye: what does it cost?", "ask", None),
    ("I should think you know.", "tell", None),
]

SALES_ANSWERS = [
    ("I'll take it.", "", Reason.SALE_CLOSED),
    ("I'll take two, please!", "accept", Reason.SALE_CLOSED),
    ("Put me down for one.", "", Reason.SALE_CLOSED),
    ("SOLD!", "", Reason.SALE_CLOSED),
    ("deal, sign me up", "", Reason.SALE_CLOSED),
    ("Fine. Send me one.", "accept", Reason.SALE_CLOSED),
    ("Yes. That one.", "accept", Reason.SALE_CLOSED),
    ("That sounds good to me.", "", None),
    ("I'd take it if it were cheaper.", "doubt", None),
    ("I'll take it if you throw in a case.", "", None),
    ("I won't take it before I have tried it.", "doubt", None),
    ("Shall I take it in black?", "accept", None),
    ("It's not a deal until I see it in writing.", "doubt", None),
    ("I'll take the other one from the shop next door.", "refuse", Reason.SALE_DECLINED),
    ("I'll pass, thanks.", "", Reason.SALE_DECLINED),
    ("Not interested.", "", Reason.SALE_DECLINED),
    ("It's lovely, but no.", "refuse", Reason.SALE_DECLINED),
    ("No, thank you.", "refuse", Reason.SALE_DECLINED),
    ("no thx, too dear for me", "refuse", Reason.SALE_DECLINED),
    ("I'll stay with my old pair.", "refuse tell", Reason.SALE_DECLINED),
    ("Too expensive.", "doubt", None),
    ("I would pass, but what about the blue one?", "doubt ask", None),
    ("I'll pass it on to my wife.", "tell", None),
    ("Maybe, I must talk to my wife first.", "close", Reason.GOODBYE),
    ("I'll let you know by Friday.", "", Reason.GOODBYE),
    ("Good day to you.", "close", Reason.GOODBYE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "moves", "reason"), SUPPORT_ANSWERS)
def test_support_ends_as_the_customer_says(text: str, moves: str, reason: Reason | None) -> None:
    assert answer(text, moves, Domain.SUPPORT) == reason


@pytest.mark.parametrize(("text", "moves", "reason"), SALES_ANSWERS)
def test_a_sale_ends_as_the_customer_says(text: str, moves: str, reason: Reason | None) -> None:
    assert answer(text, moves, Domain.SALES) == reason


@pytest.mark.parametrize(("text", "moves", "reason"), [row for row in SUPPORT_ANSWERS + SALES_ANSWERS if row[2]])
def test_the_evidence_is_in_the_turn_named(text: str, moves: str, reason: Reason) -> None:
    domain = Domain.SALES if (text, moves, reason) in SALES_ANSWERS else Domain.SUPPORT
    found = ending(*OPENINGS[domain], (text, moves), domain=domain)
    assert found is not None
    assert found.evidence
    assert found.evidence in text
    assert (found.turn, found.by) == (3, Speaker.CUSTOMER)


@pytest.mark.parametrize(("text", "moves", "reason"), SUPPORT_ANSWERS)
def test_upper_case_ends_alike(text: str, moves: str, reason: Reason | None) -> None:
    assert answer(text.upper(), moves, Domain.SUPPORT) == reason


@pytest.mark.parametrize(("text", "moves", "reason"), SALES_ANSWERS)
def test_curly_apostrophes_end_alike(text: str, moves: str, reason: Reason | None) -> None:
    assert answer(text.replace("'", "’"), moves, Domain.SALES) == reason


def test_nothing_is_settled_before_the_agent_has_answered() -> None:
    only_asked = ("And what is your order number, please?", "request")
    assert ending(SUPPORT[0], only_asked, ("Okay, that solves it.", "accept")) is None
    assert ending(SUPPORT[0], "Oh dear.", "That solves it.") is None
    assert ending("That solves it.") is None


def test_leave_taken_after_a_yes_is_resolved() -> None:
    accepted = ("Perfect, then I'll wait. Do I keep the box?", "accept ask")
    found = ending(*SUPPORT, accepted, ("Yes, please keep it.", "inform"), ("Will do. Bye!", "close"))
    assert found == Ending(reason=Reason.RESOLVED, by=Speaker.CUSTOMER, turn=5, evidence="Bye!")


def test_leave_taken_after_a_no_is_unresolved() -> None:
    refused = ("No, I'd rather not. Is there nothing else?", "refuse ask")
    found = ending(*SUPPORT, refused, ("I am afraid not.", "admit"), ("Goodbye, then.", "close"))
    assert found is not None
    assert (found.reason, found.evidence) == (Reason.UNRESOLVED, "Goodbye, then.")


def test_a_sale_put_off_after_a_yes_is_not_closed() -> None:
    wanted = ("Lovely, I'd like that one. Has it a case?", "accept ask")
    later = ("I'll sleep on it. Bye!", "close")
    found = ending(*SALES, wanted, ("Yes, a hard one.", "inform"), later, domain=Domain.SALES)
    assert found is not None
    assert found.reason is Reason.GOODBYE


def test_a_decision_before_the_minimum_waits_for_it() -> None:
    rules = standard_rules(Domain.SUPPORT, 12)
    said = (*SUPPORT, "That solves it, thank you.")
    assert rules.check(scene(*said, least=4)) is None
    found = rules.check(scene(*said, "You are welcome.", least=4))
    assert found is not None
    assert (found.reason, found.turn) == (Reason.RESOLVED, 3)


def test_a_decision_before_the_minimum_is_void_once_the_customer_goes_on() -> None:
    said = (*SUPPORT, "That solves it.", "Glad to hear it.", ("No, wait, which address do I use?", "ask"))
    assert standard_rules(Domain.SUPPORT, 12).check(scene(*said, least=5)) is None


def test_rules_of_the_other_domain_stay_silent() -> None:
    everything = Resolved() | Unresolved() | SaleClosed() | SaleDeclined()
    bought = everything.check(scene(*SALES, "I'll take it.", domain=Domain.SALES))
    taken = everything.check(scene(*SUPPORT, "I'll take it."))
    assert bought is not None
    assert taken is not None
    assert (bought.reason, taken.reason) == (Reason.SALE_CLOSED, Reason.RESOLVED)


def test_the_turn_limit_ends_without_a_cause() -> None:
    said = ("Hello.", "Hello, what is it about?") * 3
    assert MaxTurns(6).check(scene(*said)) == Ending(reason=Reason.MAX_TURNS, turn=6)
    assert MaxTurns(7).check(scene(*said)) is None


def test_the_scene_s_own_limit_holds_as_well() -> None:
    assert MaxTurns(9).check(scene("Hello.", "Hello, what is it about?", most=2)) is not None


def test_a_decision_in_the_last_turn_goes_before_the_limit() -> None:
    found = standard_rules(Domain.SUPPORT, 3).check(scene(*SUPPORT, "That solves it.", most=3))
    assert found is not None
    assert found.reason is Reason.RESOLVED


def test_a_side_that_says_the_same_thing_three_times_is_stopped() -> None:
    plea = "I want my money back for the cracked camera."
    said = (plea, "Which order number is it?", plea, "Do you have the number to hand?", plea + " Now!")
    assert Repeats().check(scene(*said)) == Ending(
        reason=Reason.STALLED, by=Speaker.CUSTOMER, turn=5, evidence=plea + " Now!"
    )
    assert Repeats(times=4).check(scene(*said)) is None


def test_short_answers_may_come_back() -> None:
    assert Repeats().check(scene("Yes.", "Is it black?", "Yes.", "Is it the new model?", "Yes.")) is None


def test_courtesies_without_end_are_stalled() -> None:
    found = Stalled().check(
        scene(*SUPPORT, "Thanks!", "You are very welcome.", "Have a nice day!", "You too, bye bye!")
    )
    assert found == Ending(reason=Reason.STALLED, turn=6, evidence="You too, bye bye!")


def test_both_sides_going_round_in_circles_are_stalled() -> None:
    round_ = ("I need the refund before the weekend comes.", "The refund takes five working days to arrive.")
    assert Stalled().check(scene(*round_, *round_)) is None
    assert Stalled().check(scene(*round_, *round_, *round_)) is not None


def test_one_new_sentence_keeps_a_conversation_alive() -> None:
    said = (*SUPPORT, "Thanks!", "You are welcome.", "The strap was missing from the box as well.", "Thank you.")
    assert Stalled().check(scene(*said)) is None


def test_stalling_does_not_count_before_the_minimum() -> None:
    said = (*SUPPORT, "Thanks!", "Welcome.", "Bye!", "Bye!")
    assert Stalled().check(scene(*said, least=7)) is None


def test_or_takes_the_first_that_fires() -> None:
    said = scene(*SUPPORT, "I'll think about it. Bye!", most=3)
    goodbye, limit = Goodbye().check(said), MaxTurns(3).check(said)
    assert (Goodbye() | MaxTurns(3)).check(said) == goodbye
    assert (MaxTurns(3) | Goodbye()).check(said) == limit
    assert (Resolved() | SaleClosed()).check(said) is None


def test_and_wants_both_and_joins_the_evidence() -> None:
    said = scene(*SUPPORT, "That solves it. Bye!", most=3)
    found = (Resolved() & Goodbye() & MaxTurns(3)).check(said)
    assert found is not None
    assert (found.reason, found.evidence) == (Reason.RESOLVED, "That solves it.; Bye!")
    assert (Resolved() & Unresolved()).check(said) is None


def test_rules_are_values() -> None:
    assert len({Goodbye(), Resolved(), Goodbye()}) == 2
    assert MaxTurns(4) != MaxTurns(5)
    assert (MaxTurns(4) | Goodbye()) | Resolved() == MaxTurns(4) | (Goodbye() | Resolved())
    assert len({standard_rules(Domain.SALES, 8), standard_rules(Domain.SALES, 8)}) == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (MaxTurns(12) | Goodbye(), "MaxTurns(12) | Goodbye()"),
        (Resolved() & MaxTurns(3) | Goodbye(), "Resolved() & MaxTurns(3) | Goodbye()"),
        (Resolved() & (MaxTurns(3) | Goodbye()), "Resolved() & (MaxTurns(3) | Goodbye())"),
        (Repeats(times=2), "Repeats(2, 0.7)"),
    ],
)
def test_a_rule_reads_as_it_is_written(rule: Rule, text: str) -> None:
    assert repr(rule) == text
    assert eval(text) == rule


def test_a_customer_s_last_word_wants_one_answer() -> None:
    found = ending(*SUPPORT, "That solves it, bye!")
    assert found is not None
    assert wants_closing(found)
    assert wants_closing(found, said=3)
    assert not wants_closing(found, said=4)


@pytest.mark.parametrize(
    "stopped",
    [
        Ending(reason=Reason.MAX_TURNS, turn=12),
        Ending(reason=Reason.STALLED, by=Speaker.CUSTOMER, turn=5, evidence="Again."),
        Ending(reason=Reason.GUARDED, by=Speaker.AGENT, turn=4),
    ],
)
def test_an_ending_that_nobody_chose_wants_no_answer(stopped: Ending) -> None:
    assert not wants_closing(stopped)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sets(st.sampled_from(MOVES[Speaker.CUSTOMER])), st.sampled_from(Domain))
def test_any_text_gives_an_ending_with_its_own_words_or_none(text: str, moves: set[str], domain: Domain) -> None:
    found = ending(*OPENINGS[domain], (text, " ".join(sorted(moves))), domain=domain)
    assert found is None or found.evidence in text


@pytest.mark.parametrize("piece", ["bye ", "thanks for the ", "i'll take ", "can you ", ". ", "okay so "])
def test_long_nonsense_is_read_at_once(piece: str) -> None:
    started = time.process_time()
    ending(*SUPPORT, piece * 1500 + "x")
    assert time.process_time() - started < 2
