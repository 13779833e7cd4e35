"""Name sites as the program does, and what several sites share in one spelling."""

from dataclasses import dataclass
from sys import intern

from monitor.domain.text import comparison_key


@dataclass(frozen=True, slots=True)
class Naming:
    """What the plain ids of an office's files are called in the program: 'OFFICE.SITE' where there are several offices.

    ``office``: '' where one stands alone. ``plain``: the office whose sites keep their plain ids.
    """

    office: str = ""
    plain: str = ""

    def id(self, site: str) -> str:
        """Return the id of one of the office's own sites; one object, however many sites lie behind it."""
        return intern(site if self.office == self.plain else f"{self.office}.{site}")

    def meant(self, text: str) -> str:
        """Return the id of a site as a file names it: a plain id is the office's own, 'OFFICE.SITE' any office's."""
        office, dot, site = text.rpartition(".")
        return Naming(office, self.plain).id(site) if dot else self.id(text)


class Spellings:
    """Names that several sites share (a union, a feeder, an operator), in one spelling each."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the first spelling of ``name``, as `comparison_key` compares."""
        return self._first.setdefault(comparison_key(name), name)
