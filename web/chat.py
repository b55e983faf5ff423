"""The page Chat: a person on one side, a GPT-2 on the other."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import streamlit as st

from agents.dialogue import Speaker
from agents.errors import DuologueError
from agents.persona import DISPOSITIONS, MOTIVATIONS
from orchestrator.conversation import Stage
from orchestrator.drafts import Draft, Withdrawn
from orchestrator.grounding import Hit
from orchestrator.keeping import keep
from orchestrator.run_folder import OUTPUTS, new_folder
from orchestrator.scenario import Scenario
from orchestrator.seats import HOTTEST, Wishes
from orchestrator.spoken import LONGEST
from orchestrator.table import Over, Said, Table, TableEvent
from orchestrator.transcript import Citation
from web import files, show
from web.room import SHIPPED
from web.shared import room, session

_BETWEEN: Final = 0.05
"""Seconds between two drawings of a draft."""
_AS_THE_SCENARIO: Final = "as the scenario"


def page() -> None:
    """Show the page."""
    table = st.session_state.get("table")
    with st.expander("New conversation", expanded=table is None, icon=":material/add_comment:"):
        _setup()
    if table is None:
        return
    _part(table)
    _conversation(table)


def _setup() -> None:
    at_hand = files.scenarios(SHIPPED)
    with st.form("setup", border=False):
        left, right = st.columns(2)
        side = left.selectbox("Your side", [str(side) for side in Speaker], key="side")
        scenario = right.selectbox("Scenario", list(at_hand), key="scenario")
        disposition = left.selectbox(
            "Disposition of the customer", [_AS_THE_SCENARIO, *DISPOSITIONS], key="disposition"
        )
        motivation = right.selectbox("Customer's motivation", [_AS_THE_SCENARIO, *MOTIVATIONS], key="motivation")
        model = left.selectbox("Model", files.models(), key="model")
        temperature = right.slider("Temperature", 0.0, HOTTEST, 0.35, 0.05, key="temperature")
        seed = left.number_input("Seed", min_value=0, max_value=2**31, value=0, key="seed")
        begun = st.form_submit_button("Start", type="primary", key="start")
    if begun:
        wishes = Wishes(_chosen(disposition), _chosen(motivation), model, temperature, int(seed))
        _start(at_hand[scenario], Speaker(side), wishes)


def _chosen(name: str) -> str | None:
    return None if name == _AS_THE_SCENARIO else name


def _start(path: Path, person: Speaker, wishes: Wishes) -> None:
    try:
        with st.spinner("Setting the table"):
            table, stage = room().table(Scenario.load(path), person, wishes, session=session())
    except DuologueError as error:
        show.text(str(error))
        return
    for _ in table.begin():
        pass
    st.session_state.update(table=table, stage=stage, withdrawn={}, folder=None, kept="")
    st.rerun()


def _part(table: Table) -> None:
    spec = table.spec
    customer = spec.customer
    if table.person is Speaker.AGENT:
        show.note(f"You are the agent ({spec.agent.role}). The customer is {customer.disposition.name}.", "part")
        return
    knows = "; ".join(f"{fact.name} {fact.value}" for fact in customer.facts)
    wants = f" You want {customer.motivation.wants}." if customer.motivation.wants else ""
    know = f" You know: {knows}." if knows else ""
    show.note(f"You are the customer: {customer.disposition.name}, {customer.tone}.{wants}{know}", "part")


def _conversation(table: Table) -> None:
    withdrawn: dict[int, list[Withdrawn]] = st.session_state["withdrawn"]
    for record in table.turns:
        quotes = quoted(record.citations or (), st.session_state["stage"])
        show.turn(record, key="chat", quotes=quotes, withdrawn=withdrawn.get(record.n, ()))
    place = st.container()
    if table.ending:
        show.ending(table.ending, key="chat")
    cited = _passages(table)
    _memory(table)
    try:
        retry = _buttons(table)
        said = st.chat_input(
            f"Say something as the {table.person}", max_chars=LONGEST, disabled=not table.waits_for_person
        )
        if said:
            with place:
                _follow(table, table.say(said, passages=cited))
        elif retry:
            with place:
                _follow(table, table.retry())
    except DuologueError as error:
        show.text(str(error))


def _follow(table: Table, events: Iterable[TableEvent]) -> None:
    """Show what happens as it does, then the page anew."""
    withdrawn: list[Withdrawn] = []
    empty = st.empty()
    drawn = 0.0
    for event in events:
        match event:
            case Draft() if time.monotonic() - drawn >= _BETWEEN:
                drawn = time.monotonic()
                _draft(empty, table.person.other, event.text)
            case Withdrawn():
                withdrawn.append(event)
                _draft(empty, table.person.other, f"withdrawn ({event.why}): {event.text}")
            case Said(turn) if turn.speaker is table.person:
                show.turn(turn, key="said")
                empty = st.empty()
            case Said(turn):
                st.session_state["withdrawn"][turn.n] = withdrawn
            case Over():
                pass
    st.rerun()


def _draft(place: "st.delta_generator.DeltaGenerator", speaker: Speaker, words: str) -> None:
    with place.chat_message(speaker, avatar=show.AVATARS[speaker]):
        show.text(words)


def _passages(table: Table) -> list[Hit]:
    """Show the passages that a person on the agent's side may rest on, and return those that are ticked."""
    hits = table.passages()
    chosen = []
    if hits:
        with st.expander(f"{len(hits)} passages that fit", icon=":material/menu_book:", expanded=True):
            for number, hit in enumerate(hits, 1):
                if st.checkbox(f"Cite passage {number}", key=f"cite-{len(table.turns)}-{number}"):
                    chosen.append(hit)
                show.note(f"{hit.passage.id}\n{hit.passage.text}", f"passage-{number}")
    return chosen


def _memory(table: Table) -> None:
    used, window = table.memory
    st.progress(min(1.0, used / window), text=f"The model holds {used:,} of {window:,} tokens")


def _buttons(table: Table) -> bool:
    """Show what can be done with the conversation, do it, and return whether the last turn is to be drawn again."""
    with st.container(horizontal=True, key="actions"):
        undo = st.button("Undo", key="undo", icon=":material/undo:", disabled=len(table.turns) < 1)
        retry = st.button("Retry", key="retry", icon=":material/refresh:", disabled=len(table.turns) < 2)
        end = st.button("End", key="end", icon=":material/stop_circle:", disabled=table.ending is not None)
        save = st.button("Save", key="save", icon=":material/save:", disabled=not table.turns)
    if undo and table.undo():
        st.rerun()
    if end:
        table.end()
        st.rerun()
    if save:
        _save(table)
    if kept := st.session_state.get("kept"):
        show.note(kept, "kept")
    return retry


def _save(table: Table) -> None:
    before: Path | None = st.session_state["folder"]
    folder = before or new_folder(OUTPUTS, "chat")
    stage: Stage = st.session_state["stage"]
    keep(table.transcript(), table.spec, stage, folder, again=before is not None)
    st.session_state.update(folder=folder, kept=f"Kept. To read it: duologue replay {folder}")


def quoted(citations: Iterable[Citation], stage: Stage) -> dict[Citation, str]:
    """Return the words that `citations` point at."""
    passages = {passage.id: passage for passage in (stage.index.passages if stage.index else ())}
    found = ((citation, passages.get(citation.passage)) for citation in citations)
    return {c: p.text[c.start - p.start : c.end - p.start] for c, p in found if p}
