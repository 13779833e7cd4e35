"""The dashboards as Grafana's own types see them: @grafana/schema 11.6.0, by the TypeScript compiler.

The package comes from npm into a folder of its own; where npm is not there, or has no way out, this is skipped.
"""

import json
import shutil
import subprocess
from collections.abc import Callable

import pytest

from dashboards.generator.layout import GRAFANA
from dashboards.generator.reading import Json, dashboards

PACKAGES = (f"@grafana/schema@{GRAFANA}", "typescript@5.9.3")
CONFIGURATIONS = {
    "stat": ("stat", "Stat"),
    "timeseries": ("timeseries", "TimeSeries"),
    "state-timeline": ("statetimeline", "StateTimeline"),
    "table": ("table", "Table"),
    "heatmap": ("heatmap", "Heatmap"),
    "geomap": ("geomap", "Geomap"),
}
# JSON has strings where TypeScript has enumerations of strings.
HEAD = """\
import type { Dashboard } from "@grafana/schema";
type Plain<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T
  : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
"""
Compile = Callable[[Json], str]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """What the compiler says of a dashboard; nothing if it is one."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not here")
    folder = tmp_path_factory.mktemp("grafana")
    (folder / "package.json").write_text("{}")
    words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    installed = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=240)
    if installed.returncode:
        pytest.skip(f"npm could not install {' '.join(PACKAGES)}")

    def compile_one(board: Json) -> str:
        (folder / "board.ts").write_text(source(board), encoding="utf-8")
        options = ["--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "node", "--module", "esnext"]
        words = ["node_modules/.bin/tsc", *options, "--target", "es2020", "board.ts"]
        return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120).stdout

    return compile_one


def source(board: Json) -> str:
    """The dashboard, and each panel's options and fields, as constants of Grafana's types."""
    lines = [HEAD]
    for kind, (folder, name) in CONFIGURATIONS.items():
        path = f"@grafana/schema/dist/esm/raw/composable/{folder}/panelcfg/x/{name}PanelCfg_types.gen"
        own = ", FieldConfig" if kind not in {"stat", "geomap"} else ""
        lines.append(f'import type {{ Options as {name}Options{own and own + f" as {name}Fields"} }} from "{path}";')
    lines.append(f"export const board: Plain<Dashboard> = {json.dumps(board)};")
    for panel in board["panels"]:
        name = CONFIGURATIONS[panel["type"]][1]
        lines.append(f"export const o{panel['id']}: Plain<{name}Options> = {json.dumps(panel['options'])};")
        if panel["type"] not in {"stat", "geomap"}:
            custom = panel["fieldConfig"]["defaults"].get("custom", {})
            lines.append(f"export const f{panel['id']}: Partial<Plain<{name}Fields>> = {json.dumps(custom)};")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", sorted(dashboards()))
def test_grafanas_own_types_have_nothing_to_say(compiled: Compile, name: str) -> None:
    assert compiled(dashboards()[name]) == ""


def test_a_misspelt_key_and_an_unknown_word_are_noticed(compiled: Compile) -> None:
    board = dashboards()["en/site"]
    board["panels"][0]["gridPos"]["height"] = 4
    board["panels"][0]["options"]["colorMode"] = "rainbow"
    told = compiled(board)
    assert "'height'" in told or '"height"' in told
    assert "rainbow" in told
