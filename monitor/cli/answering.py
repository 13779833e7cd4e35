"""Run `ticket answer`: answer an official request with the report of a period."""

from typing import Annotated

import typer

from monitor.cli.clock import now_of
from monitor.cli.computing import computed
from monitor.cli.errors import NO, Failure, acting, settings_in_force, store_of
from monitor.cli.language import _
from monitor.cli.options import Actor, Number, Seen, as_seen, by_command
from monitor.cli.progress import progress
from monitor.cli.report import (
    First,
    Fiscal,
    InLanguage,
    Last,
    Month,
    OfKind,
    OfOperator,
    OfSite,
    OfUnion,
    Quarter,
    chosen_format,
    chosen_language,
    chosen_period,
    chosen_scope,
)
from monitor.cli.tickets import number_of
from monitor.domain.message import message

FIELDS = {"file": "--format: ", "period": "", "scope": "", "files": "--format: "}


def answer(
    context: typer.Context,
    number: Number,
    month: Month = "",
    quarter: Quarter = "",
    fiscal: Fiscal = "",
    first: First = "",
    last: Last = "",
    site: OfSite = "",
    union: OfUnion = "",
    kind: OfKind = "",
    operator: OfOperator = "",
    language: InLanguage = "",
    form: Annotated[
        str, typer.Option("--format", metavar="pdf|xlsx|csv|html|json", show_default=False, help="The file's format.")
    ] = "pdf",
    actor: Actor = "",
    seen: Seen = None,
) -> None:
    """Answer an official request with the report of a period.

    The file is kept, its SHA-256 stands in the request's history, and who made the request gets it by letter, where
    there is an e-mail address. The request stays open until it is resolved.
    """
    from monitor.alerts.cases import answers, editions
    from monitor.alerts.cases.editions import Wanted
    from monitor.alerts.cases.entered import office_of
    from monitor.reports.edition_process import edition_of
    from monitor.reports.stored_period import stored_period
    from monitor.store import edition_rows, ticket_rows

    chosen, wanted_lang = chosen_format("--format", form), chosen_language(language)
    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    period = chosen_period(month, quarter, fiscal, first, last, now_utc)
    name = f"{wanted_lang}.{chosen}"
    with store_of(settings) as store:
        with store.read() as session:
            number = number_of(session, number)
            ticket = ticket_rows.numbered(session, number)
            if ticket is None:
                raise Failure(message("no ticket {number}. `upazila-monitor tickets` lists them", number=number), NO)
            if (why := answers.why_not(ticket)) is not None:
                raise Failure(why, NO)
            office = office_of(session, settings, now_utc)
            typed = {"site": site, "union": union, "kind": kind, "operator": operator}
            scope = chosen_scope(office, typed, ticket.service.removeprefix(answers.OFFICIAL))
            wanted = Wanted(period.kind, period.code, period.begins, scope.kind, scope.id, scope.official, (name,))
            before = edition_rows.last_made(session, wanted)
            known = None if before is None or before.value is None else (before.number, before.value)
            stored = stored_period(session, office, period, scope, now_utc)
        with progress(_("Computing the report")) as shows:
            report = computed(settings, office, stored, now_utc, shows)
        made = edition_of(report, known, wanted.files)
        if name not in made.files:
            raise Failure(message("the file could not be made: {fault}", fault=made.lacking[name]), NO)
        with acting(FIELDS), store.write_once() as session:
            work = by_command(session, settings, now_utc, actor)
            edition = editions.enter(work, wanted, made)
            answers.answer(work, edition.id, number, name, seen=as_seen(seen))
            file = edition_rows.kept_file(session, edition.id, name)
            assert file is not None
            words = {"number": number, "file": file.filename, "hash": file.hash}
        print(_("{number} is answered with {file}, SHA-256 {hash}.", **words))
