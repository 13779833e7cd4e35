"""Run `calendar`: the office's days; and orders that change them, over the files while the daemon runs."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from monitor.cli.console import console, print_json
from monitor.cli.dates import local
from monitor.cli.errors import BAD_INPUT, Failure, NoneYet, acting, settings_in_force, settings_of, store_of
from monitor.cli.language import _, digits, lang, n_, render, term
from monitor.cli.numbers import whole_argument
from monitor.cli.options import Actor, AsJson, Seen, as_seen, by_command
from monitor.cli.output_file import write
from monitor.domain.message import message
from monitor.i18n.terms import CALENDAR_CHANGES, RECIPIENTS

if TYPE_CHECKING:
    from monitor.charter.calendar import Calendar, Day
    from monitor.settings.calendar_order import OrderedChange
    from monitor.settings.load import Settings

FIRST_YEAR, LAST_YEAR = 2000, 2099
MONTH = "month"
FIELDS = ("what", "date", "first", "last", "bn", "en", "order", "dated", "opens", "closes", "undoes", "public")
OPTIONS = {field: f"--{field}: " for field in FIELDS} | {"what": "WHAT: "}


class _OrMonth(TyperGroup):
    """The group; what is no command of it is the month that is to be shown."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not {"-h", "--help"}.intersection(args) and not self.commands.keys() & set(args):
            args = [MONTH, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_OrMonth,
    help="Show a month of the office's calendar (`calendar 2026-12`), or enter orders that change it.",
    no_args_is_help=False,
)


@app.command(name=MONTH)
def show_month(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month to show.")],
    as_json: AsJson = False,
) -> None:
    """Show a month of the office calendar: working days, office hours, and why other days are off.

    With --json: a list of {date, working, opens, closes, why}, one for each day; times have an offset, null if closed.
    """
    from monitor.cli import calendar_page
    from monitor.reports.charter_documents import day_document

    first = _month(month)
    office = calendar_of(settings_of(context.obj))
    if as_json:
        print_json([day_document(day) for day in office.month(first)])
    else:
        console().print(calendar_page.page(office, first))


@app.command()
def order(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(metavar="WHAT", help="closed: the office is closed; working: it works; hours: in other hours."),
    ],
    number: Annotated[str, typer.Option("--order", help="The number of the order.")],
    dated: Annotated[str, typer.Option(help="The date of the order, such as 2026-11-30.")],
    day: Annotated[str, typer.Option("--date", help="The day that it is about, such as 2026-12-08.")] = "",
    first: Annotated[str, typer.Option(help="Or the first day ...")] = "",
    last: Annotated[str, typer.Option(help="... and the last one.")] = "",
    bn: Annotated[str, typer.Option(help="What it is about, in Bangla.")] = "",
    en: Annotated[str, typer.Option(help="What it is about, in English.")] = "",
    opens: Annotated[str, typer.Option(help="With hours or working: the hour the office opens, such as 09:00.")] = "",
    closes: Annotated[str, typer.Option(help="The hour it closes, such as 13:00.")] = "",
    public: Annotated[bool, typer.Option("--public", help="It holds for schools and digital centres too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would move; enter nothing.")] = False,
    actor: Actor = "",
    seen: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Close or open days, or change their hours, by an order; shows which deadlines move.

    It stands over calendar.toml and holidays.toml from then on, and a running daemon counts by it within a second.
    """
    entry = {"what": what, "order": number, "dated": dated, "date": day, "first": first, "last": last}
    entry |= {"bn": bn, "en": en, "opens": opens, "closes": closes, "public": "true" if public else ""}
    _enter(context, entry, actor, seen, dry_run=dry_run, as_json=as_json)


@app.command()
def undo(
    context: typer.Context,
    undone: Annotated[
        int, whole_argument(least=1, most=10**9, metavar="NUMBER", says="The number that `calendar orders` lists.")
    ],
    number: Annotated[str, typer.Option("--order", help="The number of the order that withdraws it.")],
    dated: Annotated[str, typer.Option(help="The date of that order.")],
    bn: Annotated[str, typer.Option(help="Why, in Bangla.")] = "",
    en: Annotated[str, typer.Option(help="Why, in English.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would move; enter nothing.")] = False,
    actor: Actor = "",
    seen: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw an order by another one."""
    entry = {"what": "undo", "undoes": str(undone), "order": number, "dated": dated, "bn": bn, "en": en}
    _enter(context, entry, actor, seen, dry_run=dry_run, as_json=as_json)


@app.command()
def orders(context: typer.Context, as_json: AsJson = False) -> None:
    """List the orders that were entered, those that were undone too."""
    from monitor.alerts.cases import calendar_orders
    from monitor.reports.calendar_documents import order_document

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = calendar_orders.orders(session)
    if as_json:
        print_json([order_document(each) for each in found])
    elif not found:
        print(_("No orders about the calendar were entered."))
    else:
        from monitor.cli.listing import Listing

        about, state = _("About"), _("State")
        headings = (_("Number"), _("Order"), _("Dated"), _("What"), _("Days"), about, _("Entered"), state)
        rows = Listing(*headings, prose={about, state})
        for each in found:
            change = each.change
            rows.add_row(
                digits(each.number),
                digits(change.order),
                digits(change.dated.isoformat()),
                term(CALENDAR_CHANGES, change.what),
                _days(change),
                change.bn if lang() == "bn" else change.en,
                f"{local(each.entered_utc.isoformat())} {each.actor}",
                _("undone by {number}", number=each.undone_by) if each.undone_by else _("in force"),
            )
        console().print(rows)


@app.command()
def export(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; without it standard output.")] = None,
) -> None:
    """Print calendar.toml with all orders in it that hold, to be kept as a file."""
    from monitor.settings.calendar_text import calendar_text

    text = calendar_text(calendar_of(settings_in_force(context.obj)).file)
    if output is None:
        sys.stdout.write(text)
        return
    write(output, text.encode())


def calendar_of(settings: "Settings") -> "Calendar":
    """Return the office's calendar with the orders that were entered; the files alone before a daemon ever ran."""
    from monitor.charter.calendar import Calendar

    office = Calendar.of(settings.calendar, settings.holidays)
    from monitor.alerts.cases.calendar_orders import orders_in_force

    try:
        with store_of(settings) as store, store.read() as session:
            return office.ordered(orders_in_force(session))
    except NoneYet:
        return office
    except Failure as failure:
        print(failure.first, file=sys.stderr)
        print(_("Orders that were entered are not counted: only the calendar's files."), file=sys.stderr)
        return office


def _enter(
    context: typer.Context, entry: dict[str, str], actor: str, seen: int | None, *, dry_run: bool, as_json: bool
) -> None:
    from monitor.alerts.cases import actions
    from monitor.cli.clock import now_of
    from monitor.reports.calendar_documents import consequences_document

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, acting(OPTIONS), store.write_once() as session:
        work = by_command(session, settings, now_utc, actor)
        found = actions.order_calendar(work, entry, dry_run=dry_run, seen=as_seen(seen))
    if as_json:
        print_json(consequences_document(found))
        return
    for old, new in found.days:
        day = digits(old.date.isoformat())
        print(_("{day}: {before}; by the order: {after}", day=day, before=_said(old), after=_said(new)))
    count = n_("It moves {count} deadline.", "It moves {count} deadlines.", len(found.moved))
    print(count if found.moved else _("It moves no deadline."))
    for each in found.moved:
        what = each.number or each.site
        if each.level:
            what = _("{number}, stage {stage}", number=what, stage=each.level)
        print(f"  {what}: {_('{old:moment} → {new:moment}', old=each.before_utc, new=each.after_utc)}")
    for letter in found.letters:
        who, moved = term(RECIPIENTS, letter.recipient), len(letter.moved)
        print(n_("A letter to {who}: {count} deadline", "A letter to {who}: {count} deadlines", moved, who=who))
    if found.number is None:
        print(_("Nothing was entered."))
    else:
        print(_("Order {number} is entered.", number=found.number))


def _said(day: "Day") -> str:
    hours = ""
    if day.opens and day.closes:
        hours = f", {digits(f'{day.opens:%H:%M}')}–{digits(f'{day.closes:%H:%M}')}"
    return render(day.why) + hours


def _days(change: "OrderedChange") -> str:
    days = [change.start.isoformat()]
    if change.end != change.start:
        days.append(change.end.isoformat())
    return digits(" – ".join(days))


def _month(text: str) -> date:
    import re

    from monitor.domain.text import ascii_digits

    text = ascii_digits(text)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise Failure(message("'{text}' is not a month. Expected one such as 2026-12", text=text), BAD_INPUT)
    year, month = map(int, text.split("-"))
    known_year(year)
    return date(year, month, 1)


def known_year(year: int) -> None:
    """End the command for a year that the calendar does not know."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        outside = message(
            "{year} is not in the calendar. Expected a year from {first} to {last}",
            year=year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
        raise Failure(outside, BAD_INPUT)
