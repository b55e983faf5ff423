"""How well retrieval, support and endings do on the gold dialogues: `python -m benchmarks.grounding` prints the tables.

Gold holds 520 dialogues of 21 invented companies with their help articles; an agent turn names the passages that it
relies on, and every dialogue its ending. The thresholds in `orchestrator` were chosen on 400 of these dialogues, so the
figures are a description, not a test on unseen data.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents import randomness
from agents.dialogue import Speaker, Turn
from agents.persona import Domain
from orchestrator.endings import EndingScene, standard_rules
from orchestrator.grounding import HelpIndex, Passage, figures, support
from orchestrator.grounding.evidence import SUPPORTED

GOLD: Final = Path(__file__).parents[1] / "agents" / "training" / "gold"
_SLACK: Final = 2


@dataclass(frozen=True)
class Company:
    """A company's index and its dialogues, as they stand in the file."""

    name: str
    index: HelpIndex
    dialogues: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """An agent's reply with the passages that it cites, the customer's turn before it and all that was said."""

    company: Company
    reply: str
    question: str
    context: str
    said: str
    cited: frozenset[str]


def companies() -> list[Company]:
    """Return the gold companies."""
    folders = sorted(path for path in GOLD.iterdir() if path.is_dir())
    return [
        Company(
            folder.name,
            HelpIndex.load([folder / "articles"]),
            [json.loads(line) for line in (folder / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()],
        )
        for folder in folders
    ]


def cases(company: Company) -> Iterator[Case]:
    """Yield the replies of `company` that cite something."""
    for dialogue in company.dialogues:
        turns = dialogue["turns"]
        for place, turn in enumerate(turns):
            cited = frozenset(citation["passage"] for citation in turn.get("citations") or ())
            if turn["speaker"] == "agent" and cited:
                asked = [one["text"] for one in turns[:place] if one["speaker"] == "customer"]
                said = " ".join(one["text"] for one in turns[:place])
                yield Case(company, turn["text"], asked[-1], " ".join(asked[:-1]), said, cited)


def recall(found: Sequence[Case], k: int) -> tuple[float, float]:
    """Return how often one of the cited sections, and one of the cited articles, is among the first `k` hits."""
    sections = articles = 0
    for case in found:
        hits = [hit.passage for hit in case.company.index.search(case.question, k, context=case.context)]
        sections += any(passage.id in case.cited for passage in hits)
        articles += any(passage.article in {one.partition("#")[0] for one in case.cited} for passage in hits)
    return sections / len(found), articles / len(found)


def borne_out(reply: str, passages: Sequence[Passage], said: str) -> bool:
    """Return whether `support` takes `reply` to be borne out."""
    found = support(reply, passages, said=said)
    return found.score >= SUPPORTED and not found.missing


def scores(true: Sequence[bool], false: Sequence[bool]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of what was accepted among `true` and `false` pairs."""
    accepted = sum(true)
    precision = accepted / max(1, accepted + sum(false))
    share = accepted / max(1, len(true))
    return precision, share, 2 * precision * share / max(1e-9, precision + share)


def support_table(found: Sequence[Case]) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 of `support` against passages of other articles and against altered figures."""
    own, other, altered = [], [], []
    for place, case in enumerate(found):
        passages = case.company.index.passages
        cited = [passage for passage in passages if passage.id in case.cited]
        articles = {passage.article for passage in cited}
        rest = [passage for passage in passages if passage.article not in articles]
        stream = randomness.key("shuffled", place)
        wrong = [randomness.choose(stream, n, rest) for n in range(len(cited))]
        own.append(borne_out(case.reply, cited, case.said))
        other.append(borne_out(case.reply, wrong, case.said))
        if changed := misstated(case.reply, stream):
            altered.append(borne_out(changed, cited, case.said))
    return {"passages of other articles": scores(own, other), "one figure altered": scores(own, altered)}


def misstated(reply: str, stream: int) -> str | None:
    """Return `reply` with one of its figures that stand in digits changed, None where it has none."""
    digits = [figure for figure in figures(reply) if figure.isdigit() and figure in reply]
    if not digits:
        return None
    figure = randomness.choose(stream, 100, digits)
    return reply.replace(figure, str(int(figure) + 1 + randomness.below(stream, 101, 40)), 1)


def endings(all_: Sequence[Company]) -> tuple[Counter[tuple[str, str]], float]:
    """Return how often each labelled reason was found as each, and the macro-F1 over the labelled reasons."""
    table: Counter[tuple[str, str]] = Counter()
    for company in all_:
        for dialogue in company.dialogues:
            table[dialogue["ending"]["reason"], _found(dialogue)] += 1
    reasons = sorted({label for label, _ in table})
    f1 = []
    for reason in reasons:
        hit = table[reason, reason]
        labelled = sum(n for (label, _), n in table.items() if label == reason)
        named = sum(n for (_, found), n in table.items() if found == reason)
        f1.append(2 * hit / max(1, labelled + named))
    return table, sum(f1) / len(f1)


def _found(dialogue: Mapping[str, Any]) -> str:
    turns = [
        Turn(turn["n"], Speaker(turn["speaker"]), turn["text"], tuple(turn["moves"])) for turn in dialogue["turns"]
    ]
    domain = Domain(dialogue["domain"])
    rule = standard_rules(domain, len(turns) + _SLACK)
    for place in range(1, len(turns) + 1):
        if ending := rule.check(EndingScene(turns[:place], 4, len(turns) + _SLACK, domain)):
            return str(ending.reason)
    return "none"


def main() -> None:
    """Print the tables."""
    all_ = companies()
    found = [case for company in all_ for case in cases(company)]
    print(f"{len(found)} replies with citations, {len(all_)} companies")
    for k in (1, 3):
        section, article = recall(found, k)
        print(f"retrieval, recall@{k}: section {section:.3f}, article {article:.3f}")
    for name, (precision, share, f1) in support_table(found).items():
        print(f"support against {name}: precision {precision:.3f}, recall {share:.3f}, F1 {f1:.3f}")
    table, macro = endings(all_)
    print(f"endings, macro-F1 {macro:.3f}")
    for (label, reason), count in sorted(table.items()):
        print(f"  {label:14} found as {reason:14} {count}")


if __name__ == "__main__":
    main()
