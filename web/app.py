"""What `streamlit run` runs: the three pages. `duologue web` starts it."""

import streamlit as st

from web import chat, explore, show, simulate
from web.shared import is_welcome

PAGES = [
    st.Page(chat.page, title="Chat", icon=":material/forum:", default=True),
    st.Page(simulate.page, title="Simulate", icon=":material/play_circle:", url_path="simulate"),
    st.Page(explore.page, title="Explore", icon=":material/manage_search:", url_path="explore"),
]

st.set_page_config(page_title="Duologue", page_icon=":material/forum:", layout="wide")
show.style()
if is_welcome():
    st.navigation(PAGES, position="top").run()
else:
    st.text("This page needs its token: open the address that 'duologue web' printed.")
