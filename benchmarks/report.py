"""From single runs to results: medians, their spread, ratios and shares, as the plain data of the JSON files."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final, TypeAlias

from benchmarks.contenders import CONTENDERS, OURS, OURS_FP32, RIVALS
from benchmarks.worker import Measurement

Runs: TypeAlias = Mapping[str, Sequence[Measurement]]

SCHEMA: Final = 1


def results(runs: Runs, conversations: Mapping[str, int]) -> dict[str, Any]:
    """Return what follows from `runs`, which have one measurement a repeat for each contender."""
    ratios = {name: _ratios(runs, OURS, name) for name in RIVALS if name in runs and OURS in runs}
    fp32 = {name: _ratios(runs, OURS_FP32, name) for name in RIVALS if name in runs and OURS_FP32 in runs}
    return {
        "contenders": {name: _contender(name, runs[name], conversations[name]) for name in CONTENDERS if name in runs},
        "ratios": {name: rounded(median(values)) for name, values in ratios.items()},
        "ratio_ranges": {name: _range(values) for name, values in ratios.items()},
        "ratios_fp32": {name: rounded(median(values)) for name, values in fp32.items()},
        **_shares(runs.get(OURS, ())),
        **{f"{key}_fp32": value for key, value in _shares(runs.get(OURS_FP32, ())).items()},
    }


def rate(run: Measurement) -> float:
    """Return replies a second."""
    return run.replies / run.seconds


def _contender(name: str, runs: Sequence[Measurement], conversations: int) -> dict[str, Any]:
    replies, tokens = [rate(run) for run in runs], [run.tokens / run.seconds for run in runs]
    return {
        "label": CONTENDERS[name].label,
        "conversations": conversations,
        "turns_timed": "all" if CONTENDERS[name].whole else "middle",
        "precision": runs[0].precision,
        "repeats": len(runs),
        "replies_per_second": rounded(median(replies)),
        "replies_per_second_range": _range(replies),
        "tokens_per_second": rounded(median(tokens)),
        "peak_memory_bytes": max(run.memory for run in runs),
    }


def _ratios(runs: Runs, ours: str, rival: str) -> list[float]:
    """Return how many times as fast `ours` was, repeat by repeat."""
    return [rate(one) / rate(other) for one, other in zip(runs[ours], runs[rival], strict=True)]


def _shares(runs: Sequence[Measurement]) -> dict[str, Any]:
    """Return what ours reached of the machine's limits, and those limits."""
    shares = [run.share for run in runs if run.share]
    if not shares:
        return {}
    whole = [(run.share["prefill"] + run.share["decode"]) / run.seconds for run in runs if run.share]
    decode = [share["trial"] / share["trial_took"] for share in shares]
    limits = [share["limits"] for share in shares]
    return {
        "share_of_limit": rounded(median(whole)),
        "share_of_limit_range": _range(whole),
        "decode_share_of_limit": rounded(median(decode)),
        "decode_share_of_limit_range": _range(decode),
        "limit_seconds": {phase: rounded(median(s[phase] for s in shares)) for phase in ("prefill", "decode")},
        "limits": {
            "operations_per_second": {
                kind: round(median(one["operations"][kind] for one in limits)) for kind in limits[0]["operations"]
            },
            "bytes_per_second": round(median(one["bandwidth"] for one in limits)),
        },
    }


def _range(values: Sequence[float]) -> list[float]:
    return [rounded(min(values)), rounded(max(values))]


def rounded(value: float) -> float:
    """Return `value` with four significant digits."""
    return float(f"{value:.4g}")
