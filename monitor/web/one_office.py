"""Find which office of several a request is about, and show the state as that office has it.

What is named decides: a ticket's number begins with its office's prefix, a site's id with its office. Else the form's
own office, so that a page left open in another tab changes nothing elsewhere; then ``?office=``, which the console
keeps in a cookie, and the cookie. Whoever asks sees a part of the installation, and an office beyond it is none.
"""

from collections.abc import Mapping
from typing import Any, cast

from starlette.datastructures import FormData
from starlette.requests import Request

from monitor.charter.office import Office
from monitor.judging.snmp import SnmpState
from monitor.runtime.live import RuntimeView
from monitor.settings.fleet import Fleet
from monitor.settings.installation import Installation
from monitor.web.auth.cookies import OFFICE, read_cookie
from monitor.web.auth.visitors import is_secure

FIELD = "office"


class _OneOffice:
    """The state as one office of several has it: its own sites, charter and calendar; all else is the daemon's."""

    def __init__(self, live: RuntimeView, office: str) -> None:
        self._live, self._office = live, office

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    @property
    def office(self) -> Office:
        return self._live.offices.office(self._office)

    @property
    def fleet(self) -> Fleet:
        return self.office.fleet

    @property
    def snmp(self) -> Mapping[str, SnmpState]:
        """Return the readings of its own devices."""
        devices = self.fleet.devices
        return {id_: state for id_, state in dict(self._live.snmp).items() if id_ in devices}

    @property
    def office_id(self) -> str:
        return self._office


def one_office(live: RuntimeView, office: str) -> RuntimeView:
    """Return the state as that office has it."""
    return cast(RuntimeView, _OneOffice(live, office))


def chosen_office(seen: Installation, request: Request, form: FormData | None = None) -> str | None:
    """Return the id of the office that a request names or has chosen; '' for none, and where one stands alone.

    ``seen``: what whoever asks sees of the installation. None: the form or ``?office=`` says one that is not there.
    """
    if not seen.several:
        return ""
    if named := named_office(seen, request.path_params):
        return named
    if wish := (form.get(FIELD, "") if form else "") or request.query_params.get(FIELD, ""):
        return wish if isinstance(wish, str) and wish in seen.offices else None
    kept = read_cookie(request.headers.get("cookie", ""), OFFICE, secure=is_secure(request))
    return kept if kept in seen.offices else ""


def is_to_be_kept(request: Request, office: str) -> bool:
    """Return whether the request itself says which office it is about, so that pages that follow are about it too."""
    return bool(office) and office in {request.query_params.get(FIELD, ""), _before_dot(request.path_params)}


def named_office(installation: Installation, names: Mapping[str, Any]) -> str:
    """Return the office that is named by a ticket's number or a site's id, as in a path; '' for none."""
    if (office := _before_dot(names)) in installation.offices:
        return office
    prefix = _prefix(names)
    for id_, settings in installation.offices.items() if prefix else ():
        if settings.charter.office.ticket_prefix == prefix:
            return id_
    plain, site = installation.tree.plain, _site(names)
    return plain if plain and site in installation.offices[plain].fleet.sites else ""


def names_an_office(names: Mapping[str, Any]) -> bool:
    """Return whether a path names an office, if only one that is not there."""
    return bool(_before_dot(names) or _prefix(names))


def _prefix(names: Mapping[str, Any]) -> str:
    """Return what stands before the dash in a ticket's number; '' where no such number is named."""
    prefix, dash, _ = str(names.get("number", "")).partition("-")
    return prefix.upper() if dash else ""


def _before_dot(names: Mapping[str, Any]) -> str:
    """Return what stands before the dot in a site's id; '' where no such id is named."""
    office, dot, _ = _site(names).partition(".")
    return office if dot else ""


def _site(names: Mapping[str, Any]) -> str:
    """Return what the path has where pages and the API name a site."""
    return str(names.get("id", names.get("site_id", "")))
