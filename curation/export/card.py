"""The data card: what a data set is made from, what is in it, how it was parted, and what it must not be taken for.

It is Markdown with the front matter that the Hugging Face hub and `datasets` read, written from the run's record and
from what was counted on the way; nothing in it is guessed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from curation.export.landing import MARK
from curation.export.records import COLUMNS
from curation.export.request import Format, Request
from curation.export.sources import mapping
from curation.export.splitting import Apart, Division
from curation.export.summary import FileMade, Summary
from curation.export.system_prompt import GREETING

_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_BUILDER: Final = {
    Format.CSV: ("  keep_default_na: false",),
    Format.TEXT: ("  sample_by: paragraph",),
}
"""What `datasets` must be told to read a format as it was written."""
_LOAD: Final = {
    Format.CSV: (
        "A cell that a spreadsheet would take for a formula has an apostrophe in front, as has one that begins with an "
        "apostrophe; `curation.export.read_csv` takes it off again, and so does dropping one leading apostrophe. With "
        'pandas: `pd.read_csv(FILE, keep_default_na=False)`, or messages such as "None" are lost.'
    ),
    Format.PARQUET: "Turns and facts are nested lists; `pandas.read_parquet` and `pyarrow.parquet` read them.",
    Format.MESSAGES: "TRL's `SFTTrainer` takes it as it is, with a tokenizer that has a chat template.",
    Format.SHAREGPT: "Axolotl and LLaMA-Factory read it as ShareGPT.",
    Format.TEXT: "A blank line ends a conversation.",
}
_LIMITS: Final = """\
- Machine-written: two language models talked. Nobody said any of it, and it says nothing about how often real customers
  ask, complain or buy.
- What a reply states is borne out only where a citation says so, and a citation shows its words, not that they answer
  the question. Anything else may be invented.
- Openings, dispositions, motivations, tones and styles are the scenario's, in its proportions: few types, no people.
- Endings are found by rules over the words, and rules err.
- Order numbers, names, dates and the like are made up; a match with a real one is chance."""
_LICENCE: Final = """\
`{licence}`, as set at export{hint}. Passages are quoted from the help content of the scenario, whose owner's terms hold
for them; the cards of the models name what they were trained on, and under which licences."""


def data_card(summary: Summary) -> str:
    """Return the card as Markdown."""
    sections = [
        _front_matter(summary),
        f"{MARK.format(summary.name)}\n\n# {_cell(_title(summary))}\n\n{_about(summary)}",
        f"## Load it\n\n{_load(summary)}",
        f"## Files\n\n{_files(summary.files)}",
        f"## Source\n\n{_source(summary)}",
        f"## What was kept\n\n{_kept(summary)}",
        *([f"## Split\n\n{_split(summary, summary.division)}"] if summary.division else []),
        f"## Endings\n\n{_endings(summary.files)}",
        f"## Columns\n\n{_columns(summary.request)}",
        f"## Known limits\n\n{_LIMITS}",
        f"## Licence\n\n{_licence(summary.request.licence)}",
    ]
    return "\n\n".join(sections) + "\n"


def _front_matter(summary: Summary) -> str:
    lines = [
        f"pretty_name: {json.dumps(_title(summary))}",
        "language: en",
        f"license: {summary.request.licence}",
        "task_categories: [text-generation]",
        "tags: [synthetic, dialogue, customer-conversations, duologue]",
        f"size_categories: {_size(sum(file.tally.rows for file in summary.files))}",
        "configs:",
        "- config_name: default",
        "  data_files:",
        *(line for file in summary.files for line in _data_file(file)),
        *_BUILDER.get(summary.request.to, ()),
    ]
    return "\n".join(("---", *lines, "---"))


def _data_file(file: FileMade) -> tuple[str, str]:
    return f"  - split: {file.part}", f"    path: {json.dumps(file.path.name)}"


def _size(rows: int) -> str:
    return next((name for bound, name in _SIZES if rows < bound), "n>1M")


def _title(summary: Summary) -> str:
    return ", ".join(sorted(_counted(summary, "scenarios"))) or summary.name


def _counted(summary: Summary, what: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for file in summary.files:
        total.update(getattr(file.tally, what))
    return total


def _about(summary: Summary) -> str:
    tallies = [file.tally for file in summary.files]
    conversations, turns, words = (sum(getattr(t, n) for t in tallies) for n in ("conversations", "turns", "words"))
    return (
        f"{conversations:,} simulated customer conversations with {turns:,} turns and {words:,} words, between two "
        f"language models, made and exported with Duologue."
    )


def _load(summary: Summary) -> str:
    code = 'from datasets import load_dataset\n\ndata = load_dataset("FOLDER")  # the folder of this page'
    request = summary.request
    notes = [_LOAD[request.to]]
    if request.is_chat:
        side, other = ("customer", "agent") if request.flip else ("agent", "customer")
        notes.append(
            f"The {side} is the assistant, the {other} the user. Messages of one side in a row are joined, and a last "
            f"message that nobody answers is left out."
        )
    if request.flip:
        notes.append(f'Each chat begins with a user message that is in no conversation: "{GREETING}"')
    return f"```python\n{code}\n```\n\n{' '.join(notes)}"


def _files(files: Sequence[FileMade]) -> str:
    rows = [
        (f"`{_cell(file.path.name)}`", f"{file.tally.conversations:,}", f"{file.tally.rows:,}", f"{file.bytes:,}",
         f"`{file.sha256}`")
        for file in files
    ]  # fmt: skip
    return _table(("file", "conversations", "rows", "bytes", "SHA-256"), rows)


def _source(summary: Summary) -> str:
    runs = [
        (_cell(s.name), f"{s.conversations:,}", _cell(str(s.record.get("status", "no run.json"))), f"`{s.digest}`")
        for s in summary.sources
    ]
    parts = [
        _table(("run", "conversations", "state", "SHA-256 of the transcripts"), runs),
        _table(("scenario", "exported", "planned", "seed", "grounding", "digest"), _scenarios(summary)),
        _table(("model", "wrote", "SHA-256"), _models(summary)),
    ]
    versions = sorted({f"{k} {v}" for s in summary.sources for k, v in mapping(s.record.get("versions")).items()})
    return "\n\n".join([*parts, *([f"Made with {_cell(', '.join(versions))}."] if versions else []), *_notes(summary)])


def _notes(summary: Summary) -> list[str]:
    notes = [f"- {_cell(warning)}" for source in summary.sources for warning in source.warnings]
    return ["\n".join(notes)] if notes else []


def _scenarios(summary: Summary) -> Iterator[tuple[str, ...]]:
    entries = {name: entry for source in summary.sources for name, entry in source.scenarios.items()}
    for name, count in sorted(_counted(summary, "scenarios").items()):
        entry = entries.get(name, {})
        config = mapping(entry.get("config"))
        digest = str(entry.get("digest", "not recorded"))[:16]
        told = (entry.get("planned"), config.get("seed"), mapping(config.get("grounding")).get("mode"))
        shown = ("not recorded" if value is None else _cell(str(value)) for value in told)
        yield (_cell(name), f"{count:,}", *shown, f"`{_cell(digest)}`")


def _models(summary: Summary) -> Iterator[tuple[str, str, str]]:
    hashes = {name: digest for s in summary.sources for name, digest in mapping(s.record.get("models")).items()}
    wrote: dict[str, set[str]] = {}
    for file in summary.files:
        for customer, agent in file.tally.models:
            wrote.setdefault(customer, set()).add("the customer")
            wrote.setdefault(agent, set()).add("the agent")
    for model, sides in sorted(wrote.items()):
        digest = _cell(str(hashes.get(model, "not recorded")))
        yield _cell(model), " and ".join(sorted(sides, reverse=True)), f"`{digest}`"


def _kept(summary: Summary) -> str:
    request = summary.request
    filters = [
        f"endings: {', '.join(sorted(request.endings))}" if request.endings else "",
        f"at least {request.min_turns} turns" if request.min_turns > 1 else "",
        f"turns of the {request.role} only" if request.role else "",
        "of conversations that say the same, letter case and punctuation aside, the first" if request.dedupe else "",
    ]
    rules = [f"- {rule}" for rule in filters if rule] or ["- no filter"]
    out = [f"{count:,} for {reason}" for reason, count in summary.left_out.items()]
    told = f"{summary.read:,} conversations were read, {sum(summary.left_out.values()):,} left out"
    return "\n".join([*rules, "", f"{told}{': ' + ', '.join(out) if out else ''}."])


def _split(summary: Summary, division: Division) -> str:
    total = sum(file.tally.conversations for file in summary.files)
    openings = Counter(division.of_opening.values())
    rows = [
        (file.part, f"{share:.1%}", f"{file.tally.conversations / total:.1%}", f"{openings[file.part]:,}",
         f"{len(division.articles[file.part]):,}", f"{len(division.shared[file.part]):,}", f"{file.tally.leaking:,}")
        for file, share in zip(summary.files, summary.request.shares, strict=True)
    ]  # fmt: skip
    first = division.parts[0]
    names = ("part", "asked", "conversations", "openings", "articles cited", f"cited in {first}, too", "leaking")
    told = f"Kept apart: {division.apart}; seed {summary.request.seed}. {_leaks(division)}"
    return f"{told}\n\n{_table(names, rows)}"


def _leaks(division: Division) -> str:
    if division.apart is Apart.ALL:
        return "No part has an opening or a cited article of another."
    return (
        f"Not all that is cited could be kept apart: by that, {division.largest:.1%} of the conversations hang "
        f"together. Leaking are conversations that cite an article which {division.parts[0]} cites, too."
    )


def _endings(files: Sequence[FileMade]) -> str:
    reasons = sorted({reason for file in files for reason in file.tally.endings})
    rows = [(reason, *(f"{file.tally.endings[reason]:,}" for file in files)) for reason in reasons]
    return _table(("ending", *(file.part for file in files)), rows)


def _columns(request: Request) -> str:
    return _table(("column", "is"), ((f"`{name}`", meaning) for name, meaning in COLUMNS[request.to].items()))


def _licence(licence: str) -> str:
    return _LICENCE.format(licence=licence, hint="; `--licence` sets another" if licence == "other" else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """Return `text` on one line that neither ends a table's cell nor is read as markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "'").replace("|", "/")
    return " ".join(escaped.split())
