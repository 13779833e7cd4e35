"""Complete words at the shell: sites, unions, tickets and the like, as configuration and database have them.

Nothing is said where these cannot be read: whoever presses Tab is in the middle of a line. What a shell would take for
more than a word is left out.
"""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.language import lang, term

if TYPE_CHECKING:
    from monitor.settings.installation import Installation
    from monitor.settings.load import Settings

MOST_TICKETS = 50
SAFE = frozenset("-._")
Choices = list[tuple[str, str] | str]


def sites(context: typer.Context) -> Choices:
    """Return the ids of all sites, with their names."""
    found = _settings(context)
    known = found.fleet.sites if found else {}
    return _plain((id_, site.name_bn if lang() == "bn" else site.name_en) for id_, site in known.items())


def unions(context: typer.Context) -> Choices:
    """Return the unions, as sites.toml names them."""
    found = _settings(context)
    return _plain(
        (union, "") for union in sorted({site.union or "" for site in found.fleet.sites.values()} if found else ())
    )


def operators(context: typer.Context) -> Choices:
    """Return the operators of links and sites."""
    found = _settings(context)
    return _plain(
        (name, "") for name in sorted({site.operator for site in found.fleet.sites.values()} if found else ())
    )


def kinds() -> Choices:
    """Return the kinds of sites."""
    from monitor.i18n.terms import KINDS

    return [*KINDS]


def languages() -> Choices:
    """Return the languages."""
    from monitor.i18n import languages as known

    return [*known.languages()]


def offices(context: typer.Context) -> Choices:
    """Offer the offices of the installation."""
    found = _installation(context)
    return [] if found is None else _plain((id_, found.tree.nodes[id_].name_en) for id_ in found.offices)


def places(context: typer.Context) -> Choices:
    """Offer the places of the tree of offices."""
    found = _installation(context)
    return [] if found is None else _plain((id_, node.name_en) for id_, node in found.tree.nodes.items())


def tickets(context: typer.Context) -> Choices:
    """Return the numbers of the latest tickets, the newest first, with the site and the state of each."""
    from monitor.i18n.terms import TICKET_STATES
    from monitor.store import queries
    from monitor.store.errors import DatabaseError, StoreError
    from monitor.store.opening import existing_store

    found = _settings(context)
    if found is None:
        return []
    try:
        store = existing_store(found.state, found.server)
        try:
            with store.read() as session:
                rows = queries.tickets(session, limit=MOST_TICKETS)
        finally:
            store.close()
    except (StoreError, DatabaseError, OSError):
        return []
    return _plain((row.number, f"{row.site or ''} {term(TICKET_STATES, row.state)}") for row in rows)


def _settings(context: typer.Context) -> "Settings | None":
    """Return the configuration on disk, of the office of --office; None where it cannot be read."""
    found = _installation(context)
    if found is None:
        return None
    return found.offices.get(context.find_root().params.get("office") or "", found.host)


def _installation(context: typer.Context) -> "Installation | None":
    from monitor.configuration import load_installation
    from monitor.settings.problems import ConfigError

    try:
        return load_installation(Path(context.find_root().params["directory"]))
    except (ConfigError, OSError):
        return None


def _plain(choices: Iterable[tuple[str, str]]) -> Choices:
    """Return what every shell takes for one word, each with letters, digits and blanks of its help."""
    return [
        (word, "".join(filter(_is_plain_or_blank, says)))
        for word, says in choices
        if word and all(map(_is_plain, word))
    ]


def _is_plain(letter: str) -> bool:
    return letter in SAFE or unicodedata.category(letter)[0] in "LMN"


def _is_plain_or_blank(letter: str) -> bool:
    return letter == " " or _is_plain(letter)
