"""`python -m benchmarks.report_page RUN`: how large the page of a run of 2,000 conversations is, and how fast it opens.

The conversations of RUN are repeated under new ids until there are enough. The times are the browser's own, from the
start of the navigation in headless Chromium: first paint, end of loading (the list can be used), first plot drawn.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from curation.report import write_report
from orchestrator.transcript import read_transcripts, transcripts_path

CONVERSATIONS: Final = 2000
PATIENCE: Final = 120.0
_TIMES: Final = """
const [navigation] = performance.getEntriesByType("navigation");
const paint = performance.getEntriesByName("first-contentful-paint")[0];
return {paint: paint?.startTime, loaded: navigation.loadEventEnd, plot: window.firstPlot};
"""
_WATCH: Final = """
const seen = new MutationObserver(() => {
  if (document.querySelector("svg.main-svg")) { window.firstPlot = performance.now(); seen.disconnect(); }
});
seen.observe(document, {childList: true, subtree: true});
"""


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duologue-report-") as scratch:
        run = repeated(options.run, Path(scratch) / "run", options.conversations)
        begun = time.perf_counter()
        report = write_report(run, budget=1 << 40)
        wrote = time.perf_counter() - begun
        opened = [_opened(report.path) for _ in range(options.repeats)]
    best = {key: round(min(one[key] for one in opened) / 1000, 2) for key in ("paint", "loaded", "plot")}
    facts = {
        "conversations": report.shown,
        "megabytes": round(report.size / 1e6, 2),
        "seconds_to_write": round(wrote, 1),
    }
    print(json.dumps({**facts, "seconds": best, "repeats": options.repeats, "load": round(os.getloadavg()[0], 1)}))


def repeated(run: Path, to: Path, conversations: int) -> Path:
    """Write a run to the folder `to`: the conversations of `run` over and over, each under an id of its own."""
    listed = list(read_transcripts(run))
    to.mkdir()
    with (to / "transcripts.jsonl").open("w", encoding="utf-8") as file:
        for place, transcript in enumerate(islice(cycle(listed), conversations)):
            named = transcript.model_copy(update={"id": f"{transcript.scenario}-{place:05d}-repeat"})
            file.write(named.to_line() + "\n")
    record = transcripts_path(run).with_name("run.json")
    if record.exists():
        shutil.copy(record, to)
    return to


def _opened(page: Path) -> dict[str, Any]:
    """Return the times of one opening, in milliseconds, in a browser that has not seen the page."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.wait import WebDriverWait

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900"):
        options.add_argument(argument)
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        driver.get(page.as_uri())
        WebDriverWait(driver, PATIENCE).until(lambda one: one.execute_script("return window.firstPlot"))
        times: dict[str, Any] = driver.execute_script(_TIMES)
        return times
    finally:
        driver.quit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_page", description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder or a transcript file")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, metavar="N")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="openings, of which the fastest counts")
    return parser


if __name__ == "__main__":
    main()
