"""The pages in a headless Chromium, on the shipped model."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("streamlit")
pytest.importorskip("selenium")

from selenium.webdriver.common.keys import Keys

from orchestrator.transcript import Reason, read_transcripts
from terminal.main import main
from tests.browser import CHROMIUM, DRIVER, Page, chromium
from tests.web_helpers import SCENARIO, serving, workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (os.access(CHROMIUM, os.X_OK) and os.access(DRIVER, os.X_OK)), reason="needs Chromium"),
]

AS_CUSTOMER = (
    "My lamp flickers. What can I do?",
    "And if the bulb is tight?",
    "How long does a repair take?",
    "What does the return label cost?",
    "Within how many days can I return it?",
    "How long does a refund take?",
)
AS_AGENT = (
    "Tighten the bulb first. A loose bulb is the most common cause.",
    "I am sorry to hear that. What is your order number?",
    "A lamp that still flickers is repaired within 14 days.",
    "A lamp can be returned within 30 days.",
    "The return label costs $4.",
    "A refund takes 5 working days.",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with serving(place) as served:
        yield served


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with chromium() as driver:
        yield Page(driver, address)


@pytest.mark.parametrize(("side", "lines"), [("customer", AS_CUSTOMER), ("agent", AS_AGENT)])
def test_six_turns_retry_save_and_replay(
    page: Page, place: Path, side: str, lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    page.go()
    page.choose("side", side)
    page.choose("scenario", "lamps")
    page.click("start")
    page.until(lambda: page.find("[data-testid=stChatInputTextArea]"))
    for line in lines:
        page.say(line)
    said = page.messages()
    assert said == 12 if side == "customer" else 13

    last = page.texts("[data-testid=stChatMessage]")[-1]
    page.click("retry")
    page.until(lambda: page.messages() == said and page.texts("[data-testid=stChatMessage]")[-1] != last)
    page.rest()
    assert "of 1,024 tokens" in page.text()

    page.click("save")
    page.until(lambda: "Kept. To read it: duologue replay " in page.text())
    folder = place / page.text(".st-key-note-kept").rpartition(" ")[2]
    [transcript] = read_transcripts(folder)
    assert [turn.text for turn in transcript.turns if turn.speaker == side] == list(lines)
    assert transcript.models.model_dump()[side] == "person"
    assert transcript.ending.reason is Reason.ENDED

    assert main(["replay", str(folder), "lamps", "--cite"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(line in shown for line in lines)


def test_a_scenario_is_run_read_and_forked(page: Page, place: Path) -> None:
    page.go("simulate")
    page.choose("simulated", "lamps")
    page.until(lambda: "Conversations: 1 (one of everything)" in page.text())
    page.click("run-start")
    page.until(lambda: "finished; to read it: duologue replay outputs/lamps" in page.text())
    [original] = read_transcripts(place / "outputs/lamps")
    assert original.turns[0].text in page.text()

    page.go("explore")
    page.choose("run-name", "lamps")
    page.until(lambda: page.messages() == len(original.turns))
    assert original.turns[-1].text in page.text()
    page.find("[data-testid=stExpander]")[-1].find_element("css selector", "summary").click()
    page.until(lambda: page.find(".st-key-say input")[0].is_displayed() is True)
    page.fill("say", "Tighten the bulb, please.")
    page.click("fork-start")
    page.until(lambda: (place / "outputs/lamps-fork/run.json").exists() and page.messages() > len(original.turns))
    [made] = read_transcripts(place / "outputs/lamps-fork")
    assert made.turns[:1] == original.turns[:1]
    assert made.turns[1].text == "Tighten the bulb, please."
    assert made.forked_from
    assert (made.forked_from.id, made.forked_from.turn) == (original.id, 2)
    page.until(lambda: "Tighten the bulb, please." in page.text())


def test_a_scenario_with_an_error_shows_it_at_its_line(page: Page) -> None:
    page.go("simulate")
    page.choose("simulated", "lamps")
    page.until(lambda: page.driver.execute_script(_AREA).get_attribute("value") == SCENARIO)
    area = page.driver.execute_script(_AREA)
    area.send_keys(Keys.CONTROL + Keys.HOME + Keys.NULL + "x")
    page.until(lambda: "scenarios/lamps.yaml:1:1: xname: unknown key; did you mean 'name'?" in page.text())
    page.until(lambda: page.driver.execute_script(_WRONG) == "1")
    assert not page.find(".st-key-run-start button")[0].is_enabled()


_HOST = """
const within = (root) => { for (const one of root.querySelectorAll("*")) {
  if (one.matches(SELECTOR)) return one;
  const found = one.shadowRoot && within(one.shadowRoot);
  if (found) return found; } };
const found = within(document);
"""
_AREA = _HOST.replace("SELECTOR", "'textarea[aria-label=Scenario]'") + ("return found;")
_WRONG = _HOST.replace("SELECTOR", "'.lines .wrong'") + "return found && found.textContent;"
