import json
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import FrozenInstanceError
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest

from agents.errors import UsageError
from agents.persona import Role
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.scenario import Scenario

DATA: dict[str, Any] = {
    "name": "small",
    "domain": "support",
    "openings": ["My {product} broke.", "Where is it?", "It is for {order number}."],
    "products": ["camera", "lamp"],
    "customer": {
        "dispositions": ["amiable", "cynical"],
        "motivations": ["refund", "replacement"],
        "tones": ["neutral", "annoyed"],
        "styles": ["plain", "typos", "colloquial"],
        "facts": [
            {"name": "order number", "value": "NW-{digits:6}", "reveal": "start"},
            {"name": "day", "value": "{date}", "reveal": "late"},
        ],
    },
    "agent": {"role": "support", "prompt": "You are kind."},
    "grounding": {"mode": "off"},
}
CELLS = 3 * 2 * 2 * 2 * 2 * 3


def scenario(**changes: object) -> Scenario:
    return Scenario.from_dict(DATA | changes, base=".")


def cell(spec: ConversationSpec) -> tuple[str | None, ...]:
    customer = spec.customer
    opening = "my" if spec.opening.startswith("My") else spec.opening[:5]
    axes = (customer.disposition.name, customer.motivation.name, customer.tone, customer.style)
    return (opening, customer.product, *axes)


def test_axes_and_sizes() -> None:
    plan = Plan(scenario(repeats=2))
    assert list(plan.axes.items()) == [
        ("openings", 3),
        ("products", 2),
        ("dispositions", 2),
        ("motivations", 2),
        ("tones", 2),
        ("styles", 3),
        ("repeats", 2),
    ]
    assert (plan.cells, len(plan)) == (CELLS, 2 * CELLS)


def test_every_cell_occurs_once_in_each_repeat() -> None:
    specs = list(Plan(scenario(repeats=2)))
    everything = set(
        product(
            ("my", "Where", "It is"),
            ("camera", "lamp"),
            ("amiable", "cynical"),
            ("refund", "replacement"),
            ("neutral", "annoyed"),
            ("plain", "typos", "colloquial"),
        )
    )
    assert set(map(cell, specs[:CELLS])) == everything
    assert list(map(cell, specs[:CELLS])) == list(map(cell, specs[CELLS:]))


def test_ids_and_seeds_are_those_of_one_conversation() -> None:
    specs = list(Plan(scenario(repeats=20)))
    assert len({spec.id for spec in specs}) == len({spec.seed for spec in specs}) == 20 * CELLS
    assert all(0 <= spec.seed < 2**32 for spec in specs)


def test_an_id_says_where_it_is_from() -> None:
    name, place, tag = Plan(scenario())[17].id.split("-")
    assert (name, place) == ("small", "00017")
    assert len(tag) == 6
    assert int(tag, 16) >= 0


def test_a_conversation_is_filled_in() -> None:
    chosen = scenario()
    spec = next(spec for spec in Plan(chosen) if "NW" in spec.opening)
    order, day = spec.customer.facts
    assert spec.opening == f"It is for {order.value}."
    assert (order.name, order.reveal, day.reveal) == ("order number", "start", "late")
    assert (spec.agent.role, spec.agent.prompt, spec.scenario) == (Role.SUPPORT, "You are kind.", chosen)


def test_facts_differ_from_conversation_to_conversation() -> None:
    assert len({spec.customer.facts[0].value for spec in Plan(scenario())}) > CELLS * 0.9


def test_places_count_from_both_ends() -> None:
    plan = Plan(scenario())
    specs = list(plan)
    assert [plan[0], plan[5], plan[-1]] == [specs[0], specs[5], specs[-1]]
    assert [spec.index for spec in specs] == list(range(CELLS))


@pytest.mark.parametrize("place", [CELLS, -CELLS - 1])
def test_a_place_outside_the_plan_is_refused(place: int) -> None:
    with pytest.raises(IndexError, match=f"place {place} in a plan of {CELLS} conversations"):
        Plan(scenario())[place]


def test_a_conversation_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Plan(scenario())[0].seed = 3  # type: ignore[misc]


def test_a_limit_keeps_the_first_conversations() -> None:
    assert list(Plan(scenario(), limit=7)) == list(islice(Plan(scenario()), 7))
    assert len(Plan(scenario(), limit=10**9)) == CELLS


def test_a_sampled_matrix_has_as_many_cells_in_each_repeat() -> None:
    plan = Plan(scenario(matrix={"sample": 10}, repeats=3))
    cells = list(map(cell, plan))
    assert (len(plan), plan.cells, len(set(cells[:10]))) == (30, CELLS, 10)
    assert cells[:10] == cells[10:20] == cells[20:]


def test_any_first_part_is_a_fair_sample_of_every_axis() -> None:
    data = DATA["customer"] | {"dispositions": ["amiable", "cynical", "sarcastic", "passive", "emotive"]}
    wide = scenario(customer=data, openings=[f"Opening number {n}." for n in range(20)], products=["a", "b", "c"])
    first = list(islice(Plan(wide), 600))
    for of in ("disposition", "motivation", "tone", "style", "product"):
        counts = Counter(str(getattr(spec.customer, of)) for spec in first)
        share = 600 / len(counts)
        assert all(abs(count - share) < 4 * share**0.5 for count in counts.values())
    assert len({spec.opening for spec in first}) == 20


def test_a_seed_given_is_as_good_as_one_in_the_file() -> None:
    given, written = Plan(scenario(seed=7), seed=9), Plan(scenario(seed=9))
    assert list(given) == list(written)
    assert given.scenario.digest == written.scenario.digest


def test_another_seed_gives_another_order_and_other_ids() -> None:
    one, two = list(Plan(scenario(seed=1))), list(Plan(scenario(seed=2)))
    assert list(map(cell, one)) != list(map(cell, two))
    assert not {spec.id[-6:] for spec in one[:20]} & {spec.id[-6:] for spec in two[:20]}


def test_ids_and_seeds_are_the_same_in_another_process() -> None:
    code = (
        "import json, sys; from orchestrator.plan import Plan; from orchestrator.scenario import Scenario;"
        "spec = Plan(Scenario.from_dict(json.load(sys.stdin), base='.'))[41];"
        "print(spec.id, spec.seed, spec.opening, sep='|')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(DATA), capture_output=True, text=True, check=True
    )
    spec = Plan(scenario())[41]
    assert ended.stdout.strip() == f"{spec.id}|{spec.seed}|{spec.opening}"


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 2**63}, {"limit": 0}])
def test_a_seed_or_limit_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Plan(scenario(), **wrong)


def test_a_sample_has_different_conversations() -> None:
    plan = Plan(scenario())
    sample = plan.sample(20, stream=5)
    assert len({spec.id for spec in sample}) == 20
    assert sample == plan.sample(20, stream=5) != plan.sample(20, stream=6)
    assert all(plan[spec.index] == spec for spec in sample)


def test_a_sample_of_more_than_there_are_is_all() -> None:
    assert {spec.index for spec in Plan(scenario()).sample(10**9, stream=5)} == set(range(CELLS))


def test_ten_million_conversations_take_no_memory_and_no_time(tmp_path: Path) -> None:
    rows = "".join(f'{{"query": "Opening number {n} about the {{product}}"}}\n' for n in range(100_000))
    (tmp_path / "seeds.jsonl").write_text(rows)
    customer = DATA["customer"] | {"styles": ["plain"], "tones": ["neutral"]}
    large = DATA | {"openings": {"file": "seeds.jsonl"}, "customer": customer, "repeats": 13}
    chosen = Scenario.from_dict(large, base=tmp_path)
    tracemalloc.start()
    began = time.process_time()
    plan = Plan(chosen)
    specs = [plan[place] for place in range(0, len(plan), len(plan) // 1000)]
    spent = time.process_time() - began
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(plan) == 100_000 * 2 * 2 * 2 * 13 == 10_400_000
    assert len({spec.id for spec in specs}) == len(specs)
    assert spent / len(specs) < 0.001
    assert max(held, peak) < 10_000_000


def test_iteration_is_lazy() -> None:
    plan = Plan(scenario(repeats=1_000_000))
    began = time.process_time()
    assert next(iter(plan)).index == 0
    assert time.process_time() - began < 1
