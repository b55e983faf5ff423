"""Measures on sets whose answers a hand can work out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

import pytest

from agents import randomness
from agents.dialogue import Speaker, Turn
from curation.metrics import (
    bootstrap,
    cost,
    disclosure,
    diversity,
    endings,
    form,
    grounding,
    persona,
    relevance,
    repetition,
    safety,
)
from curation.metrics.data import DataSet, Dialogue, of_transcripts
from curation.metrics.evaluation import COMPARING, METRICS, WITH_MODEL, measured
from curation.metrics.measure import Better, NotMeasuredError
from orchestrator.grounding import Article
from orchestrator.transcript import Transcript

Record: TypeAlias = Mapping[str, Any]
NOTHING: Final[Mapping[Any, Any]] = {}
ARTICLE = Article(
    "refunds.md", "Refunds", "# Refunds\n\nA card refund takes 5 working days. A voucher comes at once.\n"
)
SPAN = "A card refund takes 5 working days."
EVIDENCE = {"passage": "refunds.md#refunds", "start": 11, "end": 11 + len(SPAN), "score": 0.7, "support": 1.0}


def said(*texts: str, id_: str = "one") -> Dialogue:
    sides = (Speaker.CUSTOMER, Speaker.AGENT)
    return Dialogue(id_, tuple(Turn(n, sides[(n - 1) % 2], text) for n, text in enumerate(texts, 1)))


def of(*dialogues: Dialogue) -> DataSet:
    return DataSet(dialogues)


def transcript(
    *texts: str,
    turns: Mapping[int, Record] = NOTHING,
    customer: Record = NOTHING,
    ending: Record = NOTHING,
) -> Transcript:
    """Return a conversation; `turns` holds changes by number."""
    speakers = ("customer", "agent")
    listed = [
        {"n": n, "speaker": speakers[(n - 1) % 2], "text": text, **turns.get(n, {})} for n, text in enumerate(texts, 1)
    ]
    axes = {"disposition": "cynical", "motivation": "refund", "tone": "neutral", "style": "plain", "facts": []}
    over = {"reason": "resolved", "by": "customer", "turn": len(texts), **ending}
    return Transcript.model_validate(
        {
            "id": "x", "scenario": "s", "domain": "support", "seed": 1, "customer": {**axes, **customer},
            "agent": {"role": "support"}, "turns": listed, "ending": over, "models": {"customer": "m", "agent": "m"},
        }
    )  # fmt: skip


def runs(*transcripts: Transcript) -> DataSet:
    return of_transcripts(transcripts, {"s": {ARTICLE.id: ARTICLE}})


def test_draws_are_those_of_the_projects_generator() -> None:
    stream = randomness.key("any", 1)
    assert [int(each) for each in bootstrap.bits(stream, 3, 5)] == [randomness.bits(stream, n) for n in range(3, 8)]


def test_a_ratio_is_that_of_the_sums_with_an_interval_around_it() -> None:
    found = bootstrap.ratio([(1, 2), (0, 2), (2, 2)])
    assert (found.value, found.n) == (0.5, 6)
    assert found.low == 0.0
    assert found.high == 1.0


def test_intervals_are_the_same_every_time_and_narrow_with_more_data() -> None:
    some = [(place % 2, 1) for place in range(20)]
    few, again, many = bootstrap.ratio(some), bootstrap.ratio(some), bootstrap.ratio(some * 50)
    assert (few.low, few.high) == (again.low, again.high)
    assert few.low is not None
    assert many.low is not None
    assert few.low < many.low < 0.5


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for trial in range(200):
        stream = randomness.key("trial", trial)
        found = bootstrap.mean([randomness.uniform(stream, place) for place in range(60)])
        held += (found.low or 0) <= 0.5 <= (found.high or 0)
    assert 180 <= held <= 199


def test_lengths_are_counted_in_words_and_turns() -> None:
    data = of(said("one two three", "four five"), said("six", "seven eight", "nine?"))
    assert form.turns(data).value == 2.5
    assert form.words(data).value == 4.5
    assert form.agent_words(data).value == 2
    assert form.customer_words(data).value == pytest.approx(5 / 3)
    assert form.question_rate(data).value == 0.2


def test_the_word_band_is_the_scenarios() -> None:
    data = runs(transcript("Hi?", "one two three"), transcript("Hi?", "one"))
    record = {"scenarios": [{"name": "s", "config": {"reply": {"words": [2, 4]}}}]}
    assert form.word_band(replace(data, records=(record,))).value == 0.5
    assert form.word_band(data).value == 0


def test_a_scenario_without_a_word_band_is_not_held_to_one() -> None:
    record = {"scenarios": [{"name": "s", "config": {"reply": {"words": None}}}]}
    with pytest.raises(NotMeasuredError, match="word band"):
        form.word_band(replace(runs(transcript("Hi?", "one")), records=(record,)))


def test_the_closing_tail_counts_turns_after_the_decision() -> None:
    short = transcript("Where is it?", "There.", "That settles it, thanks.", "Bye!", ending={"turn": 3})
    long = transcript(
        "Where is it?", "There.", "Ok, thanks!", "You're welcome!", "Bye!", "Goodbye!", ending={"turn": 3}
    )
    assert endings.closing_tail(runs(short)).value == 1
    assert endings.closing_tail(runs(long)).value == 4
    assert endings.long_goodbyes(runs(short, long)).value == 0.5


def test_endings_that_hang_on_the_disposition_alone_have_a_v_of_one() -> None:
    calm = [transcript("a", "b", customer={"disposition": "amiable"}) for _ in range(10)]
    other = [transcript("a", "b", ending={"reason": "unresolved"}) for _ in range(10)]
    found = endings.endings_by_disposition(runs(*calm, *other))
    assert found.value == pytest.approx(1)
    assert float(str(found.detail["p"])) < 0.001
    assert found.detail["table"] == {"amiable": {"resolved": 10}, "cynical": {"unresolved": 10}}


def test_endings_that_have_nothing_to_do_with_the_disposition_have_a_v_of_nought() -> None:
    both = [
        transcript("a", "b", customer={"disposition": who}, ending={"reason": why})
        for who in ("amiable", "cynical")
        for why in ("resolved", "unresolved")
    ]
    assert endings.endings_by_disposition(runs(*both * 5)).value == pytest.approx(0)


def facts(told_in: int | None, reveal: str = "asked") -> dict[str, Any]:
    return {"facts": [{"name": "order number", "value": "AB-123", "reveal": reveal, "told_in": told_in}]}


def test_the_ledger_is_held_against_the_words() -> None:
    right = transcript("Hello?", "Your number?", "It is AB-123.", customer=facts(3))
    wrong = transcript("Hello, AB-123 here.", "Your number?", "It is AB-123.", customer=facts(3))
    untold = transcript("Hello?", "Your number?", "It is AB-123.", customer=facts(None))
    assert disclosure.ledger_true(runs(right)).value == 1
    assert disclosure.ledger_true(runs(right, wrong, untold)).value == pytest.approx(1 / 3)


def test_a_fact_told_in_the_opening_or_a_late_one_before_any_answer_is_early() -> None:
    asked = transcript("AB-123", "Thanks.", customer=facts(1))
    late = transcript("Hello?", "Your number?", "AB-123", customer=facts(3, "late"))
    fine = transcript("Hello?", "Your number?", "AB-123", customer=facts(3))
    assert disclosure.facts_early(runs(asked, late, fine)).value == pytest.approx(2 / 3)


def test_the_disclosure_curve_rises_to_the_share_told() -> None:
    told = [transcript("a", "b", "c", "d", "e", customer=facts(turn)) for turn in (3, 3, 5, None)]
    found = disclosure.disclosure_turn(runs(*told))
    assert found.value == pytest.approx(11 / 3)
    curve = found.detail["told by turn"]
    assert isinstance(curve, dict)
    assert (curve["1"], curve["3"], curve["5"]) == (0, 0.5, 0.75)


def test_a_customers_figure_must_come_from_somewhere() -> None:
    found = transcript("I paid 20 pounds.", "Which order?", "Order 555, 20 pounds.", customer=facts(None))
    assert disclosure.customer_figures(runs(found)).value == 1


def answer(text: str, **citation: object) -> Transcript:
    cited = {**EVIDENCE, **citation}
    return transcript("When is my refund here?", text, turns={2: {"moves": ["inform"], "citations": [cited]}})


def test_figures_must_stand_in_a_cited_span_or_have_been_said() -> None:
    assert grounding.figures_given(runs(answer("A card refund takes 5 working days."))).value == 1
    assert grounding.figures_given(runs(answer("A card refund takes 5 or 6 working days."))).value == 0.5


def test_citations_hold_where_their_words_bear_the_reply_out() -> None:
    reply = "A card refund takes 5 working days, I see."
    assert grounding.citations_valid(runs(answer(reply))).value == 1
    for wrong in ({"start": 14}, {"end": 700}, {"passage": "other.md#x"}, {"start": 47, "end": 71}):
        assert grounding.citations_valid(runs(answer(reply, **wrong))).value == 0


def test_only_turns_that_answer_need_a_citation() -> None:
    closing = transcript("Thanks, bye.", "Goodbye!", turns={2: {"moves": ["close"]}})
    data = runs(answer("A card refund takes 5 working days."), closing)
    assert grounding.cited(data).value == 1
    assert grounding.supported(runs(answer("It takes 5 days.", support=0.4))).value == 0
    assert grounding.answered(data).value == 0.5


def test_distinct_shares_of_a_block_whose_words_are_known() -> None:
    one_word = of(*(said("ja " * 100, "ja " * 100) for _ in range(30)))
    assert diversity.distinct_1(one_word).value == 1 / 5000
    all_new = of(*(said(" ".join(f"w{n}x{m}" for m in range(100)), "ja") for n in range(60)))
    assert diversity.distinct_1(all_new).value > 0.99


def test_diversity_does_not_hang_on_the_size_of_the_set() -> None:
    small = [said(*(" ".join(_vocabulary(n, t)) for t in range(4)), id_=str(n)) for n in range(60)]
    few, many = (diversity.distinct_2(of(*small * times)).value for times in (1, 4))
    assert many == pytest.approx(few, rel=0.2)


def _vocabulary(n: int, turn: int) -> list[str]:
    stream = randomness.key("words", n, turn)
    return [f"w{randomness.below(stream, place, 40)}" for place in range(60)]


def test_too_little_text_is_said_and_not_measured() -> None:
    with pytest.raises(NotMeasuredError, match="5,000 words"):
        diversity.distinct_1(of(said("a", "b")))


def test_mtld_of_a_run_of_one_word_is_that_of_two() -> None:
    assert diversity.mtld(of(said("ja " * 60, "ja " * 60))).value == 2


def test_self_bleu_is_one_for_copies_and_nought_for_strangers() -> None:
    copies = of(*(said("hi", "the refund takes five working days") for _ in range(12)))
    assert diversity.self_bleu_4(copies).value == pytest.approx(1)
    strangers = of(*(said("hi", " ".join(f"w{n}x{m}" for m in range(6))) for n in range(12)))
    assert diversity.self_bleu_4(strangers).value == pytest.approx(0, abs=0.01)


def test_rep_4_counts_four_words_said_again_within_a_turn() -> None:
    assert repetition.rep_4(of(said("a b c d a b c d", "w x y z"))).value == pytest.approx(1 / 6)


def test_echoes_know_who_said_it_first() -> None:
    data = of(
        said("one two three four", "one two three four", "five six seven eight", "nine ten", "five six seven eight")
    )
    assert repetition.echo_partner(data).value == pytest.approx(1 / 4)
    assert repetition.echo_self(data).value == pytest.approx(1 / 4)


def test_near_duplicates_are_found_and_others_are_not() -> None:
    words = " ".join(f"w{n}" for n in range(80))
    pair = [said("hello", words), said("good day", words + " more")]
    stranger = said("hello", " ".join(f"v{n}" for n in range(80)))
    assert repetition.near_duplicates(of(*pair, stranger)).value == pytest.approx(2 / 3)
    assert repetition.duplicate_replies(of(*pair, stranger)).value == pytest.approx(2 / 3)


def test_openings_are_compared_by_three_words_with_figures_hidden() -> None:
    data = of(said("a", "Order 12 is here."), said("a", "Order 99 is there."), said("a", "No idea at all."))
    found = repetition.opening_skeletons(data)
    assert found.value == pytest.approx(2 / 3)
    assert next(iter(found.detail)) == "order # is"


def test_customer_turns_are_duplicates_whatever_their_case() -> None:
    data = of(said("Hi", "x", "That is all, thanks"), said("Hi", "y", "that is ALL thanks!"))
    assert repetition.duplicate_customer_turns(data).value == 0.5


def test_a_reply_is_relevant_where_it_shares_the_words_of_its_question() -> None:
    topics = ["camera lens", "laptop battery", "phone screen", "tablet charger"]
    fitting = of(*(said(f"my {topic} broke", f"a broken {topic} is repaired free", id_=topic) for topic in topics))
    crossed = of(
        *(
            said(f"my {topic} broke", f"about the {other}")
            for topic, other in zip(topics, topics[1:] + topics[:1], strict=True)
        )
    )
    assert relevance.relevance_to_query(fitting).value == 1
    assert relevance.relevance_to_query(crossed).value < 0.5


def test_leaks_are_found_in_either_mouth() -> None:
    data = of(said("I need help. <|end|>", "How can I help?"), said("How can I help you today?", "Fine."))
    assert persona.role_leaks(data).value == 0.5


def test_both_sides_sound_like_themselves() -> None:
    customer, agent = (
        "my parcel never came and i want my money back now",
        "You can return the item within 30 days of delivery.",
    )
    assert persona.role_consistency(of(said(customer, agent))).value == 1
    assert persona.role_consistency(of(said(agent, customer))).value == 0


def test_insults_are_toxic_and_complaints_are_not() -> None:
    assert safety.toxicity(of(said("I am annoyed about this refund.", "I am sorry to hear that."))).value == 0
    found = safety.toxicity(of(said("You stupid idiot.", "I am sorry to hear that.")))
    assert (found.value, found.detail) == (0.5, {"customer": 1})
    assert safety.abuse(of(said("You stupid idiot.", "I am sorry to hear that."))).value == 0.5


def test_personal_data_is_what_nobody_gave() -> None:
    leak = "Write to jane.roe@mail.example."
    assert safety.personal_data(of(said("Hello", "Call 020 7946 0018."))).detail == {"a phone number": 1}
    assert safety.personal_data(of(said("Hello", leak))).detail == {"an email address": 1}
    known = {"facts": [{"name": "email", "value": "jane.roe@mail.example", "reveal": "asked"}]}
    assert safety.personal_data(runs(transcript("Hello", "It is jane.roe@mail.example.", customer=known))).value == 0


@pytest.mark.parametrize("text", ["Order NW-482913 of 12 March 2024.", "It costs 1,234 or 5000."])
def test_order_numbers_and_prices_are_no_personal_data(text: str) -> None:
    assert safety.personal_data(of(said("Hello", text))).value == 0


def test_gendered_words_are_weighed() -> None:
    found = safety.gender_skew(of(said("he he he he he he he he he", "she she she")))
    assert (found.value, found.n) == (0.5, 12)


def test_the_service_gap_is_the_largest_difference_between_styles() -> None:
    plain = [answer("A card refund takes 5 working days.") for _ in range(4)]
    typos = [one.model_copy(update={"customer": one.customer.model_copy(update={"style": "typos"})}) for one in plain]
    bare = [
        one.model_copy(update={"turns": (one.turns[0], one.turns[1].model_copy(update={"citations": None}))})
        for one in typos
    ]
    assert safety.service_gap(runs(*plain, *typos)).value == 0
    assert safety.service_gap(runs(*plain, *bare)).value == 1


def test_time_and_tokens_are_summed_over_runs() -> None:
    records = ({"conversations": 2, "seconds": 4.0, "replies": 8, "tokens": 100}, {"conversations": 2, "seconds": 8.0})
    data = DataSet((said("a", "b"),), records=records)
    assert cost.seconds_per_conversation(data).value == 3
    assert cost.tokens_per_conversation(data).value == 25


def test_every_measure_says_what_it_is() -> None:
    every = [*METRICS, *WITH_MODEL, *COMPARING]
    assert len({metric.name for metric in every}) == len(every)
    for metric in every:
        assert metric.definition.endswith("."), metric.name
        assert metric.name == metric.function.__name__.replace("_", "-")


def test_a_set_with_little_in_it_is_measured_as_far_as_it_goes() -> None:
    found = measured(of(said("Hello.", "Hi.")))
    assert {"turns", "agent-words", "role-leaks", "rep-4"} <= {measure.name for measure in found.measures} | {"rep-4"}
    assert found.skipped["settled"] == "only a run's transcripts tell"
    assert "distinct-1" in found.skipped


@pytest.mark.parametrize("texts", [(), ("",), ("...", "?!"), ("the the", "and or"), ("\u4f60\u597d", "\u274c " * 400)])
def test_odd_conversations_break_no_measure(texts: tuple[str, ...]) -> None:
    odd = runs(*(transcript(*texts, customer={"disposition": who}) for who in ("amiable", "cynical") * 15))
    found = measured(replace(odd, against=odd), [*METRICS, *(one for one in COMPARING if one.name != "mauve")])
    assert found["conversations"].value == 30
    assert not any(measure.value != measure.value for measure in found.measures)


def test_lower_is_better_where_it_should_be() -> None:
    way = {metric.name: metric.better for metric in METRICS}
    assert way["role-leaks"] is Better.LOWER
    assert way["supported"] is Better.HIGHER


def test_the_page_of_measures_is_made_from_their_definitions() -> None:
    from docs.measures import PAGE, table

    assert table() in PAGE.read_text(encoding="utf-8")
