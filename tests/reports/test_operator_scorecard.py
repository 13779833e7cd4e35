"""What an operator is told of its links."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.operator_scorecard import LATE_AGAIN, OFTEN, of_operator, scorecard_of
from monitor.reports.report import NOTHING, GroupFigures, OutageFigures, Report, ReportScope
from tests.reports.example_report import HOUR, OUTAGES, operator_report

LASTED = st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 40 * HOUR), st.integers(0, 30 * HOUR))


def outage(number: int, site: str, length_us: int, over_us: int) -> OutageFigures:
    return replace(OUTAGES[0], number=number, site=site, length_us=length_us, over_us=min(over_us, length_us))


def report(lasted: Sequence[tuple[str, int, int]]) -> Report:
    outages = [outage(number, *each) for number, each in enumerate(lasted)]
    return replace(operator_report(), outages=outages)


@given(st.lists(LASTED, max_size=12))
def test_every_outage_beyond_the_limit_is_listed_once_and_its_excess_adds_up(
    lasted: list[tuple[str, int, int]],
) -> None:
    asked = report(lasted)
    card = scorecard_of(asked)
    assert [each.number for each in card.late] == [each.number for each in asked.outages if each.over_us > 0]
    assert card.over_us == sum(each.over_us for each in asked.outages)
    assert card.length_us == sum(each.length_us for each in asked.outages)
    assert card.outages == len(lasted)


@given(st.lists(LASTED, max_size=12))
def test_a_site_is_a_repeat_offender_by_the_number_of_its_outages_or_of_those_beyond_the_limit(
    lasted: list[tuple[str, int, int]],
) -> None:
    asked = report(lasted)
    found = {each.site: each for each in scorecard_of(asked).offenders}
    for site in "abc":
        own = [each for each in asked.outages if each.site == site]
        late = [each for each in own if each.over_us]
        assert (site in found) == (len(own) >= OFTEN or len(late) >= LATE_AGAIN)
        if site in found:
            offender = found[site]
            assert (offender.outages, offender.late) == (len(own), len(late))
            assert offender.over_us == sum(each.over_us for each in late)
    excesses = [each.over_us for each in scorecard_of(asked).offenders]
    assert excesses == sorted(excesses, reverse=True)


def test_two_outages_within_the_limit_are_no_fault_that_comes_back_and_two_beyond_it_are() -> None:
    assert scorecard_of(report([("a", HOUR, 0), ("a", HOUR, 0)])).offenders == []
    (offender,) = scorecard_of(report([("a", 8 * HOUR, 2 * HOUR), ("a", 7 * HOUR, HOUR)])).offenders
    assert (offender.outages, offender.late, offender.over_us) == (2, 2, 3 * HOUR)


def test_the_part_of_an_operator_in_the_office_s_report_is_its_own_report() -> None:
    own = operator_report()
    name = own.scope.id
    elsewhere = replace(OUTAGES[0], number=99, operator="another")
    office = replace(own, scope=ReportScope("office", "", own.office), outages=[*own.outages, elsewhere])
    group = GroupFigures("operator", name, own.scope.name, len(own.sites), own.promised, own.always, len(own.outages))
    part = of_operator(replace(office, groups=[group]), name)
    assert (part.promised, part.scope.id) == (own.promised, name)
    assert list(part.outages) == [each for each in own.outages if each.operator == name]
    assert of_operator(office, "nobody").promised == NOTHING
