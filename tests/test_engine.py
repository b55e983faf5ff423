"""The engine against transformers' own GPT-2, and against itself in other company."""

import asyncio
import threading
from pathlib import Path

import pytest
import torch

from agents.gpt2.catalogue import HOUSE_FOLDER, find
from agents.gpt2.engine import Engine, Written
from agents.gpt2.loading import load_engine
from agents.gpt2.paging import PagePool
from agents.gpt2.sampling import GREEDY, Sampling
from agents.gpt2.vocabulary import AGENT, CUSTOMER, HELP, Vocabulary
from agents.gpt2.writing import Manner

HELP_CONTENT = Path(__file__).parents[1] / "help_content"
NEW_TOKENS = 8


def prompts(vocabulary: Vocabulary, count: int) -> list[list[int]]:
    """Return prompts of 10 to 400 tokens cut from the help articles, each ending where the agent speaks."""
    articles = sorted(HELP_CONTENT.rglob("*.md"))
    cut = []
    for n in range(count):
        tokens = vocabulary.encode(articles[n % len(articles)].read_text(encoding="utf-8"))
        length = 10 + (n * 37) % 391
        cut.append([vocabulary.special[HELP], *tokens[n : n + length], vocabulary.special[AGENT]])
    return cut


def free_manner(vocabulary: Vocabulary) -> Manner:
    return Manner((0, 4 * NEW_TOKENS), whole_sentences=False, stops=(vocabulary.special[CUSTOMER],))


async def write(engine: Engine, prompt: list[int], manner: Manner, sampling: Sampling, key: int) -> Written:
    session = engine.open()
    written = await session.write(prompt, manner, sampling, key=key)
    session.close()
    return written


def together(engine: Engine, jobs: list[list[int]], manner: Manner, sampling: Sampling) -> list[tuple[int, ...]]:
    async def all_at_once() -> list[Written]:
        return await asyncio.gather(*(write(engine, job, manner, sampling, n) for n, job in enumerate(jobs)))

    return [written.tokens for written in asyncio.run(all_at_once())]


def alone(engine: Engine, jobs: list[list[int]], manner: Manner, sampling: Sampling) -> list[tuple[int, ...]]:
    return [asyncio.run(write(engine, job, manner, sampling, n)).tokens for n, job in enumerate(jobs)]


def reference(vocabulary: Vocabulary, jobs: list[list[int]]) -> list[list[int]]:
    """Return what transformers' generate goes on with, greedily, one prompt at a time, in fp32."""
    from transformers import GPT2LMHeadModel

    model = GPT2LMHeadModel.from_pretrained(HOUSE_FOLDER, dtype=torch.float32).eval()
    stop = vocabulary.special[CUSTOMER]
    unspeakable = [token for token, ok in enumerate(vocabulary.speakable) if not ok and token != stop]
    replies = []
    for job in jobs:
        out = model.generate(
            torch.tensor([job]),
            attention_mask=torch.ones(1, len(job), dtype=torch.long),
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            suppress_tokens=unspeakable,
            begin_suppress_tokens=[stop],
            eos_token_id=stop,
        )
        tokens = out[0, len(job) :].tolist()
        replies.append([token for token in tokens if token != stop])
    return replies


def test_greedy_tokens_equal_transformers_generate_alone_and_in_mixed_batches(exact_engine: Engine) -> None:
    vocabulary = exact_engine.vocabulary
    jobs = prompts(vocabulary, 200)
    manner = Manner((0, NEW_TOKENS + 8), whole_sentences=False, stops=(vocabulary.special[CUSTOMER],), unrepeated=0)
    batched = together(exact_engine, jobs, manner, GREEDY)
    assert batched[::5] == alone(exact_engine, jobs[::5], manner, GREEDY)
    expected = reference(vocabulary, jobs)
    assert [list(tokens[:NEW_TOKENS]) for tokens in batched] == expected


@pytest.mark.parametrize("name", ["exact_engine", "shipped_engine"])
def test_a_sampled_reply_does_not_depend_on_its_batch_mates(name: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(name)
    jobs = prompts(engine.vocabulary, 32)
    manner = Manner((10, 24), whole_sentences=True, stops=(engine.vocabulary.special[CUSTOMER],))
    batched = together(engine, jobs, manner, Sampling())
    assert batched[:12] == together(engine, jobs[:12], manner, Sampling())
    assert batched[:3] == alone(engine, jobs[:3], manner, Sampling())


def test_other_keys_give_other_replies(shipped_engine: Engine) -> None:
    job = prompts(shipped_engine.vocabulary, 1)[0]
    manner = free_manner(shipped_engine.vocabulary)
    replies = together(shipped_engine, [job] * 8, manner, Sampling(temperature=1.0))
    assert len(set(replies)) == 8


def test_a_session_computes_only_what_it_has_not_seen(shipped_engine: Engine) -> None:
    vocabulary = shipped_engine.vocabulary
    first, more = prompts(vocabulary, 2)
    manner = free_manner(vocabulary)

    async def two_turns() -> tuple[int, int]:
        session = shipped_engine.open()
        written = await session.write(first, manner, Sampling(), key=1)
        before = shipped_engine.stats.computed
        longer = [*first, *written.tokens, *more]
        await session.write(longer, manner, Sampling(), key=2)
        session.close()
        return shipped_engine.stats.computed - before, len(more)

    computed, unseen = asyncio.run(two_turns())
    assert unseen <= computed <= unseen + 1


def test_a_drawn_again_reply_equals_one_from_a_fresh_prompt(exact_engine: Engine) -> None:
    job = prompts(exact_engine.vocabulary, 5)[4]
    manner = free_manner(exact_engine.vocabulary)

    async def twice() -> tuple[Written, Written]:
        session = exact_engine.open()
        await session.write(job, manner, GREEDY, key=1)
        again = await session.write(job, manner, GREEDY, key=2)
        session.close()
        return again, await write(exact_engine, job, manner, GREEDY, 3)

    again, fresh = asyncio.run(twice())
    assert again.tokens == fresh.tokens


def test_freed_sessions_give_their_memory_back(shipped_engine: Engine) -> None:
    jobs = prompts(shipped_engine.vocabulary, 12)
    manner = free_manner(shipped_engine.vocabulary)
    together(shipped_engine, jobs, manner, GREEDY)

    def held() -> int:
        done = threading.Event()
        shipped_engine.submit(done.set)
        assert done.wait(60)
        return shipped_engine.cache_bytes

    before = held()
    session = shipped_engine.open()
    asyncio.run(session.write(jobs[0], manner, GREEDY, key=1))
    assert held() > before
    session.close()
    together(shipped_engine, jobs, manner, GREEDY)
    assert held() == before


def test_a_reply_stops_at_the_end_of_the_window(shipped_engine: Engine) -> None:
    vocabulary = shipped_engine.vocabulary
    text = vocabulary.encode((HELP_CONTENT / "returns" / "returning-an-item.md").read_text(encoding="utf-8")) * 4
    prompt = text[: shipped_engine.window - 10]
    written = asyncio.run(write(shipped_engine, prompt, Manner((50, 75), True, (vocabulary.end,)), GREEDY, 1))
    assert 1 <= len(written.tokens) <= 11


def test_a_prompt_that_fills_the_window_is_refused(shipped_engine: Engine) -> None:
    prompt = [5] * shipped_engine.window
    with pytest.raises(ValueError, match="1024 tokens"):
        asyncio.run(write(shipped_engine, prompt, free_manner(shipped_engine.vocabulary), GREEDY, 1))


def test_caches_that_nobody_needs_now_give_way_before_anybody_waits(shipped_engine: Engine) -> None:
    jobs = prompts(shipped_engine.vocabulary, 4)
    manner = free_manner(shipped_engine.vocabulary)
    small = load_engine(find("house"))
    whole = small._pool._blank

    def blank(pages: int) -> tuple[torch.Tensor, ...]:
        if pages > 64:
            raise MemoryError
        return whole(pages)

    small._pool = PagePool(small._pool.shape, blank, runs=4)

    async def one_after_another() -> list[tuple[int, ...]]:
        sessions = [small.open() for _ in jobs * 2]
        pairs = list(zip(sessions, jobs * 2, strict=True))
        return [(await session.write(job, manner, GREEDY, key=1)).tokens for session, job in pairs]

    tokens = asyncio.run(one_after_another())
    assert tokens[:4] == tokens[4:] == together(shipped_engine, jobs, manner, GREEDY)
    assert small.stats.most == 0
    small.close()


def test_a_batch_that_memory_has_no_room_for_is_halved_and_loses_nothing(shipped_engine: Engine) -> None:
    jobs = prompts(shipped_engine.vocabulary, 12)
    manner = free_manner(shipped_engine.vocabulary)
    small = load_engine(find("house"))
    whole = small._pool._blank

    def blank(pages: int) -> tuple[torch.Tensor, ...]:
        if pages > 128:
            raise MemoryError
        return whole(pages)

    small._pool = PagePool(small._pool.shape, blank, runs=4)
    assert together(small, jobs, manner, Sampling()) == together(shipped_engine, jobs, manner, Sampling())
    assert 0 < small.stats.most < len(jobs)
    small.close()
