"""Kinds of panels, dressed alike: source of data, words, what stands there when there is nothing to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heatmap_model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.generator.queries import by
from dashboards.generator.scales import PLAIN, Scale, nothing, texts, thresholds, words
from dashboards.generator.words import NO_ANSWER
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import KINDS

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
WORDS = "W"
"""The query whose value is shown in words."""

P = TypeVar("P", stat.Panel, timeseries.Panel, statetimeline.Panel, table.Panel, heatmap.Panel)


@dataclass(frozen=True)
class About:
    """What a panel says of itself: its title, and what it means and what to do."""

    title: str
    meaning: str
    to_do: str
    empty: str = NO_ANSWER

    def description(self, lang: Lang) -> str:
        """Both sentences."""
        what = lookup(lang, N_("What to do"))
        return f"{lookup(lang, self.meaning)}\n\n**{what}:** {lookup(lang, self.to_do)}"


@dataclass(frozen=True)
class Curve:
    """A query of a chart, and what its series are called."""

    expr: str
    legend: str
    every: str = ""
    """How often its values change, if more seldom than they are scraped: rates look back four times as long."""


@dataclass(frozen=True)
class Column:
    """A column of a table: a value for each of its rows, shown as a number or, with a scale, in words."""

    title: str
    expr: str
    unit: str = "none"
    scale: Scale | None = None
    width: int = 0
    decimals: int | None = None


def ask(expr: str, ref: str, legend: str = "", *, instant: bool = False) -> prometheus.Dataquery:
    """One query."""
    query = prometheus.Dataquery().expr(expr).ref_id(ref).datasource(SOURCE)
    query = query.legend_format(legend) if legend else query
    return query.instant() if instant else query.range()


def dressed(panel: P, lang: Lang, about: About, width: int, height: int, scale: Scale, unit: str) -> P:
    """What every panel has."""
    return (
        panel.title(lookup(lang, about.title))
        .description(about.description(lang))
        .datasource(SOURCE)
        .grid_pos(model.GridPos(h=height, w=width))
        .unit(unit)
        .no_value(lookup(lang, about.empty))
        .thresholds(thresholds(scale))
        .color_scheme(FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
    )


def number(
    lang: Lang,
    about: About,
    expr: str,
    scale: Scale,
    *,
    unit: str = "none",
    words_of: str = "",
    blank: str | None = None,
    width: int = 6,
) -> stat.Panel:
    """A large number, and beside it in words what it means; ``words_of`` where the words need another query.

    ``blank``: the words while there is no such value.
    """
    panel = dressed(stat.Panel(), lang, about, width, 4, scale, unit)
    said = [model.DynamicConfigValue("mappings", words(scale, lang, blank)), model.DynamicConfigValue("unit", "none")]
    return (
        panel.with_target(ask(expr, "A", lookup(lang, about.title), instant=True))
        .with_target(ask(words_of or expr, WORDS, "", instant=True))
        .mappings([nothing()])
        .override_by_query(WORDS, said)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .color_mode(common.BigValueColorMode.VALUE)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(common.BigValueTextMode.VALUE)
        .orientation(common.VizOrientation.VERTICAL)
    )


def verdict(lang: Lang, about: About, expr: str, scale: Scale, *, width: int = 6) -> stat.Panel:
    """A value in words alone, on its colour."""
    return (
        dressed(stat.Panel(), lang, about, width, 4, scale, "none")
        .with_target(ask(expr, WORDS, lookup(lang, about.title), instant=True))
        .mappings(words(scale, lang))
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .color_mode(common.BigValueColorMode.BACKGROUND)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(common.BigValueTextMode.VALUE)
    )


def curves(
    lang: Lang,
    about: About,
    wanted: Sequence[Curve],
    scale: Scale = PLAIN,
    *,
    unit: str = "none",
    width: int = 12,
    height: int = 9,
    top: float | None = None,
    log: bool = False,
    stacked: bool = False,
) -> timeseries.Panel:
    """Lines over time. Each threshold is a dashed line of its colour, whose words stand in the legend."""
    panel = dressed(timeseries.Panel(), lang, about, width, height, scale, unit).mappings([nothing()])
    for index, curve in enumerate(wanted):
        query = ask(curve.expr, chr(ord("A") + index), curve.legend)
        panel = panel.with_target(query.interval(curve.every) if curve.every else query)
    for index, step in enumerate(scale):
        if step.since is None:
            continue
        name = f"≥ {_plain(step.since, unit)}: {lookup(lang, step.words)}"
        panel = panel.with_target(ask(f"vector({step.since:g})", f"T{index}", name)).override_by_query(
            f"T{index}", _limit(step.colour)
        )
    legend = common_builders.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM)
    panel = (
        panel.legend(legend.display_mode(common.LegendDisplayMode.LIST).calcs([]))
        .tooltip(common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
        .color_scheme(FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .line_width(2)
        .fill_opacity(20 if stacked else 0)
        .show_points(common.VisibilityMode.AUTO)
    )
    if log:
        scaling = common_builders.ScaleDistributionConfig().type(common.ScaleDistribution.SYMLOG).log(10)
        panel = panel.scale_distribution(scaling.linear_threshold(0.001))
    if stacked:
        panel = panel.stacking(common_builders.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if unit != "dBm":
        panel = panel.min(0)
    return panel.max(top) if top is not None else panel


def _limit(colour: str) -> list[model.DynamicConfigValue]:
    return [
        model.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
        model.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}),
        model.DynamicConfigValue("custom.lineWidth", 1),
        model.DynamicConfigValue("custom.fillOpacity", 0),
        model.DynamicConfigValue("custom.stacking", {"mode": "none", "group": "L"}),
        model.DynamicConfigValue("custom.showPoints", "never"),
    ]


def _plain(value: float, unit: str) -> str:
    if unit == "percentunit":
        return f"{value:.0%}"
    return f"{value * 1000:g} ms" if unit == "s" and value < 1 else f"{value:g} {unit}".removesuffix(" none")


def timeline(
    lang: Lang,
    about: About,
    expr: str,
    legend: str,
    scale: Scale,
    *,
    width: int = 24,
    height: int = 6,
    since: str = "",
) -> statetimeline.Panel:
    """States over time, a row each, in colour and words; ``since`` where the panel keeps a time of its own."""
    panel = (
        dressed(statetimeline.Panel(), lang, about, width, height, scale, "none")
        .with_target(ask(expr, "A", legend))
        .mappings(words(scale, lang))
        .show_value(common.VisibilityMode.AUTO)
        .merge_values(True)
        .row_height(0.8)
        .max_data_points(500)
        .legend(
            common_builders.VizLegendOptions()
            .show_legend(True)
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
        )
    )
    return panel.time_from(since) if since else panel


def rows(
    lang: Lang,
    about: About,
    keys: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    *,
    width: int = 24,
    height: int = 8,
    links_to: str = "",
) -> table.Panel:
    """A table: ``keys`` are labels that tell its rows apart, ``columns`` values beside them.

    A label without a title is kept out of sight, for the link behind the first column (to the dashboard ``links_to``).
    """
    labels = [label for label, _ in keys]
    panel = dressed(table.Panel(), lang, about, width, height, PLAIN, "none").mappings([nothing()])
    names, order = {}, [*labels]
    for index, column in enumerate(columns):
        ref = chr(ord("A") + index)
        value = f"Value #{ref}" if len(columns) > 1 else "Value"
        names[value] = lookup(lang, column.title)
        order.append(value)
        panel = panel.with_target(ask(by(labels, column.expr), ref, instant=True).format(PromQueryFormat.TABLE))
        panel = panel.override_by_name(names[value], _column(lang, column))
    for label, title in keys:
        names[label] = lookup(lang, title) or label
        panel = panel.override_by_name(names[label], _key(lang, label, title, label == labels[0] and links_to))
    arranged = {
        "excludeByName": {"Time": True},
        "indexByName": {name: index for index, name in enumerate(order)},
        "renameByName": names,
    }
    return (
        panel.with_transformation(model.DataTransformerConfig("merge", options={}))
        .with_transformation(model.DataTransformerConfig("organize", options=arranged))
        .show_header(True)
        .cell_height(common.TableCellHeight.SM)
    )


def _column(lang: Lang, column: Column) -> list[model.DynamicConfigValue]:
    found = [model.DynamicConfigValue("unit", column.unit)]
    if column.scale:
        found.append(model.DynamicConfigValue("mappings", words(column.scale, lang)))
        found.append(model.DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
        found.append(model.DynamicConfigValue("thresholds", thresholds(column.scale).build()))
    if column.width:
        found.append(model.DynamicConfigValue("custom.width", column.width))
    if column.decimals is not None:
        found.append(model.DynamicConfigValue("decimals", column.decimals))
    return found


def _key(lang: Lang, label: str, title: str, links_to: str | bool) -> list[model.DynamicConfigValue]:
    found = [model.DynamicConfigValue("custom.cellOptions", {"type": "auto", "wrapText": True})]
    if label == "kind":
        kinds = {kind: lookup(lang, one, many, 2) for kind, (one, many) in KINDS.items()}
        found.append(model.DynamicConfigValue("mappings", texts(kinds)))
    if not lookup(lang, title):
        found.append(model.DynamicConfigValue("custom.hidden", True))
    if links_to:
        link = {
            "title": lookup(lang, N_("This site")),
            "url": f"/d/{links_to}?var-office=${{office}}&var-site=${{__data.fields.site}}",
        }
        found.append(model.DynamicConfigValue("links", [link]))
    return found


def heat(lang: Lang, about: About, expr: str, *, unit: str = "s", width: int = 12, height: int = 9) -> heatmap.Panel:
    """How many series had about which value when."""
    buckets = common_builders.HeatmapCalculationBucketConfig()
    log = common_builders.ScaleDistributionConfig().type(common.ScaleDistribution.LOG).log(10)
    calculation = common_builders.HeatmapCalculationOptions().y_buckets(
        buckets.mode(common.HeatmapCalculationMode.COUNT).scale(log)
    )
    colours = heatmap.HeatmapColorOptions().mode(heatmap_model.HeatmapColorMode.SCHEME).scheme("Oranges").steps(32)
    return (
        dressed(heatmap.Panel(), lang, about, width, height, PLAIN, unit)
        .with_target(ask(expr, "A", "{{site}}"))
        .calculate(True)
        .calculation(calculation)
        .color(colours)
        .y_axis(heatmap.YAxisConfig().unit(unit).axis_placement(common.AxisPlacement.LEFT))
        .cell_gap(1)
        .show_legend()
        .mode(common.TooltipDisplayMode.SINGLE)
    )
