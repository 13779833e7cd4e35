"""How a person does things on a page: with a mouse, or with the keys alone."""

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 400
MOST_ARROWS = 40
IS_HERE = "one => one === document.activeElement"
IN_ITS_GROUP = "one => document.activeElement.name === one.name && document.activeElement.type === one.type"


class Hands(Protocol):
    """What can be done with an element that is seen."""

    def press(self, what: Locator) -> None:
        """Follow a link, press a button, open what is folded."""

    def write(self, where: Locator, text: str) -> None:
        """Put a text into a field, in the place of what is there."""

    def choose(self, what: Locator) -> None:
        """Tick a box or one of several choices."""

    def pick(self, where: Locator, value: str) -> None:
        """Pick from a list."""

    def date(self, where: Locator, value: str) -> None:
        """Fill in a day, as 2026-12-31, or a time as well, as 2026-12-31T22:00."""


class Mouse:
    """With a mouse, and keys for texts only; works without script too."""

    def press(self, what: Locator) -> None:
        what.click()

    def write(self, where: Locator, text: str) -> None:
        where.fill(text)

    def choose(self, what: Locator) -> None:
        what.check()

    def pick(self, where: Locator, value: str) -> None:
        where.select_option(value)

    def date(self, where: Locator, value: str) -> None:
        where.fill(value)


class Keys:
    """With the keys alone: what cannot be reached by them cannot be done."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, what: Locator) -> None:
        self._reach(what, IS_HERE)
        self._page.keyboard.press("Enter")

    def write(self, where: Locator, text: str) -> None:
        self._reach(where, IS_HERE)
        self._page.keyboard.press("Control+a")
        self._page.keyboard.insert_text(text)

    def choose(self, what: Locator) -> None:
        if what.get_attribute("type") == "checkbox":
            self._reach(what, IS_HERE)
            if not what.is_checked():
                self._page.keyboard.press("Space")
        else:
            self._reach(what, IN_ITS_GROUP)
            self._page.keyboard.press("Space")
            self._until_checked(what)
        assert what.is_checked()

    def _until_checked(self, what: Locator) -> None:
        for _ in range(MOST_ARROWS):
            if what.is_checked():
                return
            self._page.keyboard.press("ArrowDown")

    def pick(self, where: Locator, value: str) -> None:
        self._reach(where, IS_HERE)
        self._page.keyboard.press("Home")
        for _ in range(MOST_ARROWS):
            if where.input_value() == value:
                return
            self._page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} is not in the list")

    def date(self, where: Locator, value: str) -> None:
        self._reach(where, IS_HERE)
        day, _, time = value.partition("T")
        year, month, of_month = day.split("-")
        self._page.keyboard.type(f"{month}{of_month}{year}")
        if time:
            hour, minute = time.split(":")
            self._page.keyboard.press("Tab")
            self._page.keyboard.type(f"{(int(hour) + 11) % 12 + 1:02}{minute}{'AM' if int(hour) < 12 else 'PM'}")
        assert where.input_value() == value, where.input_value()

    def _reach(self, what: Locator, is_reached: str) -> None:
        what.wait_for(state="visible")
        for _ in range(MOST_TABS):
            if what.evaluate(is_reached):
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"{what} cannot be reached by the Tab key")
