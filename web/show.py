"""Conversations on a page. Text from models and files is shown as text: never as Markdown, never as HTML."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

import streamlit as st

from agents.dialogue import Speaker
from orchestrator.drafts import Withdrawn
from orchestrator.transcript import Citation, Ending, Transcript, TurnRecord

AVATARS: Final = {Speaker.CUSTOMER: ":material/person:", Speaker.AGENT: ":material/support_agent:"}
_STYLE: Final = """<style>
[data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; overflow: visible; }
[data-testid="stMainBlockContainer"] { padding-top: 4.5rem; padding-bottom: 4rem; max-width: 60rem; margin: 0 auto; }
[data-testid="stBottomBlockContainer"] { max-width: 60rem; margin: 0 auto; padding-bottom: 1.5rem; }
[data-testid="stChatMessage"] { padding: .5rem 0; }
[data-testid="stChatMessage"] [data-testid="stVerticalBlock"] { gap: .25rem; }
[class*="st-key-note"] [data-testid="stText"] { opacity: .65; font-size: .85rem; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; } }
</style>"""


def style() -> None:
    """Set what every page looks like."""
    st.html(_STYLE)


def plain(text: str) -> str:
    """Return `text` without the characters that would steer how it is shown: controls, overrides of direction."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else "�" for char in text
    )


def text(words: str) -> None:
    """Show `words` as they are."""
    st.text(plain(words))


def note(words: str, key: str) -> None:
    """Show `words` small, as no part of a conversation."""
    with st.container(key=f"note-{key}"):
        text(words)


def turn(record: TurnRecord, *, key: str, quotes: Mapping[Citation, str] | None = None,
         withdrawn: Iterable[Withdrawn] = ()) -> None:  # fmt: skip
    """Show a turn: who, with which moves, what, on what ground, and which attempts were withdrawn."""
    with st.chat_message(record.speaker, avatar=AVATARS[record.speaker]):
        note(_head(record), f"{key}-head-{record.n}")
        text(record.text)
        _ground(record, quotes or {}, f"{key}-{record.n}")
        _withdrawn(list(withdrawn), record.text, f"{key}-{record.n}")


def ending(how: Ending, *, key: str) -> None:
    """Show how a conversation ended."""
    by = f" by the {how.by}" if how.by else ""
    words = f"Ending: {how.reason}{by}, turn {how.turn}"
    note(f"{words}: “{how.evidence}”" if how.evidence else words, f"ending-{key}")


def about(transcript: Transcript) -> None:
    """Show who talks: the axes, the models, where it came from, and the ledger of facts."""
    customer, models = transcript.customer, transcript.models
    axes = (customer.disposition, customer.motivation, customer.tone, customer.style, customer.product)
    text(f"{', '.join(axis for axis in axes if axis)}; seed {transcript.seed}")
    lines = [f"customer {models.customer}, agent ({transcript.agent.role}) {models.agent}"]
    if origin := transcript.forked_from:
        lines.append(f"taken up from {origin.id} at turn {origin.turn} (run {origin.run[:12]})")
    for fact in customer.facts:
        told = f"told in turn {fact.told_in}" if fact.told_in else "never told"
        lines.append(f"{fact.name}: {fact.value} ({fact.reveal}, {told})")
    note("\n".join(lines), f"about-{transcript.id}")


def _head(record: TurnRecord) -> str:
    parts = [f"{record.n}  {record.speaker}", " ".join(record.moves)]
    parts.append(f"{record.attempts} attempts" if record.attempts and record.attempts > 1 else "")
    given = "the passage" if record.speaker is Speaker.AGENT else "a question it came with"
    parts.append(f"built around {given}" if record.spliced else "")
    parts.append(f"forgot {record.forgot} turns" if record.forgot else "")
    return " · ".join(part for part in parts if part)


def _ground(record: TurnRecord, quotes: Mapping[Citation, str], key: str) -> None:
    lines = [_citation(citation, quotes) for citation in record.citations or ()]
    if lines:
        note("\n".join(lines), f"ground-{key}")


def _citation(citation: Citation, quotes: Mapping[Citation, str]) -> str:
    quote = quotes.get(citation)
    words = f"“{quote}”" if quote else f"characters {citation.start} to {citation.end}"
    return f"› {citation.passage} (support {citation.support:.2f}) {words}"


def _withdrawn(attempts: list[Withdrawn], said: str, key: str) -> None:
    if not attempts:
        return
    with st.expander(f"{len(attempts)} withdrawn while it was written" if len(attempts) > 1 else "1 withdrawn"):
        for attempt in attempts:
            kept = " (said all the same: no attempt was better)" if attempt.text == said else ""
            note(f"{attempt.why}{kept}\n{attempt.text}", f"withdrawn-{key}-{attempt.attempt}")
