"""Panels on the grid of 24 columns, and what all dashboards share."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from grafana_foundation_sdk.builders import dashboard, geomap, heatmap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import dashboard as model

from dashboards.generator.panels import SOURCE
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup

COLUMNS = 24
GRAFANA = "11.6.0"
SCHEMA = 41
"""The version of the dashboards' schema that Grafana 11.6 writes."""

_KINDS_OF_QUERY = {"label_values": 1, "query_result": 3}
"""As Grafana numbers them."""

Chosen = Callable[[Lang], Iterable[dashboard.QueryVariable]]
Panel = stat.Panel | timeseries.Panel | statetimeline.Panel | table.Panel | heatmap.Panel | geomap.Panel


def choice(
    name: str, label: str, lang: Lang, query: str, *, regex: str = "", several: bool = False
) -> dashboard.QueryVariable:
    """A variable that the reader chooses from what Prometheus knows."""
    made = (
        dashboard.QueryVariable(name)
        .label(lookup(lang, label))
        .query({"qryType": _KINDS_OF_QUERY[query.partition("(")[0]], "query": query, "refId": f"variable-{name}"})
        .refresh(model.VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .allow_custom_value(False)
        .multi(several)
        .include_all(several)
    )
    if several:
        made = made.current(model.VariableOption(text="All", value="$__all", selected=True))
    return made.regex(regex) if regex else made


def one_office(lang: Lang) -> Iterator[dashboard.QueryVariable]:
    """The office that the reader chooses, and out of sight the monitor that watches it."""
    yield choice("office", N_("Office"), lang, "label_values(upazila_office_info, office)")
    own = choice("monitor", N_("Monitor"), lang, 'label_values(upazila_office_info{office="$office"}, monitor)')
    yield own.hide(model.VariableHide.HIDE_VARIABLE)


def one_monitor(lang: Lang) -> Iterator[dashboard.QueryVariable]:
    """The monitor that the reader chooses, and which of its offices' mail is looked at: all of them at first."""
    yield choice("monitor", N_("Monitor"), lang, "label_values(upazila_build_info, office)")
    its = 'label_values(upazila_office_info{monitor="$monitor"}, office)'
    yield choice("offices", N_("Offices"), lang, its, several=True)


def board(
    name: str,
    title: str,
    description: str,
    lang: Lang,
    lines: Sequence[Sequence[Panel]],
    *,
    variables: Sequence[dashboard.QueryVariable] = (),
    since: str = "now-24h",
    chosen: Chosen = one_office,
) -> dashboard.Dashboard:
    """A dashboard of lines of panels, the most important first: a phone shows them in this order, one a line.

    ``chosen``: what it is about: one of the offices unless it says otherwise.
    """
    tag = f"upazila-monitor-{lang}"
    made = (
        dashboard.Dashboard(lookup(lang, title))
        .uid(f"upazila-{name}-{lang}")
        .description(lookup(lang, description))
        .tags(["upazila-monitor", tag])
        .timezone("Asia/Dhaka")
        .week_start("sunday")
        .time(since, "now")
        .refresh("1m")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .editable()
        .link(
            dashboard.DashboardLink(lookup(lang, N_("Dashboards")))
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags([tag])
            .keep_time(False)
            .include_vars(True)
            .as_dropdown(False)
        )
        .with_variable(dashboard.DatasourceVariable("datasource").label(lookup(lang, N_("Source"))).type("prometheus"))
    )
    for variable in (*chosen(lang), *variables):
        made = made.with_variable(variable.datasource(SOURCE))
    number, y = 0, 0
    for line in lines:
        x = height = 0
        for panel in line:
            number += 1
            built = panel.id(number).build()
            assert built.grid_pos is not None
            made = made.with_panel(panel.grid_pos(model.GridPos(h=built.grid_pos.h, w=built.grid_pos.w, x=x, y=y)))
            x, height = x + built.grid_pos.w, max(height, built.grid_pos.h)
        assert x <= COLUMNS, f"{name}: a line of {x} columns"
        y += height
    return made
