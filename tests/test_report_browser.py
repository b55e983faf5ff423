"""The page of a report in a real browser: what it shows, what it finds, and that nothing in a run runs in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from curation.report import write_report
from orchestrator.guards import RepeatsItself
from tests.report_runs import CARD, HOSTILE, HOSTILE_NAME, PAYPAL, REPLY, talk, talks, write_run

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")
PATIENCE = 60


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def single(folder: Path) -> str:
    run = write_run(folder / "<img src=x onerror=window.hacked=11>", timeline=[[10.0, 1], [20.0, 4], [30.0, 9]])
    return write_report(run, out=folder / "single.html").path.as_uri()


@pytest.fixture(scope="module")
def compared(folder: Path) -> str:
    first = [talk(0, ["When?", REPLY]), talk(1, ["Where?", REPLY], id="only-in-a")]
    twin = talk(0, ["When?", "Another reply."], reason="unresolved")
    alike = talk(1, ["Where?", "Nowhere."], id="like-only-in-a")
    runs = [write_run(folder / "one", first), write_run(folder / "two", [alike, twin, talk(2, ["Why?", "So."])])]
    return write_report(runs[0], compare=runs[1], out=folder / "compared.html").path.as_uri()


class Page:
    """A report that is open in a browser."""

    def __init__(self, chrome: Chrome) -> None:
        self.chrome = chrome

    def all(self, selector: str) -> list[WebElement]:
        return self.chrome.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.chrome.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def ask(self, script: str, *arguments: object) -> object:
        return self.chrome.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.chrome, PATIENCE, 0.05).until(lambda _: condition())

    def open(self, id_: str) -> None:
        self.ask("location.hash = arguments[0]", quote(id_))
        self.wait(lambda: self.text("#reader h3") == id_)

    def choose(self, name: str, value: str) -> None:
        Select(self.one(f"#filter-{name}")).select_by_value(value)

    def search(self, words: str, count: str) -> None:
        self.one("#filter-text").clear()
        self.one("#filter-text").send_keys(words)
        self.wait(lambda: self.text("#found").startswith(count))

    def ids(self) -> list[str]:
        return [one.text for one in self.all("#list .id")]

    def see(self, plot: str) -> WebElement:
        figure = self.one(f"#plot-{plot}")
        self.ask("arguments[0].scrollIntoView({block: 'center'})", figure)
        self.wait(lambda: figure.find_elements(By.CSS_SELECTOR, "svg.main-svg, .nothing"))
        return figure

    def table(self, plot: str) -> list[list[str]]:
        figure = self.see(plot)
        details = figure.find_element(By.TAG_NAME, "details")
        if not details.get_attribute("open"):
            details.find_element(By.TAG_NAME, "summary").click()
        self.wait(lambda: figure.find_elements(By.CSS_SELECTOR, "tbody tr"))
        rows = figure.find_elements(By.TAG_NAME, "tr")
        return [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in rows]


def loaded(chrome: Chrome, address: str) -> Page:
    if chrome.current_url.partition("#")[0] != address:
        chrome.get(address)
        WebDriverWait(chrome, PATIENCE).until(lambda one: one.find_elements(By.CSS_SELECTOR, "#charts figure"))
    chrome.execute_script("document.getElementById('clear').click(); location.hash = ''; scrollTo(0, 0)")
    return Page(chrome)


@pytest.fixture
def page(chrome: Chrome, single: str) -> Page:
    return loaded(chrome, single)


@pytest.fixture
def pair(chrome: Chrome, compared: str) -> Page:
    return loaded(chrome, compared)


def test_nothing_that_a_run_holds_runs(page: Page) -> None:
    for one in talks():
        page.open(one["id"])
        for summary in page.all("#reader summary"):
            summary.click()
    for figure in page.all("#charts figure"):
        page.see(figure.get_attribute("id").removeprefix("plot-"))
    assert page.ask("return window.hacked") is None
    assert page.all("main :is(script, img, iframe, object, embed, base, form[action], [onclick], [onerror])") == []
    assert [a for a in page.all("a") if not (a.get_dom_attribute("href") or "").startswith("#")] == []


def test_the_page_fetches_nothing_and_breaks_no_rule(page: Page, single: str) -> None:
    page.chrome.get("about:blank")
    page.chrome.get_log("browser")
    loaded(page.chrome, single)
    page.see("lengths")
    assert page.ask("return performance.getEntriesByType('resource').length") == 0
    assert page.chrome.get_log("browser") == []


def test_the_policy_stops_what_would_be_slipped_in(page: Page) -> None:
    page.ask(
        "const s = document.createElement('script'); s.textContent = 'window.slipped = 1'; document.body.append(s)"
    )
    page.ask("const d = document.createElement('div'); d.innerHTML = '<img src=x onerror=\"slipped = 1\">';")
    assert page.ask("return window.slipped") is None
    page.chrome.get_log("browser")


def test_hostile_text_is_shown_as_it_is(page: Page) -> None:
    page.open(talks()[2]["id"])
    shown = page.ask("return document.querySelector('#reader .said').textContent")
    assert shown == HOSTILE.replace("\x1b", "U+001B")
    assert HOSTILE_NAME in page.text("#reader .persona")
    assert page.one("#name").text == "<img src=x onerror=window.hacked=11>"


def test_what_draws_nothing_is_shown(page: Page) -> None:
    page.open(talks()[3]["id"])
    assert [one.text for one in page.all("#reader .unseen-character")] == ["U+200B", "U+202E", "U+202C"]
    assert "\U0001f469\u200d\U0001f4bb" in page.text("#reader .said")


def test_words_are_found_through_what_draws_nothing(page: Page) -> None:
    page.search("REFUND  dnufer", "1 of 7")
    assert page.ids() == [talks()[3]["id"]]


def test_search_finds_and_marks_words(page: Page) -> None:
    page.search("paypal refund", "3 of 7")
    assert page.ids() == [talks()[place]["id"] for place in (0, 4, 5)]
    assert {one.text for one in page.all("#reader mark.found")} == {"PayPal refund"}


def test_search_takes_signs_as_they_are(page: Page) -> None:
    page.search(".*(", "0 of 7")
    assert page.text("#list") == "No conversation is like that."
    page.search("${window", "1 of 7")


def test_an_id_is_found(page: Page) -> None:
    page.search("returns-00001", "1 of 7")
    assert page.ids() == [talks()[1]["id"]]


@pytest.mark.parametrize(
    ("name", "value", "places"),
    [
        ("ending", "max_turns", [1]),
        ("disposition", "amiable", [1]),
        ("disposition", HOSTILE_NAME, [2]),
        ("motivation", "distrust", [3]),
        ("article", "refunds.md", [0, 4, 5]),
        ("guard", RepeatsItself.name, [6]),
        ("scenario", "gone", [5]),
    ],
)
def test_a_filter_keeps_what_fits(page: Page, name: str, value: str, places: list[int]) -> None:
    page.choose(name, value)
    assert page.ids() == [talks()[place]["id"] for place in places]
    assert page.text("#found") == f"{len(places)} of 7 conversations"
    assert page.text("#reader h3") == talks()[places[0]]["id"]


def test_filters_go_together_and_are_cleared(page: Page) -> None:
    page.choose("article", "refunds.md")
    page.choose("scenario", "changed")
    assert len(page.ids()) == 1
    page.one("#clear").click()
    assert len(page.ids()) == 7
    assert not page.one("#clear").is_enabled()


def test_a_citation_opens_the_passage_with_its_spans_marked(page: Page) -> None:
    page.open(talks()[0]["id"])
    summary = page.one("#reader .citation summary")
    assert summary.text == "refunds.md#timing\nsupport 0.91 and 0.91, retrieval 0.71"
    summary.send_keys(Keys.ENTER)
    page.wait(lambda: page.all("#reader blockquote"))
    assert page.text("#reader .passage h5") == "Refunds: Timing"
    assert [one.text for one in page.all("#reader blockquote mark")] == [CARD, PAYPAL]
    assert "<script>window.hacked = 1</script>" in page.text("#reader blockquote")
    assert page.all("#reader .passage .notice") == []


def test_a_changed_article_is_said_to_be_changed(page: Page) -> None:
    page.open(talks()[4]["id"])
    page.one("#reader .citation summary").click()
    page.wait(lambda: page.all("#reader blockquote"))
    assert "has changed since the run" in page.text("#reader .passage .notice")
    assert "The help content of changed has changed since the run." in page.text("#notices")


def test_an_article_that_is_gone_is_said_to_be_gone(page: Page) -> None:
    page.open(talks()[5]["id"])
    page.one("#reader .citation summary").click()
    page.wait(lambda: page.all("#reader .passage .notice"))
    assert page.text("#reader .passage") == (
        "refunds.md is not where the run found it (nowhere), so its words cannot be shown."
    )


def test_a_link_opens_its_conversation(chrome: Chrome, single: str) -> None:
    chrome.get("about:blank")
    chrome.get(f"{single}#{quote(HOSTILE_NAME)}")
    page = Page(chrome)
    page.wait(lambda: page.text("#reader h3") == HOSTILE_NAME)
    assert page.text("#list [aria-current] .id") == HOSTILE_NAME


def test_next_previous_and_keys_walk_through_what_was_found(page: Page) -> None:
    page.choose("article", "refunds.md")
    first, second = (talks()[place]["id"] for place in (0, 4))
    page.one("#reader [data-step='1']").click()
    page.wait(lambda: page.text("#reader h3") == second)
    assert page.text("#reader .steps") == "← Previous\n2 of 3\nNext →"
    page.one("body").send_keys("k")
    page.wait(lambda: page.text("#reader h3") == first)
    page.one("body").send_keys("j")
    page.wait(lambda: page.text("#reader h3") == second)
    page.chrome.back()
    page.wait(lambda: page.text("#reader h3") == first)


def test_what_happened_in_a_turn_is_told(page: Page) -> None:
    page.open(talks()[0]["id"])
    assert [chip.text for chip in page.all("#reader .turn:nth-child(2) .chip")] == [
        "inform", "3 attempts", "built around a passage",
    ]  # fmt: skip
    assert page.text("#reader .turn:nth-child(2) .objections") == "words: under 50 words (18 words)"
    assert "told in turn 3" in page.text("#reader .facts")
    assert "never told" in page.text("#reader .facts")
    assert page.text("#reader .outcome-line") == "resolved in turn 3, by the customer: that solves it"


def test_every_plot_is_drawn_or_says_why_not(page: Page) -> None:
    for name in ("lengths", "turns", "endings-disposition", "endings-motivation", "disclosure", "beginnings",
                 "grounding", "supports", "attempts", "guards", "speed"):  # fmt: skip
        assert page.see(name).find_elements(By.CSS_SELECTOR, "svg.main-svg"), name
    assert page.see("variety").find_elements(By.CSS_SELECTOR, ".nothing, svg.main-svg")


def test_plots_tell_the_truth_and_follow_the_filters(page: Page) -> None:
    assert page.table("endings-disposition")[1][:2] == ["cynical, n = 5", "60 %"]
    page.choose("ending", "guarded")
    page.wait(lambda: page.table("endings-disposition")[1:] == [["cynical, n = 1", "100 %"]])


def test_the_speed_is_that_of_each_stretch(page: Page) -> None:
    assert page.table("speed")[1:] == [["10", "0.1/s"], ["20", "0.3/s"], ["30", "0.5/s"]]


def test_a_bar_chosen_is_a_filter(page: Page) -> None:
    figure = page.see("endings-motivation")
    bars = figure.find_elements(By.CSS_SELECTOR, ".trace.bars path")
    page.ask("arguments[0].scrollIntoView({block: 'center'})", bars[0])
    ActionChains(page.chrome).move_to_element(bars[0]).pause(0.2).click().perform()
    page.wait(lambda: page.one("#filter-motivation").get_attribute("value") == "refund")
    assert page.one("#filter-ending").get_attribute("value") == "resolved"


def test_names_in_plots_are_no_markup(page: Page) -> None:
    figure = page.see("endings-disposition")
    assert figure.find_elements(By.CSS_SELECTOR, "svg a, svg [href]") == []
    assert '"><img src=x' in figure.text


def test_measures_come_with_their_definitions(page: Page) -> None:
    assert "Conversations\n7" in page.text("#cards")
    page.one("#measures > summary").click()
    assert "The number of conversations." in page.text("#measures")
    page.one("#measures > summary").click()


def test_two_runs_stand_side_by_side(pair: Page) -> None:
    pair.open("returns-00000-3f9a2c")
    assert [one.text for one in pair.all("#reader h4")] == ["A: one", "B: two"]
    assert [one.text for one in pair.all("#reader .outcome-line .ending")] == ["resolved", "unresolved"]
    left, right = pair.all("#reader .conversation")
    assert left.location["y"] == right.location["y"]
    assert left.location["x"] < right.location["x"]


def test_conversations_with_other_ids_meet_by_persona_and_opening(pair: Page) -> None:
    pair.open("only-in-a")
    assert "Nowhere." in pair.text("#reader")
    pair.ask("location.hash = 'like-only-in-a'")
    pair.wait(lambda: pair.text("#reader h3") == "only-in-a")


def test_a_conversation_without_its_like_stands_alone(pair: Page) -> None:
    pair.open("returns-00002-3f9a2c")
    assert pair.text("#reader .notice") == "The other run holds no conversation like this."
    assert [one.text for one in pair.all("#reader h4")] == ["B: two"]


def test_measures_and_plots_tell_the_runs_apart(pair: Page) -> None:
    assert pair.text("#cards .card").split() == ["Conversations", "A2", "B3"]
    head, *rows = pair.table("turns")
    assert head == ["turns", "conversations (A)", "conversations (B)"]
    assert rows == [["1", "0 %", "0 %"], ["2", "100 %", "100 %"]]
    assert [one.text for one in pair.all("#about thead th")] == ["", "A: one", "B: two"]


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_stands_out_of_the_page(page: Page, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.open(talks()[2]["id"])
    page.see("endings-disposition")
    assert page.ask("const page = document.documentElement; return page.scrollWidth - page.clientWidth") == 0
    page.chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_colours_follow_the_system(page: Page) -> None:
    def ground(scheme: str) -> str:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        return str(page.ask("return getComputedStyle(document.body).backgroundColor"))

    assert (ground("dark"), ground("light")) == ("rgb(20, 24, 26)", "rgb(246, 246, 243)")
