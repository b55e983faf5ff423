"""The benchmark's bookkeeping: the same work for everyone, counts that a hand can check, tables that follow."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.gpt2.catalogue import find
from agents.gpt2.engine import Engine
from agents.gpt2.network import Shape
from agents.prompt import Form
from benchmarks import table
from benchmarks.contenders import CONTENDERS, OURS, OURS_FP32, Contender
from benchmarks.counting import Sizes, Tokens, Work, count_tokens, decode_work, prefill_work
from benchmarks.lockstep import Lockstep
from benchmarks.machine import Limits
from benchmarks.ours import Ours
from benchmarks.report import results
from benchmarks.sizes import chosen
from benchmarks.worker import Measurement
from benchmarks.workload import MIDDLE, REPLIES, Script, Talk, TokenForm, scripts

TINY = Shape(layers=1, heads=1, width=2, window=16, vocabulary=3)


@pytest.fixture(scope="module")
def form() -> Form:
    return TokenForm(find("house").vocabulary())


@pytest.fixture(scope="module")
def cast() -> list[Script]:
    return scripts(8)


def prompt_lengths(script: Script, form: Form, token: int) -> list[int]:
    talk, lengths = Talk(script, form), []
    while not talk.done:
        lengths.append(len(talk.prompt()))
        talk.take([token] * talk.next.tokens)
    return lengths


def test_a_conversation_has_seven_replies_by_turns_within_the_words_asked_for(cast: list[Script]) -> None:
    for script in cast:
        assert [reply.turn for reply in script.replies] == [2, 3, 4, 5, 6, 7, 8]
        agent = [reply for reply in script.replies if reply.speaker is Speaker.AGENT]
        assert [reply.turn for reply in agent] == [2, 4, 6, 8]
        assert all(50 * 1.25 - 1 <= reply.words <= 75 * 1.25 + 1 for reply in agent)


def test_prompts_are_as_long_whatever_was_written(cast: list[Script], form: Form) -> None:
    assert prompt_lengths(cast[0], form, 2000) == prompt_lengths(cast[0], form, 3000)


def test_an_agents_prompt_holds_its_role_the_turns_and_the_passage(cast: list[Script], form: Form) -> None:
    talk = Talk(cast[0], form)
    talk.skip_to(4)
    prompt = form.vocabulary.tokenizer.decode(talk.prompt(), skip_special_tokens=False)  # type: ignore[attr-defined]
    assert prompt.startswith("<|role|>support. support.")
    assert cast[0].opening in prompt
    assert cast[0].passages[0][-40:] in prompt
    assert cast[0].passages[1][-40:] in prompt
    assert prompt.endswith("<|agent|>")


def test_the_middle_turns_stand_for_all(form: Form) -> None:
    every = [prompt_lengths(script, form, 2000) for script in scripts(32)]
    whole = sum(map(sum, every))
    middle = sum(weight * lengths[turn - 2] for lengths in every for turn, weight in MIDDLE.items())
    assert middle == pytest.approx(whole, rel=0.02)


def test_a_reply_of_another_length_is_refused(cast: list[Script], form: Form) -> None:
    talk = Talk(cast[0], form)
    with pytest.raises(ValueError, match="turn 2: 1 tokens were written"):
        talk.take([2000])


def test_lockstep_times_the_middle_turns_in_batches_and_weighs_them(cast: list[Script], form: Form) -> None:
    heights: list[int] = []

    def write(prompts: Sequence[list[int]], lengths: Sequence[int]) -> list[list[int]]:
        heights.append(len(prompts))
        return [[2000] * length for length in lengths]

    timed = Lockstep(write, 3, "fp32")([Talk(script, form) for script in cast])
    assert heights == [3, 3, 2] * 3
    lengths = [{reply.turn: reply.tokens for reply in script.replies} for script in cast]
    assert timed.tokens == sum(2 * one[4] + 3 * one[5] + 2 * one[6] for one in lengths)


def test_ours_writes_every_reply_at_its_length(cast: list[Script], exact_engine: Engine) -> None:
    short = [Script(s.customer, s.agent, s.opening, s.passages, s.replies[:2]) for s in cast[:2]]
    talks = [Talk(script, TokenForm(exact_engine.vocabulary)) for script in short]
    timed = Ours(exact_engine)(talks)
    assert all(talk.done for talk in talks)
    assert timed.tokens == sum(reply.tokens for script in short for reply in script.replies)


def test_nothing_counts_twice_within_a_session(cast: list[Script], form: Form) -> None:
    tokens = count_tokens(cast[:1], form)
    lengths = prompt_lengths(cast[0], form, 2000)
    written = [reply.tokens for reply in cast[0].replies]
    decoded = sum(n - 1 for n in written[:-2])  # what stands in the last prompt of its side
    assert tokens.prefill == lengths[-1] + lengths[-2] - decoded - 1  # both sides begin with the role token
    assert tokens.decode == sum(written) - REPLIES
    assert tokens.prompts == sum(lengths)


def test_what_conversations_share_from_the_start_counts_once(cast: list[Script], form: Form) -> None:
    one, both = count_tokens(cast[:1], form), count_tokens([cast[0], cast[0]], form)
    first_prompts = sum(prompt_lengths(cast[0], form, 2000)[:1]) + len(form.role(cast[0].customer))
    assert 2 * one.prefill - both.prefill >= first_prompts
    assert both.decode == 2 * one.decode


def test_operations_and_bytes_of_a_tiny_model() -> None:
    tokens = Tokens(prefill=3, prefill_seen=6, read=5, decode=2, decode_seen=9, first=1, prompts=3)
    sizes = Sizes(weight=2, cache=4)
    weights, head = 12 * 2 * 2, 2 * 3
    assert prefill_work(tokens, TINY, sizes) == Work(
        operations=2 * weights * 3 + 4 * 2 * 6 + 2 * head, bytes=2 * 7 * (weights + head) + 4 * 2 * 2 * (3 + 5)
    )
    decode = 2 * (weights + head) * 2 + 4 * 2 * 9
    assert decode_work(tokens, TINY, sizes, 2) == Work(decode, 2 * (weights + head) + 4 * 2 * 2 * (9 + 2))
    assert decode_work(tokens, TINY, sizes, 1) == Work(decode, 2 * 2 * (weights + head) + 4 * 2 * 2 * (9 + 2))


def test_the_slower_of_products_and_reading_sets_the_limit() -> None:
    limits = Limits({"fp32": 100.0}, bandwidth=10.0)
    assert Work(operations=300, bytes=10).seconds(limits, "fp32") == 3
    assert Work(operations=100, bytes=50).seconds(limits, "fp32") == 5


def measured(seconds: float, **more: object) -> Measurement:
    return Measurement(replies=10, seconds=seconds, tokens=500, memory=2**30, precision="fp32", **more)  # type: ignore[arg-type]


def record() -> dict[str, object]:
    share = {
        "limits": {"operations": {"fp32": 2e11}, "bandwidth": 2e10},
        "prefill": 0.25, "decode": 0.25, "trial": 0.6, "trial_took": 1.0,
    }  # fmt: skip
    runs = {
        "notebook_loop": [measured(20.0), measured(30.0), measured(40.0)],
        OURS_FP32: [measured(2.0, share=share)] * 3,
        OURS: [measured(1.0, share=share)] * 3,
    }
    about = {
        "parameters": 14_000_000,
        "measured": "2000-01-01",
        "machine": {"cpu": "a processor", "cores": 2, "memory_gib": 24, "gpu": None, "libraries": {"torch": "2.0"}},
        "workload": {
            "conversations": 4, "turns": 8, "replies": 28, "reply_tokens": 1600, "prompt_tokens": 10_000,
            "prompt_tokens_needed": 3000,
        },
        "skipped": {"ctranslate2_int8": "ctranslate2 is not installed"},
    }  # fmt: skip
    return about | results(runs, {"notebook_loop": 1, OURS_FP32: 4, OURS: 4})


def test_ratios_are_medians_over_repeats_with_their_range() -> None:
    found = record()
    assert found["ratios"] == {"notebook_loop": 30.0}
    assert found["ratio_ranges"] == {"notebook_loop": [20.0, 40.0]}
    assert found["ratios_fp32"] == {"notebook_loop": 15.0}
    assert found["share_of_limit"] == 0.5
    assert found["decode_share_of_limit"] == 0.6


def test_a_page_is_filled_from_results_and_filling_it_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "house.json").write_text(json.dumps(record()), encoding="utf-8")
    page = "Before.\n<!-- results: house -->\nold\n<!-- end of results -->\nAfter.\n"
    filled = table.filled(page, tmp_path)
    assert table.filled(filled, tmp_path) == filled
    assert "| **Duologue as shipped** | fp32 | 4 | 10 |" in filled
    assert "30 x | 20 to 40 |" in filled
    assert "Left out: ctranslate2_int8 (ctranslate2 is not installed)." in filled
    assert "old" not in filled


def test_the_page_on_performance_follows_from_the_results() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    assert table.filled(page, table.RESULTS) == page


def test_a_contender_without_its_library_is_missing() -> None:
    assert Contender("nobody", "nobody", "nowhere", "no_such_library").missing
    assert not CONTENDERS[OURS].missing


def test_a_smaller_number_of_conversations_holds_for_everyone() -> None:
    extent, names = chosen("house", quick=False, conversations=2, repeats=None, contenders=())
    assert {extent.of(name) for name in names} == {2}
    assert names == tuple(CONTENDERS)


def test_on_a_gpu_all_that_batch_have_all_conversations() -> None:
    extent, _ = chosen("house", quick=False, conversations=512, repeats=None, contenders=(), on_gpu=True)
    assert extent.of("generate_batch") == extent.of(OURS) == 512
    assert extent.of("notebook_loop") == 4
