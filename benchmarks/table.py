"""`python -m benchmarks.table`: write the results into docs/performance.md, between its markers.

With `--check` it only says whether the page is up to date.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.contenders import OURS, OURS_FP32

RESULTS: Final = Path(__file__).parent / "results"
PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
_MARKED: Final = re.compile(r"(<!-- results: ([\w-]+) -->\n).*?(<!-- end of results -->)", re.DOTALL)
_GIB: Final = 2**30


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    new = filled(text, RESULTS)
    if "--check" in sys.argv[1:]:
        sys.exit(None if new == text else f"{PAGE.name} is out of date: python -m benchmarks.table")
    PAGE.write_text(new, encoding="utf-8")


def filled(page: str, folder: Path) -> str:
    """Return `page` with every marked place holding the results of that name in `folder`."""

    def fill(match: re.Match[str]) -> str:
        path = folder / f"{match[2]}.json"
        if not path.exists():
            return f"{match[1]}Not measured yet.\n{match[3]}"
        record = json.loads(path.read_text(encoding="utf-8"))
        return f"{match[1]}{growth_table(record) if 'growth' in record else table(record)}\n{match[3]}"

    return _MARKED.sub(fill, page)


def table(record: Mapping[str, Any]) -> str:
    """Return one model's results in Markdown."""
    rows = [_row(name, one, record) for name, one in record["contenders"].items()]
    head = [
        "",
        "numbers",
        "conversations",
        "replies/s",
        "spread",
        "tokens/s",
        "ours is faster by",
        "spread",
        "peak memory",
    ]
    parts = [_heading(record), _markdown(head, rows), *_shares(record), *_skipped(record["skipped"])]
    return "\n\n".join(parts)


def _heading(record: Mapping[str, Any]) -> str:
    load = record["workload"]
    return (
        f"{record['parameters'] / 1e6:.0f} million parameters; {load['conversations']:,} conversations of "
        f"{load['turns']} turns, {load['replies']:,} replies of {load['reply_tokens']:,} tokens in all to prompts of "
        f"{load['prompt_tokens']:,}, of which {load['prompt_tokens_needed']:,} are new. {machine_line(record)}"
    )


def machine_line(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    device = f"{machine['gpu']}, " if machine["gpu"] else ""
    size = f"{machine['cores']} core{'s' * (machine['cores'] != 1)}, {machine['memory_gib']} GiB"
    return f"Measured on {record['measured']} on {device}{machine['cpu']}, {size}; {libraries}."


def _row(name: str, one: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    ratio, spread = record["ratios"].get(name), record["ratio_ranges"].get(name)
    label = f"**{one['label']}**" if name == OURS else one["label"]
    return [
        label,
        one["precision"],
        str(one["conversations"]),
        _number(one["replies_per_second"]),
        _spread(one["replies_per_second_range"]),
        _number(one["tokens_per_second"]),
        f"{_number(ratio)} x" if ratio else "",
        _spread(spread) if spread else "",
        f"{one['peak_memory_bytes'] / _GIB:.2f} GiB",
    ]


def _shares(record: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, suffix, label in ((OURS, "", "as shipped"), (OURS_FP32, "_fp32", "in fp32")):
        if f"share_of_limit{suffix}" not in record:
            continue
        limits = record[f"limits{suffix}"]
        precision = record["contenders"][name]["precision"]
        lines.append(
            f"Share of the machine's limit, {label}: {record[f'share_of_limit{suffix}']:.0%} of the whole, "
            f"{record[f'decode_share_of_limit{suffix}']:.0%} of decoding alone. The limit: "
            f"{limits['operations_per_second'][precision] / 1e9:,.0f} billion operations a second in {precision}, "
            f"{limits['bytes_per_second'] / 1e9:.1f} GB read a second."
        )
    return lines


def _skipped(skipped: Mapping[str, str]) -> list[str]:
    return [f"Left out: {name} ({why})." for name, why in skipped.items()]


def growth_table(record: Mapping[str, Any]) -> str:
    """Return how the engine's speed goes with conversations, turns and cores, in Markdown."""
    growth = record["growth"]
    by_count = [[str(one["conversations"]), _number(one["replies_per_second"]), _number(one["tokens_per_second"]),
                 f"{one['peak_memory_bytes'] / _GIB:.2f} GiB"] for one in growth["conversations"]]  # fmt: skip
    by_turn = [[str(one["turn"]), f"{one['prompt_tokens']:.0f}", f"{one['tokens']:.0f}", f"{one['seconds']:.2f}",
                f"{1000 * one['seconds'] / one['tokens']:.1f}"] for one in growth["turns"]]  # fmt: skip
    by_core = [[str(one["cores"]), _number(one["replies_per_second"])] for one in growth["cores"]]
    return "\n\n".join([
        machine_line(record),
        _markdown(["conversations at once", "replies/s", "tokens/s", "peak memory"], by_count),
        f"Turn by turn, at {growth['turns_at']} conversations:",
        _markdown(["turn", "tokens of its prompt", "tokens", "seconds a reply", "ms a token"], by_turn),
        _markdown(["cores", "replies/s"], by_core),
        f"From `duologue run` to the first reply: {growth['first_reply_seconds']:.1f} s. "
        f"`duologue --help`: {growth['help_seconds']:.2f} s.",
    ])  # fmt: skip


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _spread(bounds: list[float]) -> str:
    return f"{_number(bounds[0])} to {_number(bounds[1])}"


def _number(value: float) -> str:
    """Return three significant digits, and all of a whole number's."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    main()
