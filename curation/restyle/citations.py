"""Which citations a rewritten reply still bears, and the words that show the ending. It judges as grounding does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.restyle.wording import sentences
from orchestrator.grounding import Article, Hit, Passage, cite
from orchestrator.grounding.words import stem, words
from orchestrator.transcript import Citation, Ending

_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of a rewritten reply: those that it bears out still, and those that were dropped."""

    kept: tuple[Citation, ...]
    dropped: tuple[Citation, ...]


def recited(
    citations: Sequence[Citation], text: str, original: str, *, articles: Mapping[str, Article], said: str
) -> Cited:
    """Return what of `citations`, those of `original`, holds for `text`; `said` is what was said before.

    A citation holds where its very words stand in the text, or where some sentence of it is borne out by them, by the
    rules that gave the reply its citations; then its support is measured anew. Where the article is not to be had, the
    likeness to the original decides.
    """
    kept: list[Citation] = []
    dropped: list[Citation] = []
    for citation in citations:
        article = articles.get(citation.passage.rpartition("#")[0])
        if article is None or citation.end > len(article.text):
            held = citation if _likeness(original, text) >= _ALIKE else None
        else:
            held = _held(citation, article, text, said)
        (dropped if held is None else kept).append(held or citation)
    return Cited(tuple(kept), tuple(dropped))


def _held(citation: Citation, article: Article, text: str, said: str) -> Citation | None:
    span = article.text[citation.start : citation.end]
    if " ".join(words(span)) in " ".join(words(text)):
        return citation
    passage = Passage(citation.passage, article.id, article.title, article.title, span, citation.start, citation.end)
    found = cite(text, [Hit(passage, citation.score)], said=said)
    if not found:
        return None
    return citation.model_copy(update={"support": max(one.support for one in found)})


def still_shown(ending: Ending, text: str) -> Ending:
    """Return the ending with evidence that stands in `text`, the rewritten turn: the sentence most like the old one."""
    if not ending.evidence or ending.evidence in text:
        return ending
    best = max(sentences(text), key=lambda one: _likeness(ending.evidence, one), default="")
    return ending.model_copy(update={"evidence": best}) if best else ending


def _likeness(one: str, other: str) -> float:
    wanted = {stem(word) for word in words(one)}
    return len(wanted & {stem(word) for word in words(other)}) / len(wanted) if wanted else 0.0
