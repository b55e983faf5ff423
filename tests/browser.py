"""A headless Chromium, and what a person does with a page. It waits for conditions, never for a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
SECONDS = 120
_REST = "[data-testid=stApp][data-test-script-state=notRunning]"


@contextmanager
def chromium(*, width: int = 1280, height: int = 1000) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--window-size={width},{height}"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """A page of the application, open in a browser."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver, self.address = driver, address

    def go(self, name: str = "") -> None:
        self.driver.get(f"{self.address}/{name}")
        self.rest()

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds, whatever it raises before; where it never does, say what the page shows."""
        try:
            WebDriverWait(self.driver, SECONDS, ignored_exceptions=(Exception,)).until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"this never came about; the page shows:\n{self.text('body')}") from None

    def rest(self) -> None:
        """Wait until the script has run and the page shows what it made."""
        self.until(lambda: self.find(_REST) and self.find("[data-testid=stMainBlockContainer] [class*=st-key]"))

    def find(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str = "[data-testid=stMainBlockContainer]") -> str:
        return str(self.driver.find_element(By.CSS_SELECTOR, selector).text)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.find(selector)]

    def messages(self) -> int:
        return len(self.find("[data-testid=stChatMessage]"))

    def click(self, key: str) -> None:
        self.until(lambda: self.find(f".st-key-{key} button")[0].is_enabled() is True)
        button = self.find(f".st-key-{key} button")[0]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def choose(self, key: str, option: str) -> None:
        self.until(lambda: self.find(f".st-key-{key} input")[0].is_displayed() is True)
        self.find(f".st-key-{key} input")[0].click()
        self.until(lambda: option in self.texts("[role=option]"))
        next(element for element in self.find("[role=option]") if element.text == option).click()
        self.rest()

    def fill(self, key: str, value: str) -> None:
        field = self.find(f".st-key-{key} input")[0]
        field.send_keys(value + Keys.TAB)
        self.rest()

    def say(self, words: str) -> None:
        """Say something in the chat and wait for the answer."""
        before = self.messages()
        self.until(lambda: self.find("[data-testid=stChatInputTextArea]")[0].is_enabled() is True)
        self.find("[data-testid=stChatInputTextArea]")[0].send_keys(words, Keys.ENTER)
        self.until(lambda: self.messages() >= before + 2 and self.find(_REST) and self._answered(before + 2))

    def _answered(self, number: int) -> bool:
        heads = self.texts("[class*=st-key-note-chat-head] [data-testid=stText]")
        return any(head.startswith(f"{number} ") for head in heads)
