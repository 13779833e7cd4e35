"""A month's report made by hand: every field is filled, its sums are exact, and its names are as awkward as names are.

Names and texts hold what formats might take for their own: formulas, markup, quotes, separators; conjuncts and joiners
of Bangla; one word that no column is wide enough for. What `domain.text.clean` drops is in none of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.domain.reasons import Names, ReasonCode, reason, text
from monitor.reports.period import month
from monitor.reports.report import (
    NOTHING,
    Accounting,
    CharterFigures,
    Difference,
    EarlierFigures,
    ExcusedTime,
    GroupFigures,
    LinkFigures,
    NoticeSent,
    OutageFigures,
    Report,
    ReportScope,
    SiteFigures,
    StageFigures,
    TicketFigures,
    UnseenTime,
)

SECOND = 1_000_000
HOUR = 3_600 * SECOND
MONTH = 30 * 24 * HOUR
PERIOD = month(2026, 11)
BEGINS_UTC, ENDS_UTC = PERIOD.window

NOBODY = Names("", "")
OFFICE = Names("উপজেলা কার্যালয়, ভেড়ামারা, কুষ্টিয়া", "Upazila office, Bheramara, Kushtia")
UNIONS = {
    "juniadaha": Names("জুনিয়াদহ", "Juniadaha"),
    "dharampur": Names("ধরমপুর", 'Dharampur & "Sons", <Union>'),
}
OPERATORS = {"Fiber@Home": Names("ফাইবার@হোম", "Fiber@Home"), "=SUM(1,1)": Names("=SUM(1,1)", "=SUM(1,1)")}


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    """A time of November 2026 by the office's clock."""
    return BEGINS_UTC + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second, microseconds=microsecond)


def accounting(window_us: int, down_us: int, unmonitored_us: int = 0, paused_us: int = 0) -> Accounting:
    """The rest of the window was up."""
    return Accounting(window_us - down_us - unmonitored_us - paused_us, down_us, unmonitored_us, paused_us, window_us)


SITES = (
    SiteFigures(
        site="pop-bheramara",
        name=Names("ভেড়ামারা পপ (ব্যাকবোন)", "Bheramara PoP (backbone)"),
        kind="backbone",
        union="",
        operator="Fiber@Home",
        promised=accounting(MONTH, 9 * HOUR + 1, 2 * HOUR),
        always=accounting(MONTH, 9 * HOUR + 1, 2 * HOUR),
        outages=2,
        affected=0,
        power_us=0,
        excused=(),
    ),
    SiteFigures(
        site="udc-juniadaha",
        name=Names("জুনিয়াদহ ইউনিয়ন ডিজিটাল সেন্টার", "Juniadaha Union Digital Centre"),
        kind="udc",
        union="juniadaha",
        operator="Fiber@Home",
        promised=accounting(176 * HOUR, 3 * HOUR + 30 * SECOND + 7, HOUR, 5 * HOUR),
        always=accounting(MONTH, 6 * HOUR + 30 * SECOND + 7, 2 * HOUR, 5 * HOUR),
        outages=1,
        affected=2,
        power_us=3 * HOUR + 30 * SECOND + 7,
        excused=(
            ExcusedTime(
                at(3, 1), at(3, 6), reason(ReasonCode.PLANNED_WORK, name="খুঁটি সরানো", text="poles; moved, twice")
            ),
            ExcusedTime(at(16, 22), at(17, 4), reason(ReasonCode.OUTSIDE_HOURS, hours="09:00–17:00")),
        ),
    ),
    SiteFigures(
        site="lab-01",
        name=Names("=১+১ উচ্চ বিদ্যালয়, কম্পিউটার ল্যাব", '=HYPERLINK("http://x.example/","Lab")'),
        kind="lab",
        union="juniadaha",
        operator="=SUM(1,1)",
        promised=accounting(110 * HOUR, 0, 0, 999_999),
        always=accounting(MONTH, 333_333, 2 * HOUR, 999_999),
        outages=0,
        affected=2,
        power_us=0,
        excused=(ExcusedTime(at(9, 15, 0, 0, 1), at(9, 15, 0, 1), None),),
        workstations=17,
        used_us=61 * HOUR,
    ),
    SiteFigures(
        site="lab-02",
        name=Names("র‍্যাবের মোড় দাখিল মাদ্রাসা, ক্ষ্মাবিদ্ধ", '-2+3 #import "x": $a$ @b \\ _c_ *d* `e` [f] // ~ <b>&amp;'),
        kind="lab",
        union="dharampur",
        operator="",
        promised=accounting(110 * HOUR, 41 * HOUR + 123_456, HOUR),
        always=accounting(MONTH, 200 * HOUR + 654_321, 2 * HOUR),
        outages=1,
        affected=1,
        power_us=0,
        excused=(),
        workstations=8,
        used_us=None,
    ),
    SiteFigures(
        site="office-bheramara",
        name=OFFICE,
        kind="office",
        union="",
        operator="",
        promised=accounting(176 * HOUR, 0),
        always=accounting(MONTH, 0),
        outages=0,
        affected=0,
        power_us=0,
        excused=(),
    ),
    SiteFigures(
        site="udc-dharampur",
        name=Names("+৮৮০ ধরমপুর\u200c সেন্টার", "@Dharampur" + "x" * 120),
        kind="udc",
        union="dharampur",
        operator="Fiber@Home",
        promised=accounting(0, 0),
        always=accounting(MONTH, 0, MONTH),
        outages=0,
        affected=0,
        power_us=0,
        excused=(),
    ),
)

OUTAGES = (
    OutageFigures(
        number=101,
        site="pop-bheramara",
        name=SITES[0].name,
        operator="Fiber@Home",
        service="citizen:10",
        started_utc=at(2, 11, 59, 59, 999_999),
        ended_utc=at(2, 19, 59, 59, 999_999),
        cause="",
        why=reason(ReasonCode.INTERFACE_DOWN, interface="=sfp-sfpplus1"),
        length_us=8 * HOUR,
        counted_us=8 * HOUR,
        deadline_utc=at(2, 12, 2, 30),
        kept=False,
        ticket="BHE-2026-000007",
        affected=("lab-01", "lab-02", "udc-juniadaha"),
        excuse="",
        over_us=2 * HOUR,
        notices=(
            NoticeSent(at(2, 12, 3), Names("উপজেলা কার্যালয়ের আইসিটি কর্মকর্তা", "ICT officer of the upazila"), "email"),
            NoticeSent(at(2, 18, 0, 1), OPERATORS["Fiber@Home"], "sms"),
        ),
    ),
    OutageFigures(
        number=102,
        site="udc-juniadaha",
        name=SITES[1].name,
        operator="Fiber@Home",
        service="citizen:11",
        started_utc=at(10, 14, 0),
        ended_utc=at(10, 20, 0, 30, 7),
        cause="power",
        why=reason(ReasonCode.UPS_ON_BATTERY, since=at(10, 13, 55)),
        length_us=6 * HOUR + 30 * SECOND + 7,
        counted_us=3 * HOUR + 30 * SECOND + 7,
        deadline_utc=at(12, 17, 0),
        kept=True,
        ticket="",
        affected=(),
        excuse='"ঝড়", গাছ পড়েছে; line 2',
        over_us=30 * SECOND + 7,
        notices=(),
    ),
    OutageFigures(
        number=103,
        site="lab-02",
        name=SITES[3].name,
        operator="",
        service="citizen:8",
        started_utc=at(22, 16, 0),
        ended_utc=None,
        cause="",
        why=text('+said by "the switch", <b>again</b> & again'),
        length_us=200 * HOUR + 654_321,
        counted_us=41 * HOUR + 123_456,
        deadline_utc=at(29, 17, 0),
        kept=False,
        ticket="BHE-2026-000011",
        affected=("udc-dharampur",),
        excuse="",
        over_us=0,
        notices=(NoticeSent(at(29, 17, 0, 5), Names("জেলা প্রোগ্রামার (অনিক)", "District programmer"), "telegram"),),
    ),
    OutageFigures(
        number=104,
        site="pop-bheramara",
        name=SITES[0].name,
        operator="Fiber@Home",
        service="citizen:10",
        started_utc=at(30, 22, 59, 59, 999_999),
        ended_utc=at(31),
        cause="",
        why=None,
        length_us=HOUR + 1,
        counted_us=HOUR + 1,
        deadline_utc=at(31, 9),
        kept=None,
        ticket="",
        affected=(),
        excuse="",
        over_us=0,
        notices=(),
    ),
)

CHARTER = (
    CharterFigures(
        "citizen:8",
        Names("কম্পিউটার ল্যাবের কারিগরি সহায়তা", "Technical support of computer labs"),
        Names("৫ কার্যদিবস", "5 working days"),
        kept=0,
        missed=1,
        open=1,
        median_s=None,
        last_missed="BHE-2026-000011",
    ),
    CharterFigures(
        "citizen:10",
        Names("ব্যাকবোন নেটওয়ার্ক সচল রাখা", "Keeping the backbone up"),
        Names("তাৎক্ষণিক", "immediate"),
        kept=0,
        missed=1,
        open=0,
        median_s=16_200.5,
        last_missed="BHE-2026-000007",
    ),
    CharterFigures(
        "citizen:11",
        Names("ইউনিয়ন ডিজিটাল সেন্টারের সংযোগ", "Links of union digital centres"),
        Names("২ কার্যদিবস", "2 working days"),
        kept=12_345,
        missed=0,
        open=2,
        median_s=21_630.0,
        last_missed="",
    ),
)


def group(by: str, id_: str, name: Names, sites: Iterable[SiteFigures]) -> GroupFigures:
    """The sums of some sites."""
    some = list(sites)
    return GroupFigures(
        by,
        id_,
        name,
        len(some),
        sum((site.promised for site in some), NOTHING),
        sum((site.always for site in some), NOTHING),
        sum(site.outages for site in some),
    )


def groups(by: str, names: dict[str, Names], of: Callable[[SiteFigures], str]) -> list[GroupFigures]:
    """All groups of a kind, in the order of their names' ids; those of none last."""
    ids = sorted({of(site) for site in SITES}, key=lambda id_: (not id_, id_))
    return [group(by, id_, names.get(id_, Names(id_, id_)), [site for site in SITES if of(site) == id_]) for id_ in ids]


def example() -> Report:
    """November 2026 of an office of six sites, made again after a correction."""
    return Report(
        period=PERIOD,
        scope=ReportScope("office", "", OFFICE, official="official:2"),
        as_of_utc=ENDS_UTC,
        office=OFFICE,
        promised=sum((site.promised for site in SITES), NOTHING),
        always=sum((site.always for site in SITES), NOTHING),
        power_us=sum(site.power_us for site in SITES),
        sites=SITES,
        groups=(
            *groups("kind", {}, lambda site: site.kind),
            *groups("union", UNIONS, lambda site: site.union),
            *groups("operator", OPERATORS, lambda site: site.operator),
        ),
        outages=OUTAGES,
        tickets=(
            TicketFigures("citizen:8", 3, 1, 2, 1, 600.0, 432_000.25),
            TicketFigures("citizen:10", 1, 1, 0, 0, None, None),
        ),
        stages=(
            StageFigures(0, Names("উপজেলা কার্যালয়ের আইসিটি কর্মকর্তা", "ICT officer of the upazila"), 4, 2, 1, 1),
            StageFigures(1, Names("অভিযোগ নিষ্পত্তি কর্মকর্তা (অনিক)", "Grievance redress officer"), 1, 0, 0, 1),
        ),
        charter=CHARTER,
        links=(
            LinkFigures(
                "pop-bheramara",
                SITES[0].name,
                "=sfp-sfpplus1",
                10e9,
                8_123_456_789.5,
                901_234_567.25,
                1_234_567_890_123_456,
                98_765_432_109_876,
                date(2027, 3, 31),
            ),
            LinkFigures("pop-bheramara", SITES[0].name, "ether2", None, None, None, None, None, None),
        ),
        worst=("lab-02", "pop-bheramara", "udc-juniadaha"),
        earlier=(
            EarlierFigures(month(2026, 10), accounting(500 * HOUR, 5 * HOUR), 7, 6, 1),
            EarlierFigures(month(2026, 9), accounting(480 * HOUR, 0), 0, 0, 0),
            EarlierFigures(month(2026, 8), None, 0, 0, 0),
            EarlierFigures(month(2025, 11), None, 0, 0, 0),
        ),
        unseen=(
            UnseenTime(at(5, 3), at(5, 4), "", reason(ReasonCode.DAEMON_NOT_RUNNING)),
            UnseenTime(
                at(25, 3, 0, 0, 500_000), at(25, 4), "+uplink", reason(ReasonCode.BLIND_BEHIND, uplink="+uplink")
            ),
        ),
        history="history",
        signatures=(
            Names("উপজেলা কার্যালয়ের আইসিটি কর্মকর্তা", "ICT officer of the upazila"),
            Names("প্রোগ্রামার, জেলা কার্যালয়, কুষ্টিয়া", "Programmer, district office, Kushtia"),
            Names("মহাপরিচালক", "Director General"),
        ),
        edition=2,
        differences=(
            Difference("outages.101.excuse", '""', '"=was: planned"'),
            Difference("sites.lab-01.promised.down_us", "7", ""),
        ),
    )


def operator_report() -> Report:
    """The same month of the sites of one operator."""
    sites = [site for site in SITES if site.operator == "Fiber@Home"]
    return replace(
        example(),
        scope=ReportScope("operator", "Fiber@Home", OPERATORS["Fiber@Home"]),
        promised=sum((site.promised for site in sites), NOTHING),
        always=sum((site.always for site in sites), NOTHING),
        sites=sites,
        outages=[outage for outage in OUTAGES if outage.operator == "Fiber@Home"],
        worst=("pop-bheramara", "udc-juniadaha"),
        edition=1,
        differences=(),
    )


def empty() -> Report:
    """The same month of an office that has nothing yet, not over."""
    return replace(
        example(),
        as_of_utc=datetime(2026, 11, 15, 3, tzinfo=UTC),
        promised=NOTHING,
        always=NOTHING,
        power_us=0,
        sites=(),
        groups=(),
        outages=(),
        tickets=(),
        stages=(),
        charter=(),
        links=(),
        worst=(),
        earlier=(),
        unseen=(),
        history="",
        signatures=(),
        edition=1,
        differences=(),
    )
