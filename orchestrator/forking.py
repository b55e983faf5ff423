"""Conversations taken up again: what a transcript was made from, and how it goes on from a turn, otherwise.

A fork keeps the turns before its own, word for word. The agendas go on from what was said in them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agents.dialogue import Speaker
from agents.errors import ScenarioError, UsageError
from agents.persona import DISPOSITIONS, MOTIVATIONS, AgentPersona, CustomerPersona, Fact, Style, Tone
from orchestrator.conversation import Conversation, Stage, TurnListener
from orchestrator.plan import ConversationSpec, questions_of
from orchestrator.scenario import Scenario
from orchestrator.seats import Wishes, as_wished, named, with_models
from orchestrator.spoken import unsayable
from orchestrator.transcript import OriginRecord, Transcript, transcripts_path


@dataclass(frozen=True, slots=True)
class Fork:
    """A conversation to be had anew from `turn` on; `say` is what is said in that turn, None lets the model speak."""

    original: Transcript
    run: str
    turn: int
    spec: ConversationSpec
    say: str | None = None

    async def hold(self, stage: Stage, *, on_turn: TurnListener | None = None) -> Transcript:
        """Hold the conversation to its end and return its record."""
        conversation = Conversation(self.spec, stage, on_turn=on_turn)
        for record in self.original.turns[: self.turn - 1]:
            conversation.give(record)
        if self.say is not None:
            conversation.say(self.say)
        made = await conversation.run()
        origin = OriginRecord(run=self.run, id=self.original.id, turn=self.turn)
        return made.model_copy(update={"id": self._id(stage), "forked_from": origin})

    def _id(self, stage: Stage) -> str:
        customer = self.spec.customer
        changed = [self.spec.seed, customer.disposition.name, customer.motivation.name, self.say]
        models = [stage.customer.label, stage.agent.label]
        text = json.dumps([self.run, self.original.id, self.turn, *changed, *models])
        return f"{self._stem}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"

    @property
    def _stem(self) -> str:
        """The original's id without its tag, so that a fork has the same number in the plan."""
        return self.original.id.rpartition("-")[0] or self.original.id


def fork(
    run: Path, original: Transcript, turn: int, wishes: Wishes, *, say: str | None = None, scenario: Path | None = None
) -> Fork:
    """Return the fork of `original`, a conversation of `run`, from `turn` on; `scenario` replaces what was recorded.

    Raises UsageError where the turn, the wishes or what was recorded will not do.
    """
    said = len(original.turns)
    if not 1 <= turn <= said or (turn == 1 and say is None):
        least = "2 (or 1 with a text to say)" if say is None else "1"
        raise UsageError(f"--turn: {turn} is out of range; the conversation can be taken up from {least} to {said}")
    words = None if say is None else " ".join(say.split())
    if words is not None and (problem := unsayable(words)):
        raise UsageError(f"--say: {problem}")
    spec = spec_of(original, Scenario.load(scenario) if scenario else scenario_of(run, original.scenario))
    changed = replace(spec, scenario=with_models(spec.scenario, wishes, tuple(Speaker)))
    changed = replace(changed, customer=as_wished(changed, wishes), seed=_seed(original, wishes, words))
    if turn == 1 and words is not None:
        changed = replace(changed, opening=words)
    return Fork(original, _digest(run), turn, changed, words)


def _seed(original: Transcript, wishes: Wishes, say: str | None) -> int:
    """Return the seed that is wished for; the next one where nothing else would be different."""
    if wishes.seed is not None:
        return wishes.seed
    return original.seed + (wishes == Wishes() and say is None)


def spec_of(transcript: Transcript, scenario: Scenario) -> ConversationSpec:
    """Return the conversation that `transcript` is the record of."""
    record, side = transcript.customer, scenario.customer
    customer = CustomerPersona(
        disposition=named("disposition", record.disposition, side.dispositions, DISPOSITIONS.values()),
        motivation=named("motivation", record.motivation, side.motivations, MOTIVATIONS.values()),
        tone=Tone(record.tone),
        style=Style(record.style),
        product=record.product,
        facts=tuple(Fact(name=fact.name, value=fact.value, reveal=fact.reveal) for fact in record.facts),
        prompt=side.prompt,
    )
    agent = AgentPersona(role=transcript.agent.role, domain=transcript.domain, prompt=scenario.agent.prompt)
    opening = transcript.turns[0].text if transcript.turns else ""
    if scenario.question_texts:
        asked = questions_of(scenario, customer, opening=opening, seed=transcript.seed)
        customer = customer.model_copy(update={"questions": asked})
    return ConversationSpec(0, transcript.id, transcript.seed, scenario, customer, agent, opening)


def scenario_of(run: Path, name: str) -> Scenario:
    """Return the scenario called `name` as the run's record has it. Raises UsageError where it does not."""
    path = transcripts_path(run).parent / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        entry = next(entry for entry in record["scenarios"] if entry["name"] == name)
        config, help_paths = entry["config"], record["help_content"][name]
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        raise UsageError(f"{path} does not say what the scenario {name!r} was; name its file with --scenario") from None
    return _unchanged(entry) or _recorded(config, help_paths, path)


def _unchanged(entry: Mapping[str, Any]) -> Scenario | None:
    """Return the scenario from its file, where it is still there as it was."""
    try:
        scenario = Scenario.load(entry["path"])
        scenario = scenario.model_copy(update={"seed": entry["config"]["seed"]})
    except (ScenarioError, LookupError, TypeError, OSError):
        return None
    return scenario if scenario.digest == entry.get("digest") else None


def _recorded(config: Mapping[str, Any], help_paths: list[str], path: Path) -> Scenario:
    kept = {key: value for key, value in config.items() if value or key not in ("endings", "guards", "help_content")}
    settled = {"openings": ["(as it was said)"], "matrix": "full", "repeats": 1}
    if not isinstance(config["customer"].get("questions"), list):  # a file's, which may be gone
        kept["customer"] = {key: value for key, value in config["customer"].items() if key != "questions"}
    found = {"help_content": help_paths} if help_paths else {}
    try:
        return Scenario.from_dict({**kept, **settled, **found}, base=path.parent, allow_outside=True)
    except ScenarioError as error:
        raise UsageError(f"{path}: {error.message}; name the scenario's file with --scenario") from None


def _digest(run: Path) -> str:
    with transcripts_path(run).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
