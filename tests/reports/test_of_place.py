"""The report of a place: each office's part is its own report, and the sums are those of the parts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.alerts.cases import downtimes
from monitor.domain.reasons import Names
from monitor.i18n.languages import languages
from monitor.reports.difference_words import difference_texts, names_of
from monitor.reports.differences import compared
from monitor.reports.export.document import document, report_from
from monitor.reports.export.formats import FORMATS, file_name
from monitor.reports.export.laying_out import MOST_PARTS, laid_out
from monitor.reports.monthly import report_of
from monitor.reports.of_place import place_report, place_scope, stored_of_offices, together
from monitor.reports.period import Period, month
from monitor.reports.report import Difference, GroupFigures, Report
from monitor.reports.report_scope import scope_of
from monitor.reports.stored_period import stored_period
from monitor.reports.use_history import NoHistory
from monitor.reports.wording import kept_and_missed, summary
from monitor.settings.maintenance_section import Maintenance
from monitor.store.work import Work
from tests.reports.export.pdf_text import text_of
from tests.reports.three_offices import LATER, ThreeOffices, three_offices

OCTOBER = month(2026, 10)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeOffices]:
    with three_offices(tmp_path_factory.mktemp("three")) as found:
        yield found


def report_of_place(three: ThreeOffices, place: str, period: Period = OCTOBER) -> Report:
    offices = three.offices.below(place)
    with three.store.read() as session:
        stored = stored_of_offices(session, offices, period, LATER)
    return place_report(three.offices.tree.nodes[place], offices, stored, lambda office: NoHistory())


def own_report(three: ThreeOffices, office: str) -> Report:
    found = three.offices.office(office)
    with three.store.of(office).read() as session:
        stored = stored_period(session, found, OCTOBER, scope_of(found), LATER)
    return report_of(found, stored, NoHistory())


def test_each_part_is_the_offices_own_report_and_nothing_else(three: ThreeOffices) -> None:
    kushtia = report_of_place(three, "kushtia")
    assert list(kushtia.offices) == ["bheramara", "mirpur"]
    for id_, part in kushtia.offices.items():
        assert part == own_report(three, id_)
    assert len(kushtia.offices["bheramara"].outages) == 2
    assert len(kushtia.offices["mirpur"].outages) == 1


def test_the_sums_are_those_of_the_parts(three: ThreeOffices) -> None:
    khulna = report_of_place(three, "khulna")
    parts = khulna.offices.values()
    assert len(khulna.offices) == 3
    assert khulna.promised.down_us == sum(part.promised.down_us for part in parts) > 0
    assert khulna.always.window_us == sum(site.always.window_us for part in parts for site in part.sites)
    kept, missed = kept_and_missed(khulna)
    assert (kept, missed) == (2, 1), "of three outages one lasted longer than was promised"
    assert kept == sum(kept_and_missed(part)[0] for part in parts)
    assert sum(row.came for row in khulna.stages) == sum(row.came for part in parts for row in part.stages)
    (udc,) = (group for group in khulna.groups if group.id == "udc")
    assert udc.outages == 3
    assert udc.sites == sum(group.sites for part in parts for group in part.groups if group.id == "udc")
    assert [row.outages for row in khulna.earlier] == [0] * len(khulna.earlier)
    assert khulna.worst[0] == "udc-juniadaha"


def test_a_places_unions_are_named_with_their_office_and_its_operators_are_one_for_all(three: ThreeOffices) -> None:
    khulna = report_of_place(three, "khulna")
    own = {id_: [group for group in part.groups if group.by == "union"] for id_, part in khulna.offices.items()}
    unions = [group for group in khulna.groups if group.by == "union" and group.id]
    assert [group.id for group in unions] == [
        f"{id_}.{each.id}" for id_, rows in own.items() for each in rows if each.id
    ]
    named = {group.id: group.name.en for group in unions}
    assert named["mirpur.sadar"] == "Mirpur Sadar (Upazila Office, Mirpur)"
    assert named["gangni.sadar"] == "Gangni Sadar (Upazila Office, Gangni)"
    (mirpur,) = (group for group in unions if group.id == "mirpur.sadar")
    assert mirpur.outages == 1
    assert mirpur.promised == own["mirpur"][0].promised

    # An operator's links lie in many offices, which may spell its name otherwise; the one that fails most is first.
    spelt = {"mirpur": "Fibre  co", "gangni": "Line Ltd"}
    parts = {id_: part_with_operator(part, spelt.get(id_, "FIBRE CO")) for id_, part in khulna.offices.items()}
    after = together(khulna.scope, parts)
    operators = [group for group in after.groups if group.by == "operator"]
    assert [(group.id, group.outages) for group in operators] == [("FIBRE CO", 3), ("Line Ltd", 0)]
    assert operators[0].promised.down_us == khulna.promised.down_us
    assert operators[0].sites + operators[1].sites == len(khulna.sites)


def part_with_operator(part: Report, operator: str) -> Report:
    group = GroupFigures(
        *("operator", operator, Names(operator, operator), len(part.sites)),
        *(part.promised, part.always, len(part.outages)),
    )
    return replace(part, groups=[*(group for group in part.groups if group.by != "operator"), group])


@pytest.mark.parametrize("form", ["html", "csv"])
def test_every_format_has_a_places_unions_and_operators(three: ThreeOffices, form: str) -> None:
    khulna = report_of_place(three, "khulna")
    parts = {id_: part_with_operator(part, "Fibre Co") for id_, part in khulna.offices.items()}
    made = FORMATS[form](together(khulna.scope, parts), "en")
    if form == "csv":
        with ZipFile(BytesIO(made)) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith("groups.csv"))
            made = archive.read(name)
    said = made.decode()
    assert "Gangni Sadar (Upazila Office, Gangni)" in said
    assert "Fibre Co" in said


def test_work_that_was_planned_long_ago_still_covers_the_sites_of_its_office_alone(tmp_path: Path) -> None:
    began, ended = datetime(2026, 9, 8, 3, tzinfo=UTC), datetime(2026, 9, 8, 7, tzinfo=UTC)
    with three_offices(tmp_path) as three:
        fibre = Maintenance(text="A new fibre", sites=["udc"], begins=began, ends=ended)
        with three.store.of("mirpur").write() as session:
            downtimes.add(Work(session, three.offices.office("mirpur"), began), "fibre", fibre)
        september = report_of_place(three, "khulna", month(2026, 9))
    up = {site.site: site.promised.up_us for site in september.sites}
    assert up["gangni.udc"] - up["mirpur.udc"] == (ended - began) // timedelta(microseconds=1)


def test_the_same_database_gives_the_same_bytes_in_every_format(three: ThreeOffices) -> None:
    first, again = report_of_place(three, "kushtia"), report_of_place(three, "kushtia")
    for form in ("json", "csv", "html", "xlsx"):
        for lang in languages():
            assert FORMATS[form](first, lang) == FORMATS[form](again, lang), form


def test_what_is_stored_of_it_is_the_whole_report_again(three: ThreeOffices) -> None:
    kushtia = report_of_place(three, "kushtia")
    stored = json.loads(json.dumps(document(kushtia)))
    assert {"sites", "outages", "links"}.isdisjoint(stored), "listed once, in the parts"
    again = report_from(stored)
    assert again == replace(report_from(stored), offices=again.offices)
    assert document(again) == document(kushtia)
    assert FORMATS["json"](again, "en") == FORMATS["json"](kushtia, "en")
    assert [site.site for site in again.sites] == [site.site for site in kushtia.sites]


def test_an_offices_own_report_has_no_word_of_other_offices(three: ThreeOffices) -> None:
    found = document(own_report(three, "mirpur"))
    assert "offices" not in found
    assert "Bheramara" not in json.dumps(found)


def test_paper_has_a_row_for_each_office_then_their_parts(three: ThreeOffices) -> None:
    kushtia = report_of_place(three, "kushtia")
    pages = laid_out(kushtia, "en")
    titles = [section.title for section in pages.sections]
    assert pages.office == "Kushtia"
    assert pages.scope == "All offices of Kushtia"
    assert pages.summary.startswith("2 offices, ")
    assert "3 outages; 2 of 3 promises of the charter kept." in pages.summary
    table = pages.sections[titles.index("Office by office")].tables[0]
    assert [row[0] for row in table.rows] == ["Upazila Office, Bheramara", "Upazila Office, Mirpur", "In all"]
    assert [row[5:8] for row in table.rows] == [["2", "1", "1"], ["1", "1", "0"], ["3", "2", "1"]]
    # Each part has its name over it, its own sum and its own tables, its outages among the annexes.
    assert titles.index("Upazila Office, Bheramara") < titles.index("Upazila Office, Mirpur")
    assert "Upazila Office, Mirpur: Availability by site" in titles
    assert any("Upazila Office, Mirpur: Every outage" in title for title in titles)
    assert sum("How it is counted" in title for title in titles) == 1
    (own,) = (section for section in pages.sections if section.title == "Upazila Office, Mirpur")
    assert own.paragraphs == [summary(kushtia.offices["mirpur"], "en")]


def test_of_more_offices_than_a_book_would_bear_paper_has_the_rows_alone(three: ThreeOffices) -> None:
    part = own_report(three, "mirpur")
    many = {f"office-{number}": part for number in range(MOST_PARTS + 1)}
    nation = together(place_scope(three.offices.tree.nodes["khulna"]), many)
    titles = [section.title for section in laid_out(nation, "en").sections]
    assert not any("Availability by site" in title for title in titles)
    (rows,) = (section for section in laid_out(nation, "en").sections if section.title == "Office by office")
    assert len(rows.tables[0].rows) == MOST_PARTS + 2
    assert rows.paragraphs == ["Each office's own part is in the spreadsheet and in the JSON of this report."]


def test_spreadsheets_have_the_offices_and_all_their_sites_with_sums(three: ThreeOffices) -> None:
    kushtia = report_of_place(three, "kushtia")
    with ZipFile(BytesIO(FORMATS["csv"](kushtia, "en"))) as archive:
        texts = {name.partition("-")[2]: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    offices = texts["offices.csv"].splitlines()
    assert [line.partition(",")[0] for line in offices] == ["Key", "bheramara", "mirpur"]
    sites = texts["sites.csv"].splitlines()
    assert any(line.startswith("mirpur.udc,") and "Mirpur Sadar" in line for line in sites)
    assert any(line.startswith("udc-juniadaha,") for line in sites)
    own = FORMATS["csv"](own_report(three, "mirpur"), "en")
    with ZipFile(BytesIO(own)) as archive:
        assert not any("offices" in name for name in archive.namelist())


def test_the_officer_who_answers_for_the_place_signs_its_report(three: ThreeOffices) -> None:
    kushtia = three.offices.tree.nodes["kushtia"]
    signs = replace(kushtia, officer_bn="জনাব সালমা", officer_en="Ms Salma, Programmer")
    offices = three.offices.below("kushtia")
    with three.store.read() as session:
        stored = stored_of_offices(session, offices, OCTOBER, LATER)
    signed = place_report(signs, offices, stored, lambda office: NoHistory())
    assert report_of_place(three, "kushtia") == replace(signed, signatures=())
    assert [each.title for each in laid_out(signed, "en").signatures] == ["Ms Salma, Programmer"]
    assert report_from(json.loads(json.dumps(document(signed)))).signatures == signed.signatures


def test_its_files_are_named_by_the_place(three: ThreeOffices) -> None:
    assert file_name(report_of_place(three, "kushtia"), "bn", "pdf") == "report-2026-10-place-kushtia-ed1-bn.pdf"


def test_a_correction_in_one_office_is_told_with_its_name(three: ThreeOffices) -> None:
    kushtia = report_of_place(three, "kushtia")
    mirpur = kushtia.offices["mirpur"]
    (outage,) = mirpur.outages
    corrected = replace(mirpur, outages=[replace(outage, excuse="by order")])
    after = together(kushtia.scope, {**kushtia.offices, "mirpur": corrected})
    (difference,) = compared(document(kushtia), document(after))
    assert difference.path == f"offices.mirpur.outages.{outage.number}.excuse"
    said, before, now = difference_texts(difference, names_of(after, "en"), "en")
    assert said.startswith(f"Upazila Office, Mirpur · Every outage · No. {outage.number} · ")
    assert (before, now) == ("–", "by order")


def test_a_row_of_one_office_is_called_as_that_office_calls_it(three: ThreeOffices) -> None:
    khulna = report_of_place(three, "khulna")
    names = names_of(khulna, "en")
    for id_ in ("mirpur", "gangni"):
        name = id_.capitalize()
        union = Difference(f"offices.{id_}.groups.union/sadar.outages", "1", "2")
        assert difference_texts(union, names, "en")[0] == (
            f"Upazila Office, {name} · Availability by kind, union and operator · Union: {name} Sadar · Outages"
        )
        site = Difference(f"offices.{id_}.sites.{id_}.udc.outages", "1", "2")
        assert f" · UDC of {name} · " in difference_texts(site, names, "en")[0]
    of_all = Difference("groups.union/gangni.sadar.outages", "1", "2")
    assert " · Union: Gangni Sadar (Upazila Office, Gangni) · " in difference_texts(of_all, names, "en")[0]


@pytest.mark.long
def test_the_pdf_has_the_parts_too(three: ThreeOffices) -> None:
    kushtia = report_of_place(three, "kushtia")
    made = FORMATS["pdf"](kushtia, "en")
    assert made == FORMATS["pdf"](report_of_place(three, "kushtia"), "en")
    assert "Upazila Office, Mirpur: Availability by site" in " ".join(text_of(made).split())
