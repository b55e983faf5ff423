"""How a chat looks: words as they are drawn on a terminal, whole turns elsewhere; what was withdrawn is told."""

from collections.abc import Iterable, Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from agents.dialogue import Speaker
from orchestrator.drafts import Draft, Withdrawn
from orchestrator.grounding import Hit
from orchestrator.plan import ConversationSpec
from orchestrator.table import Over, Said, TableEvent
from orchestrator.transcript import Citation, Ending, TurnRecord
from terminal.palette import ENDINGS, SPEAKERS, counted
from terminal.text import one_line, plain
from terminal.transcript_view import Indented


class ChatView:
    """Shows a chat on `console`. `echo`: the person's turns too, which nobody sees where they come from a pipe."""

    def __init__(self, console: Console, *, person: Speaker, echo: bool) -> None:
        self.console, self.person, self.echo = console, person, echo

    def follow(self, events: Iterable[TableEvent]) -> None:
        """Show what happens until nothing more does."""
        withdrawn: list[Withdrawn] = []
        for event in self._drawn(events):
            match event:
                case Withdrawn():
                    withdrawn.append(event)
                    self.note(f"withdrawn, {event.why}: “{event.text}”", crop=True)
                case Said(turn):
                    self._say(turn, withdrawn)
                case Over(ending):
                    self.close(ending)

    def note(self, text: str, *, crop: bool = False) -> None:
        """Say something that is no part of the conversation."""
        line = Text(f"  {one_line(text)}", "dim")
        self.console.print(line, no_wrap=crop, overflow="ellipsis" if crop else "fold")

    def card(self, spec: ConversationSpec) -> None:
        """Say what the person's part is."""
        self.note(f"You are the {self.person}. {_part(spec) if self.person is Speaker.CUSTOMER else _task(spec)}")

    def passages(self, hits: Iterable[Hit]) -> None:
        """Show what the agent's turn may rest on, numbered."""
        for number, hit in enumerate(hits, 1):
            line = Text(f"  [{number}] ", "dim").append(one_line(hit.passage.id), "blue")
            self.console.print(line.append(f"  {one_line(hit.passage.text)}", "dim"), no_wrap=True, overflow="ellipsis")

    def citation(self, citation: Citation, words: str) -> None:
        """Show what a reply rests on."""
        line = Text("  › ", "dim").append(one_line(citation.passage), "blue")
        self.console.print(line.append(f"  support {citation.support:.2f}  ", "dim").append(f"“{one_line(words)}”"))

    def close(self, ending: Ending) -> None:
        """Show how it ended."""
        line = Text("  ending  ", "bold").append(ending.reason, ENDINGS[ending.reason])
        line.append(f" by the {ending.by}" if ending.by else "")
        line.append(f": “{one_line(ending.evidence)}”" if ending.evidence else "", "dim")
        self.console.print(line)

    def _drawn(self, events: Iterable[TableEvent]) -> Iterator[TableEvent]:
        """Yield all but the drafts, which are shown while they grow and leave no trace."""
        if not self.console.is_terminal or self.console.is_dumb_terminal:
            yield from (event for event in events if not isinstance(event, Draft))
            return
        with Live(console=self.console, transient=True, refresh_per_second=12) as live:
            for event in events:
                if isinstance(event, Draft):
                    live.update(Group(_head(self.person.other, ""), Indented(Text(plain(event.text)))))
                else:
                    live.update(Text(), refresh=True)
                    yield event

    def _say(self, turn: TurnRecord, withdrawn: list[Withdrawn]) -> None:
        if turn.speaker is self.person and not self.echo:
            return
        self.console.print(_head(turn.speaker, " ".join(turn.moves)))
        self.console.print(Indented(Text(plain(turn.text))))
        kept = next((one for one in withdrawn if one.text == turn.text), None)
        if kept:
            self.note(f"no attempt was better; {kept.why}")
        if turn.forgot:
            self.note(f"the window is full: the first {counted(turn.forgot, 'turn')} forgotten")


def _head(speaker: Speaker, moves: str) -> Text:
    return Text().append(speaker, SPEAKERS[speaker]).append(f"  {one_line(moves)}" if moves else "", "dim")


def _part(spec: ConversationSpec) -> str:
    customer = spec.customer
    knows = "; ".join(f"{fact.name} {fact.value}" for fact in customer.facts)
    about = f" It is about the {customer.product}." if customer.product else ""
    wants = f" You want: {customer.motivation.wants}." if customer.motivation.wants else ""
    part = f"{customer.disposition.name}, {customer.tone}.{wants}{about}"
    return f"{part}{f' You know: {knows}.' if knows else ''} You might begin: “{spec.opening}”"


def _task(spec: ConversationSpec) -> str:
    pages = "The numbered passages are what the help pages say; /cite N rests your turn on one."
    return f"Answer as {spec.agent.role}. {pages}"
