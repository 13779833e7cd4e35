"""Ask at the terminal for what `init` needs.

A section with a fault is asked again, with what was typed as its defaults.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from rich.prompt import Confirm, Prompt

from monitor.cli.console import console, say
from monitor.cli.errors import Failure
from monitor.cli.language import _, choose, lang, render
from monitor.cli.spreadsheet import site_list
from monitor.domain.message import N_, Message, message
from monitor.domain.text import ascii_digits, nfc
from monitor.i18n.languages import languages
from monitor.new_office.answers import Answers, OfficersAnswers, SitesAnswers
from monitor.new_office.folder import shipped
from monitor.settings.base import Model
from monitor.settings.charter_file import OfficeEntry, OfficerEntry
from monitor.settings.monitor_file import Mail
from monitor.settings.proposal import new_id
from monitor.settings.snmp_section import Snmp
from monitor.settings.validate import described

M = TypeVar("M", bound=Model)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


@dataclass(frozen=True)
class Question:
    """One value of a section. ``read``: makes of the typed text what the section wants; raises ValueError."""

    key: str
    text: str
    read: Callable[[str], object] = str
    choices: Sequence[str] = ()
    secret: bool = False


def day(typed: str) -> date:
    """Return a day as people write it: 2026-11-24 or 24/11/2026; raises ValueError."""
    written = _DAY_FIRST.fullmatch(typed)
    return date(int(written[3]), int(written[2]), int(written[1])) if written else date.fromisoformat(typed)


OFFICE = (
    Question("name_bn", N_("The office's name in Bangla")),
    Question("name_en", N_("The office's name in English")),
    Question("id", N_("A short id for it: small letters, digits and '-'")),
    Question("ticket_prefix", N_("What its ticket numbers begin with: 2 to 6 capital letters")),
    Question("dated", N_("The date printed on its charter, such as 2026-11-24 or 24/11/2026"), day),
    Question("website", N_("Its website; empty: none")),
)
OFFICER = (
    Question("name_bn", N_("Name in Bangla")),
    Question("name_en", N_("Name in English; empty: not known")),
    Question("title_bn", N_("Post in Bangla")),
    Question("title_en", N_("Post in English")),
    Question("phone", N_("Telephone number; empty: not known")),
    Question("email", N_("E-mail address; empty: not known")),
)
MAIL = (
    Question("host", N_("Name of the mail server")),
    Question("port", N_("Its port"), int),
    Question("security", N_("How it is reached"), choices=("starttls", "tls", "none")),
    Question("username", N_("User name for it; empty: it wants no login")),
    Question("sender", N_("The address that mails come from")),
)


def ask(map_areas: Path | None = None) -> tuple[Answers, Mapping[str, str], Path]:
    """Ask for everything; return the answers, the secrets typed by their keys, and where relative paths begin.

    ``map_areas``: the outlines of the unions; asked for, too, where it is None.
    """
    typed: dict[str, str] = {}
    choose(Prompt.ask(_("Language"), console=console(), choices=list(languages()), default=lang()))
    _headline(_("The office"))
    office = _section(OfficeEntry, OFFICE, _of_name)
    officers = _officers()
    _headline(_("What the monitor sees by itself"))
    references = _list(_("Addresses beyond the uplink that always answer, with commas between; empty: none"))
    _headline(_("E-mail"))
    mail = Mail()
    if confirmed(_("Has the office a mail server? Without one, mails are written to files.")):
        mail = _section(Mail, MAIL, lambda _: {"port": "587", "security": "starttls"})
        if mail.username:
            typed["mail.password_file"] = _hidden(_("Its password"))
            mail = mail.model_copy(update={"password_file": Path("mail")})
    snmp = _communities(typed)
    _headline(_("The sites"))
    sites = _sites_file()
    if confirmed(_("Are the officers right, and may mails go to their addresses? Until then mails are files only.")):
        office = office.model_copy(update={"officers_confirmed": True})
    areas = map_areas
    if areas is None:
        said = _text(_("Outlines of the unions: a folder or a zip with GeoJSON and its licence; empty: none"))
        areas = Path(said).expanduser() if said else None
    return (
        Answers(
            office=office,
            officers=officers,
            mail=mail,
            snmp=snmp,
            references=references,
            sites=sites,
            areas=areas,
        ),
        typed,
        Path.cwd(),
    )


def confirmed(text: str, default: bool = False) -> bool:
    """Ask for yes or no."""
    return Confirm.ask(text, console=console(), default=default)


def _headline(text: str) -> None:
    say("")
    say(f"— {text} —")


def _officers() -> OfficersAnswers:
    printed = tomllib.loads(shipped()["charter.toml"])["officers"]
    titles = printed["responsible"]
    _headline(_("The officer who answers for the services"))
    responsible = _section(OfficerEntry, OFFICER, lambda _: {key: titles[key] for key in ("title_bn", "title_en")})
    _headline(_("The Grievance Redress Officer of the district"))
    grievance = _section(OfficerEntry, OFFICER, lambda _: {})
    _headline(_("Officers of the nation, as the charter prints them"))
    for part in ("appeal", "cell"):
        known = printed[part]
        title = known["title_bn"] if lang() == "bn" else known["title_en"]
        say(f"{title}: {known['email'] or '-'}")
    return OfficersAnswers(responsible=responsible, grievance=grievance)


def _communities(typed: dict[str, str]) -> Snmp:
    entries: dict[str, dict[str, str]] = {}
    while confirmed(_("Are devices read by SNMP with a community?") if not entries else _("Another community?")):
        name = new_id(_text(_("A name for it, such as access")), entries)
        typed[f"snmp.v2c.{name}.community_file"] = _hidden(_("The community"))
        entries[name] = {"community_file": name}
    return Snmp.model_validate({"v2c": entries})


def _sites_file() -> SitesAnswers:
    while True:
        file = Path(_text(_("The list of sites: a workbook (xlsx, ods) or CSV"))).expanduser()
        try:
            site_list(file, ids_made=True)
        except Failure as failure:
            say(render(failure.said))
            continue
        by_union = confirmed(_("Is a site reached through the link of its union, where none is named?"), default=True)
        return SitesAnswers(file=file, parents_by_union=by_union)


def _of_name(typed: Mapping[str, str]) -> Mapping[str, str]:
    """Propose id and prefix: of the last word of the English name."""
    id_ = new_id(typed.get("name_en", "").rpartition(" ")[2] or "office", ())
    letters = "".join(letter for letter in id_ if letter.isalpha())
    return {"id": id_, "ticket_prefix": letters[:3].upper()}


def _section(
    model: type[M], questions: Sequence[Question], proposed: Callable[[Mapping[str, str]], Mapping[str, str]]
) -> M:
    typed: dict[str, str] = {}
    while True:
        values: dict[str, Any] = {"lang": lang()} if "lang" in model.model_fields and model is OfficeEntry else {}
        faults: list[Message] = []
        for each in questions:
            default = typed.get(each.key, proposed(typed).get(each.key, ""))
            typed[each.key] = written = _text(_(each.text), default, each.choices)
            try:
                values[each.key] = each.read(ascii_digits(written) if each.read is not str else written)
            except ValueError:
                faults.append(
                    message("{question}: {found!r} is not as it must be", question=_(each.text), found=written)
                )
        try:
            if not faults:
                return model.model_validate(values)
        except ValidationError as error:
            for fault in error.errors():
                key = str(fault["loc"][0]) if fault["loc"] else ""
                asked = next((_(each.text) for each in questions if each.key == key), key)
                faults.append(message("{question}: {fault}", question=asked, fault=described(dict(fault))))
        for said in faults:
            say(render(said))


def _text(text: str, default: str = "", choices: Sequence[str] = ()) -> str:
    return nfc(
        Prompt.ask(text, console=console(), default=default, show_default=bool(default), choices=list(choices) or None)
    ).strip()


def _hidden(text: str) -> str:
    while True:
        if typed := Prompt.ask(text, console=console(), password=True).strip():
            return typed


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in ascii_digits(_text(text)).split(",") if part.strip())
