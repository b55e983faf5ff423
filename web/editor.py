"""A text area that tells what is typed as it is typed, with line numbers and a mark at the line that is wrong.

The page's own code only; the text is handed over as data and shown as text.
"""

from typing import Any, Final

import streamlit as st

LONGEST: Final = 50_000
"""Characters of a scenario."""

_HTML: Final = """<div class="editor"><pre class="lines" aria-hidden="true"></pre>
<textarea spellcheck="false" autocapitalize="off" autocomplete="off" aria-label="Scenario"></textarea></div>"""
_CSS: Final = """
.editor { display: flex; height: 22rem; border: 1px solid var(--st-border-color, #d5d6d8); border-radius: .5rem;
  overflow: hidden; font: .82rem/1.45 ui-monospace, Menlo, Consolas, monospace; }
.editor:focus-within { border-color: var(--st-primary-color, #ff4b4b); }
.lines { margin: 0; padding: .5rem .4rem; text-align: right; overflow: hidden; opacity: .8; font: inherit;
  background: var(--st-secondary-background-color, #f0f2f6); color: var(--st-text-color, #31333f); min-width: 2.2rem; }
.lines .wrong { background: #d93025; color: #fff; border-radius: .2rem; }
textarea { flex: 1; min-width: 0; border: 0; outline: 0; resize: none; padding: .5rem; white-space: pre; font: inherit;
  background: var(--st-background-color, #fff); color: var(--st-text-color, #31333f); overflow: auto; }
"""
_JS: Final = """
export default function ({ data, parentElement, setStateValue }) {
  const area = parentElement.querySelector("textarea");
  const lines = parentElement.querySelector(".lines");
  const number = () => {
    const count = area.value.split("\\n").length;
    lines.replaceChildren();
    for (let n = 1; n <= count; n++) {
      const line = document.createElement("div");
      line.textContent = n;
      if (n === area.wrongLine) line.className = "wrong";
      lines.append(line);
    }
    lines.scrollTop = area.scrollTop;
  };
  area.maxLength = data.longest;
  if (area.loaded !== data.loaded) { area.value = data.text; area.loaded = data.loaded; }
  area.wrongLine = data.wrong;
  number();
  area.onscroll = () => { lines.scrollTop = area.scrollTop; };
  area.oninput = () => {
    number();
    clearTimeout(area.pause);
    area.pause = setTimeout(() => setStateValue("text", area.value), 250);
  };
}
"""

_editor = st.components.v2.component("duologue_editor", html=_HTML, css=_CSS, js=_JS)


def editor(text: str, *, loaded: str, wrong: int | None) -> str:
    """Show the editor and return what stands in it; `loaded` names the `text`, which comes in where that changes.

    `wrong` is the number of the line to mark.
    """
    data: dict[str, Any] = {"text": text, "loaded": loaded, "wrong": wrong, "longest": LONGEST}
    result = _editor(data=data, default={"text": text}, key=f"editor-{loaded}", on_text_change=lambda: None)
    return str(result.text)
