"""Lay the Citizen's Charter out as it was published, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.text import Text

from monitor.charter.services import Charter, Officer, Service
from monitor.cli.documents import CharterDocument
from monitor.cli.listing import Listing
from monitor.i18n.formats import digits, short_date_text
from monitor.i18n.languages import Lang
from monitor.settings.charter_file import Statement

WORDS: dict[Lang, dict[str, str]] = {
    "bn": {
        "title": "সেবা প্রদান প্রতিশ্রুতি (সিটিজেনস চার্টার)",
        "vision": "রূপকল্প",
        "mission": "অভিলক্ষ্য",
        "citizen": "২.১) নাগরিক সেবা",
        "official": "২.২) দাপ্তরিক সেবা",
        "expectations": "৩) সেবা গ্রহীতাদের কাছে আমাদের প্রত্যাশা",
        "stages": "৪) অভিযোগ ব্যবস্থাপনা পদ্ধতি (GRS)",
    },
    "en": {
        "title": "Citizen's Charter",
        "vision": "Vision",
        "mission": "Mission",
        "citizen": "2.1 Citizen services",
        "official": "2.2 Official services",
        "expectations": "3 What we expect of those whom we serve",
        "stages": "4 Grievance redress system (GRS)",
    },
}
SERVICE_COLUMNS = {
    "bn": ("ক্রম", "সেবার নাম", "সেবা প্রদান পদ্ধতি", "প্রয়োজনীয় কাগজপত্র", "মূল্য", "সেবা প্রদানের সময়সীমা", "দায়িত্বপ্রাপ্ত কর্মকর্তা"),
    "en": ("No.", "Service", "How it is given", "Documents", "Fee", "Service time", "Responsible officer"),
}
STAGE_COLUMNS = {
    "bn": ("ক্রম", "কখন যোগাযোগ করবেন", "কার সঙ্গে যোগাযোগ করবেন", "নিষ্পত্তির সময়সীমা"),
    "en": ("No.", "When", "With whom", "Disposal time"),
}
DITTO = {"bn": "ঐ", "en": "ditto"}


def page(charter: Charter, lang: Lang) -> Group:
    """Return the charter in the order of the published page."""
    words = WORDS[lang]
    sections: list[RenderableType] = [
        Text(charter.name_bn if lang == "bn" else charter.name_en, style="bold"),
        Text(f"{words['title']}, {short_date_text(charter.dated, lang)}\n"),
        Text(f"{words['vision']}: {_said(charter.vision, lang)}"),
        Text(f"{words['mission']}: {_said(charter.mission, lang)}\n"),
    ]
    for section in ("citizen", "official"):
        services = [service for service in charter.services.values() if service.section == section]
        if services:
            sections.append(_services(words[section], services, charter, lang))
    sections.append(Text(words["expectations"], style="bold"))
    sections += [
        Text(f"{digits(number, lang)}. {_said(statement, lang)}")
        for number, statement in enumerate(charter.expectations, 1)
    ]
    return Group(*sections, _stages(words["stages"], charter, lang))


def facts(charter: Charter) -> CharterDocument:
    """Return everything the page shows, in both languages."""
    return {
        "office": {
            "name_bn": charter.name_bn,
            "name_en": charter.name_en,
            "dated": charter.dated.isoformat(),
            "website": charter.website,
        },
        "vision": charter.vision.model_dump(exclude_none=True),
        "mission": charter.mission.model_dump(exclude_none=True),
        "services": [
            {**asdict(service), "target_bn": service.target_text("bn"), "target_en": service.target_text("en")}
            for service in charter.services.values()
        ],
        "expectations": [statement.model_dump(exclude_none=True) for statement in charter.expectations],
        "stages": [
            {**asdict(stage), "disposal_bn": stage.disposal_text("bn"), "disposal_en": stage.disposal_text("en")}
            for stage in charter.stages
        ],
        "officers": [asdict(officer) for officer in charter.officers.values()],
    }


def _services(title: str, services: Sequence[Service], charter: Charter, lang: Lang) -> Listing:
    table = _table(title, SERVICE_COLUMNS[lang])
    bn = lang == "bn"
    above = None
    for service in services:
        table.add_row(
            digits(service.number, lang),
            service.name(lang),
            service.method_bn if bn else service.method_en,
            service.documents_bn if bn else service.documents_en,
            service.fee_bn if bn else service.fee_en,
            _service_time(service, lang),
            DITTO[lang] if service.officer == above else _contact(charter.officer(service.officer), lang),
        )
        above = service.officer
    return table


def _service_time(service: Service, lang: Lang) -> str:
    """Return the time as printed, and below it the value that is used, where that differs."""
    target = service.target_text(lang)
    return target if lang == "en" or service.printed_time == target else f"{service.printed_time}\n({target})"


def _stages(title: str, charter: Charter, lang: Lang) -> Listing:
    table = _table(title, STAGE_COLUMNS[lang])
    for stage in charter.stages:
        table.add_row(
            digits(stage.level, lang),
            stage.when_bn if lang == "bn" else stage.when_en,
            _contact(charter.officer(stage.holder), lang),
            stage.disposal_text(lang),
        )
    return table


def _table(title: str, columns: Sequence[str]) -> Listing:
    return Listing(*columns, title=title, prose=columns, ruled=True)


def _contact(officer: Officer, lang: Lang) -> str:
    lines = (officer.role_bn, officer.name("bn"), officer.title_bn, officer.printed_phone or officer.phone)
    if lang == "en":
        lines = (officer.role_en, officer.name("en"), officer.title_en, officer.phone)
    addresses = (officer.email,) if officer.email else officer.printed_email
    return "\n".join(dict.fromkeys(line for line in (*lines, *addresses) if line))


def _said(statement: Statement, lang: Lang) -> str:
    return statement.bn if lang == "bn" else statement.en
