"""Lay the Citizen's Charter out as it was published, and as JSON."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from monitor.charter.services import Charter, Officer, Service
from monitor.cli.language import _, lang
from monitor.cli.listing import Listing
from monitor.i18n.formats import digits
from monitor.settings.charter_file import Statement


def page(charter: Charter) -> Group:
    """Return the charter in the order of the published page, in the language of the run."""
    sections: list[RenderableType] = [
        Text(_said(charter.name_bn, charter.name_en), style="bold"),
        Text(_("Citizen's Charter, {dated}", dated=charter.dated) + "\n"),
        Text(_("Vision: {text}", text=_statement(charter.vision))),
        Text(_("Mission: {text}", text=_statement(charter.mission)) + "\n"),
    ]
    for section, title in (("citizen", _("2.1 Citizen services")), ("official", _("2.2 Official services"))):
        services = [service for service in charter.services.values() if service.section == section]
        if services:
            sections.append(_services(title, services, charter))
    sections.append(Text(_("3 What we expect of those whom we serve"), style="bold"))
    sections += [
        Text(f"{digits(number, lang())}. {_statement(statement)}")
        for number, statement in enumerate(charter.expectations, 1)
    ]
    return Group(*sections, _stages(charter))


def _services(title: str, services: Sequence[Service], charter: Charter) -> Listing:
    table = _table(
        title, _("No."), _("Service"), _("How it is given"), _("Documents"), _("Fee"), _("Service time"), _("Officer")
    )
    above = None
    for service in services:
        table.add_row(
            digits(service.number, lang()),
            service.name(lang()),
            _said(service.method_bn, service.method_en),
            _said(service.documents_bn, service.documents_en),
            _said(service.fee_bn, service.fee_en),
            _service_time(service),
            _("ditto") if service.officer == above else _contact(charter.officer(service.officer)),
        )
        above = service.officer
    return table


def _service_time(service: Service) -> str:
    """Return the time as printed, in Bangla, and below it the value that is used, where that differs."""
    target = service.target_text(lang())
    return target if lang() != "bn" or service.printed_time == target else f"{service.printed_time}\n({target})"


def _stages(charter: Charter) -> Listing:
    title = _("4 Grievance redress system (GRS)")
    table = _table(title, _("No."), _("When to contact"), _("Whom to contact"), _("Disposal time"))
    for stage in charter.stages:
        table.add_row(
            digits(stage.level, lang()),
            _said(stage.when_bn, stage.when_en),
            _contact(charter.officer(stage.holder)),
            stage.disposal_text(lang()),
        )
    return table


def _table(title: str, *columns: str) -> Listing:
    return Listing(*columns, title=title, prose=columns, ruled=True)


def _contact(officer: Officer) -> str:
    """Role, name and title; the telephone as the charter prints it where the charter's own language is spoken."""
    phone = _said(officer.printed_phone or officer.phone, officer.phone)
    lines = (_said(officer.role_bn, officer.role_en), officer.name(lang()), officer.title(lang()), phone)
    addresses = (officer.email,) if officer.email else officer.printed_email
    return "\n".join(dict.fromkeys(line for line in (*lines, *addresses) if line))


def _statement(statement: Statement) -> str:
    return _said(statement.bn, statement.en)


def _said(bn: str, en: str) -> str:
    """What the charter says in the language of the run."""
    return bn if lang() == "bn" else en
