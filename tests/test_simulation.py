"""Whole runs on the shipped model and the shipped scenarios."""

import asyncio
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from agents.dialogue import MOVES, Speaker
from agents.errors import ModelError, UsageError
from agents.persona import Style
from orchestrator import Scenario, Transcript, read_transcripts, simulate
from orchestrator.grounding import load_articles
from orchestrator.progress import ConversationDone, Event, RunFinished, RunStarted, TurnDone
from orchestrator.schema import Turns
from orchestrator.transcript import Reason
from tests.tiny_models import tiny_folder

SCENARIOS = Path(__file__).parents[1] / "scenarios"
TAG_OR_STATUS = re.compile(r"<\||\|>|\n|RESOLVED|\[END|^(Customer|Agent):")


def scenario(name: str = "returns", **changes: object) -> Scenario:
    return Scenario.load(SCENARIOS / f"{name}.yaml").model_copy(update=changes)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """Eight conversations of two scenarios, and the events of the run."""
    folder = tmp_path_factory.mktemp("run") / "two"
    events: list[Event] = []
    simulate([scenario("returns"), scenario("headphones")], out=folder, limit=4, on_event=events.append)
    return folder, events


@pytest.fixture(scope="module")
def transcripts(run: tuple[Path, list[Event]]) -> list[Transcript]:
    return list(read_transcripts(run[0]))


def test_every_planned_conversation_is_there_in_plan_order(transcripts: list[Transcript]) -> None:
    names = [transcript.id.rsplit("-", 1)[0] for transcript in transcripts]
    assert names == [f"{name}-{n:05d}" for name in ("returns", "headphones") for n in range(4)]


def test_turns_alternate_from_the_customers_opening(transcripts: list[Transcript]) -> None:
    for transcript in transcripts:
        speakers = [turn.speaker for turn in transcript.turns]
        expected = [Speaker.CUSTOMER, Speaker.AGENT] * len(speakers)
        assert speakers == expected[: len(speakers)]


def test_agent_replies_keep_the_word_band_and_end_with_a_sentence(transcripts: list[Transcript]) -> None:
    replies = [turn.text for t in transcripts for turn in t.turns if turn.speaker is Speaker.AGENT]
    assert len(replies) >= 16
    assert all(50 <= len(reply.split()) <= 75 for reply in replies)
    assert all(re.search(r"[.!?…][\"')\]]*$", reply) for reply in replies)


def test_no_turn_is_empty_or_holds_a_tag_or_a_status_word(transcripts: list[Transcript]) -> None:
    texts = [turn.text for transcript in transcripts for turn in transcript.turns]
    assert all(text.strip() for text in texts)
    assert not [text for text in texts if TAG_OR_STATUS.search(text)]


def test_every_turn_is_labelled_with_moves_of_its_side(transcripts: list[Transcript]) -> None:
    for transcript in transcripts:
        for turn in transcript.turns:
            assert 1 <= len(turn.moves) <= 3
            assert set(turn.moves) <= set(MOVES[turn.speaker])


def test_turn_limits_count_messages(transcripts: list[Transcript]) -> None:
    assert all(4 <= len(transcript.turns) <= 12 for transcript in transcripts)
    for transcript in transcripts:
        if len(transcript.turns) == 12 and transcript.ending.turn == 12 and transcript.ending.by is None:
            assert transcript.ending.reason in (Reason.MAX_TURNS, Reason.STALLED)


def test_evidence_is_in_the_turn_that_it_names(transcripts: list[Transcript]) -> None:
    for transcript in transcripts:
        ending = transcript.ending
        if ending.evidence and ending.reason is not Reason.GUARDED:
            assert ending.evidence in transcript.turns[ending.turn - 1].text


def test_nothing_follows_a_decision_but_one_closing(transcripts: list[Transcript]) -> None:
    decided = [t for t in transcripts if t.ending.by is Speaker.CUSTOMER]
    assert decided
    for transcript in decided:
        after = transcript.turns[transcript.ending.turn :]
        assert len(after) <= 1
        assert all("close" in turn.moves for turn in after)


def test_customers_ask_what_the_scenario_gives_them_to_ask(transcripts: list[Transcript]) -> None:
    given = {name: scenario(name).question_texts for name in ("returns", "headphones")}
    asking = [
        (transcript, turn)
        for transcript in transcripts
        for turn in transcript.turns[1:]
        if turn.speaker is Speaker.CUSTOMER and "ask" in turn.moves
    ]
    assert asking
    assert all(turn.spliced for _, turn in asking)
    for transcript, turn in asking:
        texts = (text.replace("{product}", transcript.customer.product or "") for text in given[transcript.scenario])
        assert transcript.customer.style is not Style.PLAIN or sum(text in turn.text for text in texts) == 1


def test_citations_point_into_the_articles(transcripts: list[Transcript]) -> None:
    for transcript in transcripts:
        articles = {article.id: article.text for article in load_articles(scenario(transcript.scenario).help_paths)}
        for turn in transcript.turns:
            for citation in turn.citations or ():
                text = articles[citation.passage.partition("#")[0]]
                assert text[citation.start : citation.end].strip()


def test_the_ledger_names_the_turn_that_told_a_fact(transcripts: list[Transcript]) -> None:
    for transcript in transcripts:
        for fact in transcript.customer.facts:
            if fact.told_in is not None:
                turn = transcript.turns[fact.told_in - 1]
                assert turn.speaker is Speaker.CUSTOMER
                assert fact.value.casefold() in turn.text.casefold()


def test_the_record_says_what_the_run_was(run: tuple[Path, list[Event]], transcripts: list[Transcript]) -> None:
    folder, events = run
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["status"] == "finished"
    assert record["sha256"] == sha256((folder / "transcripts.jsonl").read_bytes()).hexdigest()
    assert sum(record["endings"].values()) == record["conversations"] == len(transcripts)
    assert list(record["models"]) == [transcripts[0].models.agent]
    assert record["versions"]["torch"]
    assert isinstance(events[-1], RunFinished)
    assert record["replies"] == events[-1].replies


def test_events_tell_of_every_turn_and_conversation(
    run: tuple[Path, list[Event]], transcripts: list[Transcript]
) -> None:
    _, events = run
    assert isinstance(events[0], RunStarted)
    assert (events[0].total, events[0].finished) == (8, 0)
    assert sum(isinstance(event, ConversationDone) for event in events) == 8
    turns = sum(isinstance(event, TurnDone) for event in events)
    assert turns == sum(len(transcript.turns) for transcript in transcripts)


@pytest.mark.parametrize("precision", ["fp32", "auto"])
def test_the_bytes_do_not_depend_on_parallelism(tmp_path: Path, precision: str) -> None:
    short = scenario("delivery", turns=Turns(min=2, max=4))
    files = []
    for parallel in (1, 7, 64):
        folder = tmp_path / str(parallel)
        simulate(short, out=folder, limit=8, parallel=parallel, precision=precision)
        files.append((folder / "transcripts.jsonl").read_bytes())
    assert files[0] == files[1] == files[2]
    assert files[0].count(b"\n") == 8


def test_another_seed_gives_other_conversations(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(scenario(), out=tmp_path / str(seed), limit=2, seed=seed)
    first, second = (list(read_transcripts(tmp_path / str(seed))) for seed in (1, 2))
    assert [t.turns[1].text for t in first] != [t.turns[1].text for t in second]
    assert not {t.id for t in first} & {t.id for t in second}


def test_a_run_cut_short_is_taken_up_where_it_stopped(tmp_path: Path) -> None:
    short = scenario(turns=Turns(min=2, max=4))
    simulate(short, out=tmp_path / "whole", limit=6, parallel=3)

    def stop_in_the_middle(event: Event) -> None:
        if isinstance(event, ConversationDone):
            stopped.append(event.transcript.id)
            if len(stopped) == 2:
                raise KeyboardInterrupt

    stopped: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        simulate(short, out=tmp_path / "cut", limit=6, parallel=3, on_event=stop_in_the_middle)
    assert json.loads((tmp_path / "cut" / "run.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    again = simulate(short, out=tmp_path / "cut", limit=6, parallel=3, resume="if-possible")
    assert again.conversations == 6
    whole, cut = ((tmp_path / name / "transcripts.jsonl").read_bytes() for name in ("whole", "cut"))
    assert cut == whole


def test_it_works_where_a_loop_is_running_as_in_a_notebook(tmp_path: Path) -> None:
    async def cell() -> RunFinished:
        return simulate(scenario(), out=tmp_path / "cell", limit=1)

    assert asyncio.run(cell()).conversations == 1


def test_two_different_models_talk_to_each_other(tmp_path: Path) -> None:
    base = scenario()
    tiny = str(tiny_folder(tmp_path / "tiny"))
    mixed = base.model_copy(update={"customer": base.customer.model_copy(update={"model": tiny})})
    simulate(mixed, out=tmp_path / "run", limit=2)
    for transcript in read_transcripts(tmp_path / "run"):
        assert transcript.models.customer.startswith("tiny@")
        assert transcript.models.agent.startswith("house@")


def test_the_rate_spaces_the_starts(tmp_path: Path) -> None:
    over = simulate(scenario(), out=tmp_path / "slow", limit=3, rate=2.0, parallel=3)
    assert over.seconds >= 1.0


def test_an_unknown_model_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        simulate(scenario(), out=tmp_path / "run", limit=1, model="no-such-model")
    assert not (tmp_path / "run").exists()


def test_a_parallelism_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="parallel: 0 is too small"):
        simulate(scenario(), out=tmp_path / "run", parallel=0)


def test_scenarios_of_one_name_are_refused_in_one_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two scenarios have the name 'returns'"):
        simulate([scenario(), scenario()], out=tmp_path / "run", limit=1)
    assert not (tmp_path / "run").exists()


def test_a_run_is_not_taken_up_with_its_scenarios_in_another_order(tmp_path: Path) -> None:
    small = {"turns": Turns(min=2, max=2)}
    two = [scenario("returns", **small), scenario("headphones", **small)]
    simulate(two, out=tmp_path / "run", limit=1)
    with pytest.raises(UsageError, match="scenarios"):
        simulate(two[::-1], out=tmp_path / "run", limit=1, resume="always")
