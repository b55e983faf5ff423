from pathlib import Path

import pytest

from agents.errors import ScenarioError
from orchestrator.chosen_guards import shipped
from orchestrator.scenario import Scenario

GOOD = """\
name: returns
domain: support
help_content: ../help
openings:
  - My {product} broke.
  - "I write about {order number}."
customer:
  dispositions: [amiable, cynical]
  motivations: [refund]
  facts:
    - {name: order number, value: "NW-{digits:6}", reveal: start}
agent:
  role: support
products: [camera, laptop]
"""
OPENINGS = 'openings:\n  - My {product} broke.\n  - "I write about {order number}."'


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    (tmp_path / "duologue.yaml").touch()
    (tmp_path / "help").mkdir()
    (tmp_path / "help/refunds.md").write_text("# Refunds\n\nA refund takes 5 days.\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "scenarios").mkdir()
    return tmp_path / "scenarios"


def message(text: str, folder: Path) -> str:
    """Return what is said of a scenario file, with ROOT for the workspace."""
    path = folder / "s.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}:")
    return said.removeprefix(f"{path}:").replace(str(folder.parent), "ROOT")


def test_the_scenario_that_the_bad_ones_come_from_is_good(scenarios: Path) -> None:
    (scenarios / "s.yaml").write_text(GOOD)
    assert Scenario.load(scenarios / "s.yaml").name == "returns"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: returns\n", "", "1:1: name: missing; lower-case letters, digits and hyphens, such as 'returns'"),
        ("name: returns", "nmae: returns", "1:1: nmae: unknown key; did you mean 'name'? (and 1 more)"),
        ("name: returns", "name: 12", "1:7: name: 12 is not text; put quotes around it"),
        (
            "name: returns",
            "name: Returns!",
            "1:7: name: 'Returns!' does not fit; expected lower-case letters, digits and hyphens, such as 'returns'",
        ),
        (
            "name: returns",
            "name:",
            "1:1: name: empty; expected lower-case letters, digits and hyphens, such as 'returns'",
        ),
        (
            "domain: support",
            "domain: suport",
            "2:9: domain: 'suport' is not one of support, sales; did you mean 'support'?",
        ),
        (
            "domain: support",
            "domain: sales",
            "13:9: agent.role: 'support' does not fit the domain 'sales'; write 'salesperson'",
        ),
        (
            "help_content: ../help\n",
            "",
            "1:1: help_content: missing; grounding mode 'splice' needs it: "
            "name a folder of articles, or set grounding.mode to off",
        ),
        ("../help\n", "../hlep\n", "3:15: help_content: '../hlep' is not there (looked for 'ROOT/hlep')"),
        (
            "../help\n",
            "[../help, ../empty]\n",
            "3:25: help_content[1]: '../empty' is a folder without any .md, .txt or .html file",
        ),
        ("../help\n", "../duologue.yaml\n", "3:15: help_content: '../duologue.yaml' is not a .md, .txt or .html file"),
        ("../help\n", "../../..\n", "3:15: help_content: '../../..' leads out of the workspace 'ROOT'"),
        (
            "- My {product} broke.",
            "- Mine is this: broken",
            "5:5: openings[0]: a mapping is not text; a text with ': ' in it needs quotes around it",
        ),
        (
            "- My {product} broke.",
            "- My {colour} thing broke.",
            "5:5: openings[0]: 'My {colour} thing broke.' has the unknown slot '{colour}'; "
            "known are {product}, {order number}",
        ),
        (
            "- My {product} broke.",
            "- It broke }:-(",
            "5:5: openings[0]: 'It broke }:-(' has a brace that belongs to no slot",
        ),
        (
            "- My {product} broke.",
            f"- {'It is broken. ' * 67}",
            "5:5: openings[0]: 'It is broken. It is broken. It is broken. It is broken. I...' has 201 words; "
            "an opening has at most 200",
        ),
        (
            "- My {product} broke.",
            "- I write about {order number}.",
            "6:5: openings[1]: 'I write about {order number}.' is there twice; list it once",
        ),
        (
            OPENINGS,
            "openings: My {product} broke.",
            "4:11: openings: 'My {product} broke.' does not fit; expected a list of texts, or {file: seeds.jsonl}",
        ),
        (OPENINGS, "openings: []", "4:11: openings: the list is empty; at least 1 entry"),
        (
            OPENINGS,
            "openings: {file: seeds.jsonl}",
            "4:18: openings.file: 'seeds.jsonl' is not there (looked for 'ROOT/scenarios/seeds.jsonl')",
        ),
        (
            "reveal: start",
            "reveal: asked",
            "6:5: openings[1]: 'I write about {order number}.' has the slot '{order number}', "
            "but only facts with 'reveal: start' may stand in an opening",
        ),
        (
            "products: [camera, laptop]\n",
            "",
            "5:5: openings[0]: 'My {product} broke.' has the slot {product}, but the scenario has no products",
        ),
        ("[camera, laptop]", "[camera, camera]", "14:20: products[1]: 'camera' is there twice; list it once"),
        (
            "[amiable, cynical]",
            "[amiable, cynicle]",
            "8:27: customer.dispositions[1]: 'cynicle' is not a known disposition; did you mean 'cynical'? "
            "(known: amiable, cynical, sarcastic, passive, emotive)",
        ),
        ("[amiable, cynical]", "amiable", "8:17: customer.dispositions: 'amiable' is not a list; put [ ] around it"),
        ("[amiable, cynical]", "[]", "8:17: customer.dispositions: the list is empty; at least 1 entry"),
        (
            "[amiable, cynical]",
            "[cynical, cynical]",
            "8:27: customer.dispositions[1]: 'cynical' is there twice; list it once",
        ),
        (
            "[amiable, cynical]",
            "[{name: hasty, descripton: hasty}]",
            "8:32: customer.dispositions[0].descripton: unknown key; did you mean 'description'? (and 1 more)",
        ),
        ("  motivations: [refund]\n", "", "7:1: customer.motivations: missing; a list, such as [refund, replacement]"),
        (
            "  motivations: [refund]",
            "  motivations: [refund]\n  tones: [sad]",
            "10:11: customer.tones[0]: 'sad' is not one of neutral, cheerful, annoyed",
        ),
        (
            "{digits:6}",
            "{digit:6}",
            "11:35: customer.facts[0].value: 'NW-{digit:6}' has the unknown slot '{digit:6}'; known are "
            "{digits:n}, {letters:n}, {int:a-b}, {date}, {choice:a|b|c}, {product}",
        ),
        (
            "{digits:6}",
            "{digits:six}",
            "11:35: customer.facts[0].value: 'NW-{digits:six}' has the malformed slot '{digits:six}'; "
            "{digits:n} takes n from 1 to 18",
        ),
        (
            "{digits:6}",
            "{int:9-2}",
            "11:35: customer.facts[0].value: 'NW-{int:9-2}' has the malformed slot '{int:9-2}'; "
            "{int:a-b} takes a up to b, such as 2-9",
        ),
        (
            "{digits:6}",
            "{choice:a|}",
            "11:35: customer.facts[0].value: 'NW-{choice:a|}' has the malformed slot '{choice:a|}'; "
            "{choice:a|b} takes two or more texts",
        ),
        (
            'value: "NW-{digits:6}", ',
            "",
            "11:7: customer.facts[0].value: missing; a text that may have slots, such as 'NW-{digits:6}'",
        ),
        ("agent:\n  role: support", "agent: support", "12:8: agent: 'support' does not fit; "
         "expected a mapping with the agent's role"),
    ],
)  # fmt: skip
def test_a_changed_line(old: str, new: str, said: str, scenarios: Path) -> None:
    assert old in GOOD
    assert message(GOOD.replace(old, new), scenarios) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("turns: {min: 1, max: 8}", "15:14: turns.min: 1 is too small; at least 2"),
        ("turns: {min: 4, max: 61}", "15:22: turns.max: 61 is too large; at most 60"),
        ("turns: {min: 20}", "15:1: turns.max: 12 is less than turns.min, which is 20"),
        ("turns: {min: four, max: 99}", "15:14: turns.min: 'four' is not a whole number (and 1 more)"),
        ("reply: {words: [50]}", "15:16: reply.words: a list is not a pair; write two numbers, such as [50, 75]"),
        (
            "reply: {words: [50, 55]}",
            "15:16: reply.words: [50, 55] leaves no room; the second number must be at least 10 more than the first",
        ),
        ("reply: {attempts: 17}", "15:19: reply.attempts: 17 is too large; at most 16"),
        (
            "grounding: {mode: promt}",
            "15:19: grounding.mode: 'promt' is not one of off, prompt, verify, splice; did you mean 'prompt'?",
        ),
        ("grounding: {passages: 0}", "15:23: grounding.passages: 0 is too small; at least 1"),
        (
            "endings: resolved | max_turn(8)",
            "15:21: endings: 'max_turn' is not a known ending; did you mean 'max_turns'? (known: resolved, unresolved, "
            "gave_up, sale_closed, sale_declined, goodbye, repeats, stalled, max_turns)",
        ),
        (
            'endings: "resolved | max_turns(8"',
            "15:33: endings: 'resolved | max_turns(8': it ends where ',' or ')' should be",
        ),
        ("endings: resolved goodbye", "15:19: endings: 'resolved goodbye': 'goodbye' stands where '|', '&' or the end "
         "should be"),
        ("endings: resolved and __import__('os')", "15:19: endings: \"resolved and __import__('os')\": 'and' stands "
         "where '|', '&' or the end should be"),
        ("endings: max_turns(1)", "15:10: endings: max_turns.n: 1 is too small; at least 2"),
        ("endings: repeats(time=3)", "15:10: endings: repeats.time: unknown parameter; did you mean 'times'?"),
        ("endings: goodbye(3)", "15:10: endings: 'goodbye' has 1 values and takes none"),
        (
            "endings: [goodbye, {max_turns: {n: many}}]",
            "15:36: endings[1].max_turns.n: 'many' is not a whole number",
        ),
        ("endings: [goodbye, {max_turns: {m: 8}}]", "15:33: endings[1].max_turns.m: unknown parameter; "
         "known here: n"),
        (
            "endings: 12",
            "15:10: endings: 12 does not fit; expected a rule, such as 'resolved | max_turns(8)' or "
            "{max_turns: {n: 8}}, or a list of them",
        ),
        ("endings: []", "15:10: endings: the list is empty; at least 1 entry"),
        ("guards: {ecko: off}", "15:10: guards.ecko: 'ecko' is not a known guard; did you mean 'echo'? (known: KNOWN)"),
        ("guards: {echo: {run: none}}", "15:22: guards.echo.run: 'none' is not a whole number"),
        ("guards: {echo: {run: 0}}", "15:22: guards.echo.run: 0 is too small; at least 1"),
        ("guards: {echo: {runs: 9}}", "15:17: guards.echo.runs: unknown parameter; did you mean 'run'?"),
        ("guards: {empty: {most: 9}}", "15:18: guards.empty.most: unknown parameter; it takes none"),
        (
            "guards: {echo: maybe}",
            "15:16: guards.echo: 'maybe' does not fit; expected on, off, or a mapping of parameters",
        ),
        ("guards: [echo]", "15:9: guards: a list is not a mapping"),
        ("matrix: half", "15:9: matrix: 'half' does not fit; expected full, or {sample: n}"),
        (
            "matrix: {sample: 9}",
            "15:18: matrix.sample: 9 is too large; the matrix has 8 cells "
            "(2 openings x 2 products x 2 dispositions); use repeats for more",
        ),
        ("repeats: 1.5", "15:10: repeats: 1.5 is not a whole number"),
        ("seed: -1", "15:7: seed: -1 is too small; at least 0"),
        ('seed: "7"', "15:7: seed: '7' is not a whole number; leave the quotes out"),
        ("sede: 7", "15:1: sede: unknown key; did you mean 'seed'?"),
        (
            "x: 7",
            "15:1: x: unknown key; known here: name, domain, help_content, openings, customer, agent, products, "
            "turns, reply, grounding, endings, guards, matrix, repeats, seed",
        ),
        ("name: again", "15:1: the key 'name' is there twice; first in line 1"),
        ("seed: *one", "15:7: the alias '*one' has no anchor before it"),
        ("seed: !!int 7", "15:7: the tag 'tag:yaml.org,2002:int' is not supported; quotes make a value text"),
        ("---\nname: b", "15:1: a second document starts here; a scenario file holds one"),
        (
            "seed: a: b",
            "15:8: not valid YAML: mapping values are not allowed here; "
            "a text with ': ' in it needs quotes around it",
        ),
        ('seed: "7', "16:1: not valid YAML: found unexpected end of stream; a quote is not closed"),
        ("12: x", "15:1: a key must be text"),
        ("seed: \0", "15:7: the character '\\x00' is not allowed in a scenario"),
        ("seed: \ud800", "15:7: the byte 0xed is not UTF-8; save the file as UTF-8"),
        ('seed: "\\uDC00"', "15:7: seed: '\\udc00' has the character '\\udc00', which is not allowed"),
        ('"\\e[31m": 7', "15:1: '\\x1b[31m': unknown key; known here: name, domain, help_content, openings, customer, "
         "agent, products, turns, reply, grounding, endings, guards, matrix, repeats, seed"),
    ],
)  # fmt: skip
def test_an_added_line(line: str, said: str, scenarios: Path) -> None:
    assert message(f"{GOOD}{line}\n", scenarios) == said.replace("KNOWN", ", ".join(shipped()))


def test_the_first_fault_in_the_file_is_told_and_the_others_counted(scenarios: Path) -> None:
    text = GOOD.replace("[refund]", "[refunds]").replace("domain: support", "domain: none") + "seed: -1\nrepeats: 0\n"
    assert message(text, scenarios) == "2:9: domain: 'none' is not one of support, sales (and 3 more)"


def test_an_empty_file(scenarios: Path) -> None:
    said = "1:1: the file is empty; a scenario starts with a name, such as 'name: returns'"
    assert message("", scenarios) == said


def test_a_file_that_is_a_list(scenarios: Path) -> None:
    said = "1:1: a list is not a scenario; expected keys, such as 'name: returns'"
    assert message("- name: returns\n", scenarios) == said


@pytest.mark.parametrize(("name", "said"), [("none.yaml", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read(name: str, said: str, scenarios: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(scenarios / name)
    assert str(caught.value) == f"{scenarios / name}: {said}"


def test_an_error_is_one_line_whatever_the_value(scenarios: Path) -> None:
    said = message(GOOD.replace("[refund]", '["a\\nb\\r\\u2028c"]'), scenarios)
    assert said.isprintable()


def test_data_without_a_file_is_told_by_its_key() -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict({"name": "a", "domain": "support", "seed": -1}, base=".")
    assert str(caught.value) == "seed: -1 is too small; at least 0 (and 3 more)"


def test_text_without_a_file_is_told_by_its_line() -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse("name: returns\nseed: x\n")
    assert str(caught.value) == "2:7: seed: 'x' is not a whole number (and 4 more)"
