"""The map of sites: markers on an empty ground, so that no browser asks a server of tiles outside."""

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import geomap
from grafana_foundation_sdk.builders.dashboard import FieldColor
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.generator.panels import SOURCE, About, ask
from dashboards.generator.scales import STATE, thresholds, words
from monitor.i18n.languages import Lang, lookup

OUTLINES = "public/maps/countries.geojson"
"""Comes with Grafana itself. Who has a way out may choose OpenStreetMap as the ground in the panel's settings."""


def positions(lang: Lang, about: About, expr: str, *, width: int = 12, height: int = 10) -> geomap.Panel:
    """A marker for each row of the query, by its labels latitude and longitude, coloured by its state."""
    numbers = [{"targetField": name, "destinationType": "number"} for name in ("latitude", "longitude")]
    arranged = {
        "excludeByName": {"Time": True},
        "renameByName": {"Value": "state", f"name_{lang}": "name"},
    }
    return (
        geomap.Panel()
        .title(lookup(lang, about.title))
        .description(about.description(lang))
        .datasource(SOURCE)
        .grid_pos(model.GridPos(h=height, w=width))
        .unit("none")
        .no_value(lookup(lang, about.empty))
        .thresholds(thresholds(STATE))
        .color_scheme(FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .mappings(words(STATE, lang))
        .with_target(ask(expr, "A", instant=True).format(PromQueryFormat.TABLE))
        .with_transformation(model.DataTransformerConfig("convertFieldType", options={"conversions": numbers}))
        .with_transformation(model.DataTransformerConfig("organize", options=arranged))
        .view(geomap.MapViewConfig().id("fit").all_layers(True).padding(10).max_zoom(14))
        .controls(geomap.ControlsOptions().show_zoom(True).mouse_wheel_zoom(False).show_attribution(True))
        .basemap(_ground())
        .layers([_markers()])
    )


def _ground() -> common_builders.MapLayerOptions:
    style = {"color": {"fixed": "#9aa0a6"}, "opacity": 0.2}
    return common_builders.MapLayerOptions().type("geojson").name("outlines").config({"src": OUTLINES, "style": style})


def _markers() -> common_builders.MapLayerOptions:
    style = {
        "color": {"field": "state", "fixed": "green"},
        "size": {"fixed": 8, "min": 4, "max": 12},
        "opacity": 0.9,
        "symbol": {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
    }
    where = common_builders.FrameGeometrySource().mode(common.FrameGeometrySourceMode.COORDS)
    return (
        common_builders.MapLayerOptions()
        .type("markers")
        .name("sites")
        .config({"style": style, "showLegend": True})
        .location(where.latitude("latitude").longitude("longitude"))
        .tooltip(True)
    )
