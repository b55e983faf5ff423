"""The page Simulate: a scenario picked or written, its plan, and a run of it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from agents.errors import DuologueError, LocatedError
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.run_folder import OUTPUTS, new_folder
from orchestrator.scenario import Scenario
from orchestrator.transcript import Reason
from web import files, show
from web.editor import LONGEST, editor
from web.live import LiveRun
from web.room import SHIPPED
from web.shared import room

_MOST: Final = 1_000
"""Conversations of a run that is started here; the terminal takes more."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario's text as it was understood: the scenario, or what is wrong with it and in which line."""

    scenario: Scenario | None
    wrong: str = ""
    line: int | None = None


def page() -> None:
    """Show the page."""
    at_hand = files.scenarios(SHIPPED)
    name = st.selectbox("Scenario", list(at_hand), key="simulated")
    path = at_hand[name]
    before: Checked = st.session_state.get(f"checked-{path}", Checked(None))
    text = editor(_read(path), loaded=str(path), wrong=before.line)
    checked = check(text, path)
    st.session_state[f"checked-{path}"] = checked
    if checked.line != before.line:
        st.rerun()
    if checked.scenario is None:
        with st.container(border=True, key="wrong"):
            show.text(checked.wrong)
    else:
        _plan(Plan(checked.scenario))
    _start(checked.scenario)
    if "run" in st.session_state:
        _watch()


def check(text: str, path: Path) -> Checked:
    """Read the text as the terminal would read the file at `path`."""
    if len(text) > LONGEST:
        return Checked(None, f"{len(text):,} characters are too many; at most {LONGEST:,}")
    try:
        return Checked(Scenario.parse(text, path=path))
    except LocatedError as error:
        return Checked(None, str(error), error.line if error.path == path else None)
    except DuologueError as error:
        return Checked(None, str(error))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:LONGEST]
    except OSError:
        return ""


def _plan(plan: Plan) -> None:
    axes = " × ".join(f"{size:,} {axis}" for axis, size in plan.axes.items() if size > 1)
    scenario = plan.scenario
    low, high = scenario.reply.words
    show.text(f"Conversations: {len(plan):,} ({axes or 'one of everything'})")
    turns = f"{scenario.turns.min} to {scenario.turns.max} turns, replies of {low} to {high} words"
    show.note(f"{turns}, grounding: {scenario.grounding.mode}\n{_example(plan[0])}", "plan")


def _example(spec: ConversationSpec) -> str:
    customer = spec.customer
    axes = [customer.disposition.name, customer.motivation.name, customer.tone, customer.style, customer.product]
    return f"for example {spec.id}: {', '.join(axis for axis in axes if axis)}\n“{spec.opening}”"


def _start(scenario: Scenario | None) -> None:
    live: LiveRun | None = st.session_state.get("run")
    busy = live is not None and live.running
    with st.container(horizontal=True, vertical_alignment="bottom", key="run-setup"):
        limit = st.number_input("Conversations", 1, _MOST, 8, key="limit")
        parallel = st.number_input("At once", 1, 64, 8, key="parallel")
        seed = st.number_input("Seed", 0, 2**31, scenario.seed % 2**31 if scenario else 0, key="run-seed")
        begun = st.button("Run", type="primary", disabled=busy or scenario is None, key="run-start")
    if not begun or scenario is None:
        return
    try:
        plan = Plan(scenario, seed=int(seed), limit=int(limit))
        with st.spinner("Loading models and help content"):
            stage = room().stage(plan.scenario)
        folder = new_folder(OUTPUTS, scenario.name)
        st.session_state["run"] = LiveRun(plan, stage, room(), folder, limit=int(limit), parallel=int(parallel))
        st.rerun()
    except DuologueError as error:
        show.text(str(error))


def _watch() -> None:
    """Show the run, again every half second while it goes on."""
    live: LiveRun = st.session_state["run"]

    @st.fragment(run_every=0.5 if live.running else None)
    def watch() -> None:
        _progress(live)
        if st.session_state.pop("ran", False) and not live.running:
            st.rerun()
        st.session_state["ran"] = live.running

    watch()


def _progress(live: LiveRun) -> None:
    rate = live.replies / live.seconds if live.seconds else 0.0
    st.progress(live.done / max(1, live.total), text=f"{live.done:,} of {live.total:,}, {rate:.1f} replies/s")
    if live.running:
        st.button("Stop", icon=":material/stop_circle:", on_click=live.stop, key="run-stop")
    else:
        state = "stopped" if live.over and live.over.cut_short else "finished"
        show.note(live.error or f"{state}; to read it: duologue replay {live.folder}", "run-state")
    show.note(_counts(live.endings), "run-endings")
    for transcript in list(live.finished)[:5]:
        with st.container(border=True):
            show.note(f"{transcript.id} · {len(transcript.turns)} turns · {transcript.ending.reason}", transcript.id)
            show.text(transcript.turns[0].text)
    for name, turn in list(live.talking.items())[:5]:
        show.note(f"{name} · {turn.n} {turn.speaker}: {turn.text}", f"talk-{name}")


def _counts(endings: Counter[Reason]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in endings.most_common())
