"""An edition is made of a report and the one before it, in a process that reads and never writes."""

import hashlib
import json
import pickle
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.alerts.cases.edition_jobs import Job, MadeFile, MadeReport, NotMade, Render
from monitor.domain.reasons import ReasonCode
from monitor.i18n.languages import languages
from monitor.reports import edition_process
from monitor.reports.edition_process import COMMAND, MOST_LISTED, edition_of, packed, rendered, unpacked
from monitor.reports.export import as_json
from monitor.reports.export.document import report_from
from monitor.settings.storage_section import Place
from monitor.store.history.file import HistoryFile
from monitor.store.opening import DATABASE
from tests.desk import Desk
from tests.reports.editions import job_of
from tests.reports.example_report import example

REPORT = replace(example(), edition=1, differences=())


def processed(job: Job | Render) -> object:
    """What the real process answers."""
    done = subprocess.run(COMMAND, input=pickle.dumps(job), stdout=subprocess.PIPE, check=True, timeout=120)
    return pickle.loads(parted(done.stdout)[1])


def parted(said: bytes) -> tuple[list[str], bytes]:
    """The words of progress, and what came of it."""
    lines, _, found = (b"\n" + said).partition(b"\n\n")
    return lines.decode().split(), found


def test_the_first_edition_has_number_one_and_no_differences() -> None:
    made = edition_of(REPORT, None)
    assert (made.number, made.different, made.is_same) == (1, 0, False)
    assert report_from(unpacked(made.value)) == report_from(json.loads(as_json.render(REPORT, "bn")))


def test_its_hash_is_that_of_the_json_that_people_download() -> None:
    made = edition_of(REPORT, None, ("en.json",))
    assert made.value_hash == hashlib.sha256(made.files["en.json"].content).hexdigest()


def test_a_report_that_says_the_same_is_no_new_edition_and_keeps_the_value_of_the_last() -> None:
    last = edition_of(REPORT, None)
    again = edition_of(REPORT, (1, last.value), ("bn.json",))
    assert (again.is_same, again.number, again.value, again.value_hash) == (True, 1, last.value, last.value_hash)
    assert again.files["bn.json"].filename.endswith("-ed1.json")


def test_a_file_that_cannot_be_made_keeps_nobody_from_the_report() -> None:
    made = edition_of(REPORT, None, ("bn.json", "bn.papyrus"))
    assert ([*made.files], [*made.lacking]) == (["bn.json"], ["bn.papyrus"])


def test_a_correction_makes_the_next_edition_with_its_differences_in_it() -> None:
    last = edition_of(REPORT, None)
    first, *others = REPORT.sites
    corrected = replace(REPORT, sites=(replace(first, outages=9), *others))
    made = edition_of(corrected, (1, last.value))
    [listed] = made.differences
    assert (made.number, made.different, listed["after"]) == (2, 1, "9")
    assert unpacked(made.value)["edition"] == 2
    assert unpacked(made.value)["differences"] == [listed]


def test_an_edition_that_counts_further_lists_no_differences() -> None:
    last = edition_of(REPORT, None)
    later = replace(REPORT, as_of_utc=REPORT.as_of_utc + timedelta(days=1))
    made = edition_of(later, (1, last.value))
    assert (made.number, made.different, list(made.differences), made.is_same) == (2, 0, [], False)


def test_the_list_of_differences_is_bounded_and_their_number_is_not() -> None:
    site = REPORT.sites[0]
    many = tuple(replace(site, site=f"s{number}") for number in range(MOST_LISTED + 5))
    last = edition_of(replace(REPORT, sites=many), None)
    corrected = replace(REPORT, sites=tuple(replace(each, outages=99) for each in many))
    made = edition_of(corrected, (1, last.value))
    assert (made.different, len(made.differences)) == (MOST_LISTED + 5, MOST_LISTED)


def test_the_same_database_gives_the_same_edition_on_another_day(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    desk.clock.advance(30 * 86_400)  # the month is over
    job = job_of(desk)
    first, later = (
        edition_process.make(job),
        edition_process.make(replace(job, now_utc=job.now_utc + timedelta(days=9))),
    )
    assert (first.value, first.value_hash) == (later.value, later.value_hash)


def test_an_edition_has_what_is_kept_of_samples(desk: Desk) -> None:
    job = job_of(desk)
    without = unpacked(edition_process.make(job).value)
    HistoryFile(Path(desk.store.state / DATABASE).parent).open()
    kept = unpacked(edition_process.make(job).value)
    assert (without["history"], kept["history"]) == ("", "history")


def test_the_process_makes_the_report_and_its_files_and_writes_nothing(desk: Desk) -> None:
    desk.goes_down("backbone-north")
    desk.look()
    job = job_of(desk, "bn.json")
    before = Path(desk.store.state / DATABASE).read_bytes()
    made = processed(job)
    assert isinstance(made, MadeReport)
    assert (made.number, [*made.files]) == (1, ["bn.json"])
    assert set(made.titles) == set(made.summaries) == set(languages())
    assert Path(desk.store.state / DATABASE).read_bytes() == before


def test_the_process_renders_a_file_of_what_is_stored() -> None:
    found = processed(Render(packed(REPORT), "en", "json"))
    assert found == rendered(Render(packed(REPORT), "en", "json"))
    assert isinstance(found, MadeFile)


def test_what_it_cannot_do_it_says(desk: Desk) -> None:
    nowhere = replace(job_of(desk), database=Place(desk.store.state / "missing"))
    found = processed(nowhere)
    assert isinstance(found, NotMade)
    assert found.why.code == ReasonCode.PROGRAM_FAULT
    damaged = processed(Render(b"no value", "en", "json"))
    assert isinstance(damaged, NotMade)


def test_a_report_that_needs_too_much_memory_says_so() -> None:
    script = (
        "import sys; from monitor.reports import edition_process as process; process.MOST_MIB = 400;"
        "process.rendered = lambda job: bytearray(800 << 20); process.main()"
    )
    given = pickle.dumps(Render(b"", "en", "json"))
    done = subprocess.run([COMMAND[0], "-c", script], input=given, stdout=subprocess.PIPE, check=True, timeout=120)
    found = pickle.loads(parted(done.stdout)[1])
    assert isinstance(found, NotMade)
    assert found.why.code == ReasonCode.REPORT_TOO_LARGE


def test_an_edition_knows_the_public_page_whose_code_its_paper_shows(desk: Desk) -> None:
    made = processed(replace(job_of(desk), page="https://s.example/"))
    assert isinstance(made, MadeReport)
    assert report_from(unpacked(made.value)).page == "https://s.example/"


def test_it_says_how_far_it_is_from_reading_to_the_last_file(desk: Desk) -> None:
    job = job_of(desk, "bn.json", "en.csv")
    done = subprocess.run(COMMAND, input=pickle.dumps(job), stdout=subprocess.PIPE, check=True, timeout=120)
    words, found = parted(done.stdout)
    assert isinstance(pickle.loads(found), MadeReport)
    stages, shares = words[::2], [float(each) for each in words[1::2]]
    assert list(dict.fromkeys(stages)) == ["reading", "counting", "comparing", "writing"]
    assert stages.count("writing") == 2
    assert shares == sorted(set(shares)), "it never goes back"
    assert shares[0] == 0
    assert shares[-1] < 1
