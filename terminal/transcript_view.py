"""A transcript as lines of styled text: who spoke, how, with which moves, on what ground, and how it ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from agents.dialogue import Speaker
from orchestrator.transcript import Citation, CustomerRecord, FactRecord, Transcript, TurnRecord
from terminal.palette import ENDINGS, SPEAKERS, counted
from terminal.text import one_line, plain

INDENT: Final = 4


Articles: TypeAlias = Mapping[str, str]
"""The texts of help articles by id. Where they are asked for, citations are shown, with the words they rest on."""


def conversation(transcript: Transcript, *, articles: Articles | None = None) -> Group:
    """Return the whole conversation."""
    parts: list[RenderableType] = [heading(transcript), Text()]
    for head, words, footnotes in turns(transcript, articles=articles):
        parts += [head, Indented(words), *([Indented(footnotes)] if footnotes else []), Text()]
    return Group(*parts, closing(transcript))


@dataclass(frozen=True, slots=True)
class Indented:
    """A text under the head of its turn; its lines end where their words end."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.wrap(console, max(1, options.max_width - INDENT)):
            line.rstrip()
            yield Text(" " * INDENT) + line


def heading(transcript: Transcript) -> Text:
    """Return who talks: the id, the customer's axes, the agent's role, and the facts with where they were told."""
    customer = transcript.customer
    text = Text()
    text.append(one_line(transcript.id), "bold")
    text.append(f"  {transcript.domain}\n", "dim")
    text.append("customer  ", SPEAKERS[Speaker.CUSTOMER])
    text.append(one_line(_axes(customer)))
    text.append("\nagent     ", SPEAKERS[Speaker.AGENT])
    text.append(transcript.agent.role)
    text.append(f"  {one_line(transcript.models.agent)}", "dim")
    for fact in customer.facts:
        text.append(f"\n          {_fact(fact)}", "dim")
    return text


def turns(transcript: Transcript, *, articles: Articles | None = None) -> Iterator[tuple[Text, Text, Text]]:
    """Yield each turn as its head, its words and its footnotes (which may be empty)."""
    for turn in transcript.turns:
        yield _head(turn), Text(plain(turn.text)), _footnotes(turn, articles)


def closing(transcript: Transcript) -> Text:
    """Return the ending with its evidence."""
    ending = transcript.ending
    text = Text().append("ending    ", "bold")
    text.append(ending.reason, ENDINGS[ending.reason])
    text.append(f" by the {ending.by}" if ending.by else "")
    text.append(f" in turn {ending.turn}")
    if ending.evidence:
        text.append(f": “{one_line(ending.evidence)}”", "dim")
    return text


def _axes(customer: CustomerRecord) -> str:
    parts = [customer.disposition, customer.motivation, customer.tone, customer.style, customer.product]
    return ", ".join(part for part in parts if part)


def _fact(fact: FactRecord) -> str:
    told = f"told in turn {fact.told_in}" if fact.told_in else "never told"
    return one_line(f"{fact.name}: {fact.value} ({fact.reveal}, {told})")


def _head(turn: TurnRecord) -> Text:
    head = Text().append(f"{turn.n:>2}  ", "dim")
    head.append(turn.speaker, SPEAKERS[turn.speaker])
    notes = [
        one_line(" ".join(turn.moves)),
        f"({counted(turn.attempts, 'attempt')})" if turn.attempts and turn.attempts > 1 else "",
        f"(forgot {counted(turn.forgot, 'turn')})" if turn.forgot else "",
        f"({counted(len(turn.dropped), 'citation')} dropped)" if turn.dropped else "",
    ]
    head.append("".join(f"  {note}" for note in notes if note), "dim")
    return head


def _footnotes(turn: TurnRecord, articles: Articles | None) -> Text:
    if articles is None:
        return Text()
    return Text("\n").join(_citation(citation, articles) for citation in turn.citations or ())


def _citation(citation: Citation, articles: Articles) -> Text:
    note = Text().append("› ", "dim")
    note.append(one_line(citation.passage), "blue")
    note.append(f"  support {citation.support:.2f}  ", "dim")
    article = articles.get(citation.passage.rpartition("#")[0])
    if article is None or citation.end > len(article):
        return note.append(f"characters {citation.start} to {citation.end}", "dim")
    return note.append(f"“{one_line(article[citation.start : citation.end])}”", "italic dim")
