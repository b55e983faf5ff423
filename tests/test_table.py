"""A person and a model at a table; the model is a script, or the shipped one where its words are streamed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.models import Models
from agents.testing import Line, ScriptedEngine
from orchestrator.drafts import Draft, Withdrawn
from orchestrator.host import Host
from orchestrator.keeping import keep
from orchestrator.scenario import Scenario
from orchestrator.seats import Wishes, seat
from orchestrator.simulation import stage_for
from orchestrator.table import Over, Said, Table, TableEvent
from orchestrator.transcript import Reason, Transcript, read_transcripts
from tests.web_helpers import workspace

QUESTION = "My lamp flickers. What can I do?"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as made:
        yield made


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return Scenario.load(workspace(tmp_path) / "scenarios/lamps.yaml")


def table(scenario: Scenario, host: Host, person: Speaker, engine: ScriptedEngine | None = None) -> Table:
    spec = seat(scenario, person, Wishes(seed=1))
    with Models() as models:
        return Table(spec, stage_for(spec.scenario, models, engine or ScriptedEngine()), person=person, host=host)


def said(events: Iterator[TableEvent]) -> list[str]:
    return [event.turn.text for event in events if isinstance(event, Said)]


def by_try(line: Line) -> str:
    return f"Tighten the bulb first, it is the most common cause, try number {line.key % 1000}."


def test_the_model_answers_what_the_person_says(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.CUSTOMER, ScriptedEngine(agent=by_try))
    words = said(talk.say(f"  {QUESTION}\n"))
    assert words[0] == QUESTION
    assert words[1].startswith("Tighten the bulb first")
    assert [turn.speaker for turn in talk.turns] == ["customer", "agent"]
    assert talk.waits_for_person


def test_a_person_on_the_agents_side_is_met_with_the_opening(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.AGENT)
    assert said(talk.begin()) == ["My lamp flickers all evening. What can I do about it?"]
    assert talk.passages()[0].passage.id == "lamps.md#a-lamp-that-flickers"
    assert len(said(talk.say("Tighten the bulb first. A loose bulb is the most common cause."))) == 2
    assert {citation.passage for citation in talk.turns[1].citations or ()} == {"lamps.md#a-lamp-that-flickers"}
    assert "inform" in talk.turns[1].moves


def test_a_passage_can_be_cited_by_hand(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.AGENT)
    said(talk.begin())
    other = next(hit for hit in talk.passages() if hit.passage.id == "lamps.md#returns")
    said(talk.say("Let me look that up for you.", passages=[other]))
    [citation] = talk.turns[1].citations or ()
    assert citation.passage == "lamps.md#returns"
    assert citation.start == other.passage.start


def test_a_retry_says_something_else_and_leaves_the_rest(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.CUSTOMER, ScriptedEngine(agent=by_try))
    first = said(talk.say(QUESTION))[1]
    [second] = said(talk.retry())
    assert second != first
    assert [turn.text for turn in talk.turns] == [QUESTION, second]


def test_an_undo_takes_the_persons_turn_and_the_answer(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.CUSTOMER)
    said(talk.say(QUESTION))
    said(talk.say("How long does a repair take?"))
    assert talk.undo() == 2
    assert len(talk.turns) == 2
    assert (talk.undo(), talk.undo()) == (2, 0)
    assert said(talk.say("Hello, my lamp is dark."))[0] == "Hello, my lamp is dark."


def test_after_undo_the_same_words_get_the_same_answer(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.CUSTOMER, ScriptedEngine(agent=by_try))
    said(talk.say(QUESTION))
    before = said(talk.say("How long does a repair take?"))
    talk.undo()
    assert said(talk.say("How long does a repair take?")) == before


def test_what_the_guards_refuse_is_told_as_withdrawn(scenario: Scenario, host: Host) -> None:
    def script(line: Line) -> str:
        bad = "AGENT: [END] ok this is not what anybody would say to a customer at all."
        return bad if line.attempt == 1 else "Tighten the bulb first, please, and then write to us again."

    lenient = scenario.model_copy(update={"reply": scenario.reply.model_copy(update={"attempts": 2})})
    talk = table(lenient, host, Speaker.CUSTOMER, ScriptedEngine(agent=script))
    events = list(talk.say(QUESTION))
    [withdrawn] = [event for event in events if isinstance(event, Withdrawn)]
    assert (withdrawn.attempt, withdrawn.objections[0].guard) == (1, "role_leak")
    assert "role_leak: " in withdrawn.why
    assert talk.turns[-1].text.startswith("Tighten the bulb")
    assert talk.turns[-1].attempts == 2


def test_where_nothing_may_be_said_it_ends_guarded_and_can_be_tried_again(scenario: Scenario, host: Host) -> None:
    words = ["<|agent|> [END] this is said by nobody and must never be said to anyone."]
    talk = table(scenario, host, Speaker.CUSTOMER, ScriptedEngine(agent=words))
    over = list(talk.say(QUESTION))[-1]
    assert isinstance(over, Over)
    assert over.ending.reason is Reason.GUARDED
    assert [turn.text for turn in talk.turns] == [QUESTION]
    words[0] = "Tighten the bulb first, please, and then write to us again."
    assert said(talk.retry()) == words
    assert talk.ending is None


def test_the_model_has_the_last_word_once_the_customer_has_decided(scenario: Scenario, host: Host) -> None:
    ruled = scenario.model_copy(update={"endings": ()})
    talk = table(ruled, host, Speaker.CUSTOMER)
    said(talk.say(QUESTION))
    events = list(talk.say("That solves it, thank you. Goodbye!"))
    assert [event.turn.speaker for event in events if isinstance(event, Said)] == ["customer", "agent"]
    assert isinstance(events[-1], Over)
    assert talk.ending
    assert talk.ending.by is Speaker.CUSTOMER
    with pytest.raises(UsageError, match="the conversation is over"):
        talk.say("One more thing.")
    assert talk.undo() == 2
    assert talk.ending is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("  ", "nothing was said"),
        ("a" * 2001, "2,001 characters at once are too many; at most 2,000"),
        ("a\x1b[31mb", "has the character '\\\\x1b', which is not allowed"),
    ],
)
def test_what_cannot_be_a_turn_is_refused(scenario: Scenario, host: Host, words: str, message: str) -> None:
    talk = table(scenario, host, Speaker.CUSTOMER)
    with pytest.raises(UsageError, match=message):
        talk.say(words)
    assert talk.turns == ()


def test_a_transcript_says_who_was_a_person_and_reads_again(scenario: Scenario, host: Host) -> None:
    talk = table(scenario, host, Speaker.CUSTOMER)
    said(talk.say(QUESTION))
    talk.end()
    transcript = talk.transcript()
    assert (transcript.models.customer, transcript.models.agent.partition("@")[0]) == ("person", "scripted")
    assert (transcript.ending.reason, transcript.ending.by, transcript.ending.turn) == (Reason.ENDED, "customer", 2)
    assert transcript.turns[0].moves == ("open",)
    assert transcript.turns[0].attempts is None
    assert Transcript.from_line(transcript.to_line()) == transcript


def test_what_is_kept_is_a_run_like_any_other(scenario: Scenario, host: Host, tmp_path: Path) -> None:
    spec = seat(scenario, Speaker.CUSTOMER, Wishes(seed=1))
    with Models() as models:
        stage = stage_for(spec.scenario, models, ScriptedEngine())
    talk = Table(spec, stage, person=Speaker.CUSTOMER, host=host)
    said(talk.say(QUESTION))
    keep(talk.transcript(), talk.spec, stage, tmp_path / "kept")
    said(talk.say("How long does a repair take?"))
    with pytest.raises(UsageError, match="is not empty"):
        keep(talk.transcript(), talk.spec, stage, tmp_path / "kept")
    keep(talk.transcript(), talk.spec, stage, tmp_path / "kept", again=True)
    assert [len(transcript.turns) for transcript in read_transcripts(tmp_path / "kept")] == [4]


def test_words_come_as_they_are_drawn_and_leaving_stops_them(scenario: Scenario, host: Host) -> None:
    spec = seat(scenario, Speaker.CUSTOMER, Wishes(seed=1))
    with Models() as models:
        stage = stage_for(spec.scenario, models)
        talk = Table(spec, stage, person=Speaker.CUSTOMER, host=host)
        for event in talk.say(QUESTION):
            if isinstance(event, Draft):
                break
        assert [turn.text for turn in talk.turns] == [QUESTION]
        events = list(talk.retry())
        drafts = [event.text for event in events if isinstance(event, Draft)]
        assert len(drafts) > 5
        assert drafts[-1] == talk.turns[-1].text
        used, window = talk.memory
        assert 40 < used < window == 1024
        talk.close()
        talk.close()


def test_wishes_are_checked(scenario: Scenario) -> None:
    with pytest.raises(UsageError, match="--disposition: 'cinical' is not a known disposition; did you mean 'cynical'"):
        seat(scenario, Speaker.AGENT, Wishes(disposition="cinical"))
    with pytest.raises(UsageError, match="--temperature: 3 is out of range; 0 to 2"):
        seat(scenario, Speaker.AGENT, Wishes(temperature=3.0))
    spec = seat(scenario, Speaker.AGENT, Wishes(disposition="cynical", motivation="refund", temperature=0.9))
    assert spec.customer.disposition.name == "cynical"
    assert spec.scenario.customer.sampling.temperature == 0.9
    assert spec.scenario.agent.sampling == scenario.agent.sampling
