"""What differs between two editions is found by name, and nothing else is."""

import copy
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_type_hints

from monitor.reports.differences import LONGEST, NAMED_BY, compared
from monitor.reports.export.document import document
from monitor.reports.report import Difference, Report
from tests.reports.example_report import example


def test_an_edition_that_only_calls_itself_otherwise_has_no_difference() -> None:
    again = replace(example(), edition=7, differences=(Difference("a", "1", "2"),))
    assert compared(document(example()), document(again)) == []


def test_a_changed_figure_is_named_by_its_site() -> None:
    report = example()
    first, *others = report.sites
    changed = replace(first, outages=first.outages + 1)
    found = compared(document(report), document(replace(report, sites=(changed, *others))))
    assert found == [Difference(f"sites.{first.site}.outages", str(first.outages), str(first.outages + 1))]


def test_an_outage_more_moves_no_other() -> None:
    report = example()
    first, *others = report.outages
    [gone] = compared(document(report), document(replace(report, outages=tuple(others))))
    assert (gone.path, gone.after) == (f"outages.{first.number}", "")
    [come] = compared(document(replace(report, outages=tuple(others))), document(report))
    assert (come.path, come.before, len(come.after)) == (gone.path, "", LONGEST)


def test_two_rows_of_one_name_are_compared_as_a_whole() -> None:
    twice = {"unseen": [{"begins": "a", "uplink": "u", "n": 1}, {"begins": "a", "uplink": "u", "n": 2}]}
    other = copy.deepcopy(twice)
    other["unseen"][0]["n"] = 3
    assert [each.path for each in compared(twice, other)] == ["unseen"]


def test_every_list_of_rows_that_has_names_is_a_list_of_the_report_with_those_keys() -> None:
    found = document(example())
    by_list: dict[str, list[Any]] = {}

    def walk(value: object, key: str = "") -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                walk(each, name)
        if isinstance(value, list):
            by_list.setdefault(key, []).extend(value)
            for each in value:
                walk(each, key)

    walk(found)
    for name, keys in NAMED_BY.items():
        assert by_list[name], f"no list '{name}' in the document"
        assert all(set(keys) <= row.keys() for row in by_list[name]), name


def test_every_list_of_rows_of_the_report_has_names_or_is_compared_as_a_whole_on_purpose() -> None:
    rows = {
        each.name
        for each in fields(Report)
        if any(is_dataclass(kind) for kind in get_args(get_type_hints(Report)[each.name]))
        and get_type_hints(Report)[each.name].__origin__ is Sequence
    }
    assert rows - NAMED_BY.keys() == {"tickets", "earlier", "signatures", "differences"}
