"""The page Explore: runs and their conversations, one of them in full, two side by side, a fork from any turn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from agents.errors import DuologueError
from agents.persona import DISPOSITIONS
from curation.articles import articles_of
from orchestrator.forking import fork
from orchestrator.keeping import keep
from orchestrator.run_folder import OUTPUTS, new_folder
from orchestrator.seats import Wishes
from orchestrator.transcript import Citation, Transcript
from web import files, show
from web.shared import room

_LISTED: Final = 200
_KEEP: Final = "as it was"
_NONE: Final = "nothing"


def page() -> None:
    """Show the page."""
    run, found, wrong = _choose()
    if wrong:
        show.text(wrong)
    if not found:
        if run is None:
            show.text("No run yet: simulate one, or open a transcript file.")
        return
    if run is not None:
        _guards(run)
    matching = _filtered(found)
    _list(matching)
    if not matching:
        return
    names = {transcript.id: transcript for transcript in matching}
    left, right = st.columns(2)
    one = left.selectbox("Conversation", list(names), key="one")
    other = right.selectbox("Beside it", [_NONE, *(name for name in names if name != one)], key="other")
    made: Transcript | None = st.session_state.get("forked")
    beside = names.get(other) or (made if made and made.forked_from and made.forked_from.id == one else None)
    _shown(names[one], beside, run)
    if run is not None:
        _fork(run, names[one])


def _choose() -> tuple[Path | None, list[Transcript], str]:
    """Return the run that was chosen, its conversations, and what is wrong with it."""
    runs = {path.name: path for path in files.runs()}
    name = st.selectbox("Run", list(runs), key="run-name")
    with st.expander("Open a transcript file", icon=":material/upload_file:"):
        upload = st.file_uploader("A transcripts.jsonl", type=["jsonl"], key="upload", label_visibility="collapsed")
    if upload is not None:
        return None, *files.parse_upload(upload.name, upload.getvalue())
    return (runs[name], *files.read(runs[name])) if name else (None, [], "")


def _guards(run: Path) -> None:
    """Show what the guards objected to in the whole run, as far as it was recorded."""
    counts, attempts = files.objections(run)
    if counts:
        named = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        show.note(f"objections of the guards in {attempts:,} attempts: {named}", "guards")


def _filtered(found: Sequence[Transcript]) -> list[Transcript]:
    with st.expander("Filter", icon=":material/filter_alt:"):
        endings = st.multiselect("Ending", sorted({t.ending.reason for t in found}), key="endings")
        tempers = st.multiselect("Disposition", sorted({t.customer.disposition for t in found}), key="dispositions")
        words = st.text_input("Words that were said", max_chars=200, key="words").casefold().split()
    return [
        transcript
        for transcript in found
        if (not endings or transcript.ending.reason in endings)
        and (not tempers or transcript.customer.disposition in tempers)
        and (not words or any(" ".join(words) in " ".join(t.text.casefold().split()) for t in transcript.turns))
    ]


def _list(found: Sequence[Transcript]) -> None:
    show.note(f"conversations: {len(found):,}", "count")
    rows = [
        {
            "conversation": show.plain(transcript.id),
            "disposition": transcript.customer.disposition,
            "motivation": transcript.customer.motivation,
            "turns": len(transcript.turns),
            "ending": transcript.ending.reason,
            "opening": show.plain(transcript.turns[0].text if transcript.turns else ""),
        }
        for transcript in found[:_LISTED]
    ]
    st.dataframe(rows, height=min(250, 38 + 35 * len(rows)), hide_index=True, key="list")


def _shown(one: Transcript, other: Transcript | None, run: Path | None) -> None:
    if other is None:
        _conversation(one, _quotes(one, run))
        return
    for column, transcript in zip(st.columns(2), (one, other), strict=True):
        with column:
            _conversation(transcript, _quotes(transcript, run))


def _conversation(transcript: Transcript, quotes: dict[Citation, str]) -> None:
    with st.container(key=f"conversation-{transcript.id}"):
        show.note(transcript.id, f"id-{transcript.id}")
        show.about(transcript)
        for record in transcript.turns:
            show.turn(record, key=transcript.id, quotes=quotes)
        show.ending(transcript.ending, key=transcript.id)


def _quotes(transcript: Transcript, run: Path | None) -> dict[Citation, str]:
    articles = articles_of(run, transcript.scenario) if run else {}
    cited = [citation for turn in transcript.turns for citation in turn.citations or ()]
    found = ((citation, articles.get(citation.passage.rpartition("#")[0])) for citation in cited)
    return {c: article.text[c.start : c.end] for c, article in found if article and c.end <= len(article.text)}


def _fork(run: Path, original: Transcript) -> None:
    with st.expander("Take it up again from a turn", icon=":material/fork_right:"), st.form("fork", border=False):
        left, right = st.columns(2)
        turn = left.number_input("From turn", 1, max(1, len(original.turns)), min(2, len(original.turns)), key="turn")
        seed = right.number_input("Seed", 0, 2**53 - 1, original.seed + 1, key=f"fork-seed-{original.id}")
        temper = left.selectbox("Disposition", [_KEEP, *DISPOSITIONS], key="fork-disposition")
        say = right.text_input("What is said in that turn", max_chars=2000, key="say", placeholder="the model's words")
        if not st.form_submit_button("Fork", key="fork-start"):
            return
    wishes = Wishes(disposition=None if temper == _KEEP else temper, seed=int(seed))
    try:
        _hold(run, original, int(turn), wishes, say or None)
    except DuologueError as error:
        show.text(str(error))


def _hold(run: Path, original: Transcript, turn: int, wishes: Wishes, say: str | None) -> None:
    taken = fork(run, original, turn, wishes, say=say)
    with st.spinner("Taking it up again"):
        stage = room().stage(taken.spec.scenario)
        made = room().host.call(taken.hold(stage))
    folder = new_folder(OUTPUTS, f"{original.scenario}-fork")
    keep(made, taken.spec, stage, folder)
    st.session_state["forked"] = made
    st.rerun()
