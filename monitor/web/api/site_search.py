"""Find sites by a part of their ids or names, as a reader compares texts."""

from collections.abc import Mapping

from monitor.domain.text import comparison_key
from monitor.settings.fleet import Fleet


class SiteSearch:
    """Compares with what it has prepared of a fleet, which takes a while for a country; for threads."""

    def __init__(self) -> None:
        self._prepared: tuple[Fleet, Mapping[str, str]] | None = None

    def ids(self, fleet: Fleet, text: str) -> frozenset[str]:
        """Return the ids of the sites whose id, or name in a language, has ``text`` in it."""
        wanted = comparison_key(text)
        return frozenset(id_ for id_, names in self._names(fleet).items() if wanted in names)

    def _names(self, fleet: Fleet) -> Mapping[str, str]:
        prepared = self._prepared
        if prepared is None or prepared[0] is not fleet:
            names = {
                site.id: "\n".join(map(comparison_key, (site.id, site.name_bn, site.name_en)))
                for site in fleet.sites.values()
            }
            self._prepared = prepared = (fleet, names)
        return prepared[1]
