"""The one room of the process, and who may come in."""

import hmac
import os
from typing import Final

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from web.room import Room

TOKEN: Final = "DUOLOGUE_WEB_TOKEN"
"""The environment variable with the token that a browser must show, where there is one."""


@st.cache_resource(show_spinner="Setting the table")
def room() -> Room:
    """Return what all sessions share."""
    made = Room()
    made.keep_swept(lambda session: not exists() or get_instance().is_active_session(session))
    return made


def session() -> str:
    """Return the id of this browser session."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def is_welcome() -> bool:
    """Say whether this browser session has shown the token, if one is asked for."""
    wanted = os.environ.get(TOKEN, "")
    if not wanted or st.session_state.get("welcome"):
        return True
    shown = str(st.query_params.get("token", ""))
    st.session_state["welcome"] = hmac.compare_digest(shown.encode(), wanted.encode())
    return bool(st.session_state["welcome"])
