"""All dashboards and the rules of alerts as files: `scripts/dashboards` writes them, `--check` names outdated ones."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.generator import alerts, page
from dashboards.generator.backbone import backbone
from dashboards.generator.charter import charter
from dashboards.generator.itself import itself
from dashboards.generator.morning import morning
from dashboards.generator.reading import dashboards
from dashboards.generator.site import site
from monitor.i18n.languages import BOTH, Lang

FOLDER = Path(__file__).parents[1] / "grafana"
BOARDS: Mapping[str, Callable[[Lang], Dashboard]] = {
    "morning": morning,
    "site": site,
    "backbone": backbone,
    "charter": charter,
    "itself": itself,
}


def files() -> dict[Path, str]:
    """Every dashboard in both languages: where it lies, and its text."""
    return {FOLDER / lang / f"{name}.json": _text(make(lang)) for lang in BOTH for name, make in BOARDS.items()}


def _text(made: Dashboard) -> str:
    board = json.loads(JSONEncoder().encode(made.build()))
    for variable in board["templating"]["list"]:
        for key in ("auto", "auto_count", "auto_min"):  # of intervals only, but the SDK writes them everywhere
            variable.pop(key, None)
    return json.dumps(board, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def outdated(folder: Path = FOLDER) -> list[Path]:
    """The dashboards that are missing, or not what the source makes, or that nothing makes any more."""
    wanted = {folder / path.relative_to(FOLDER): text for path, text in files().items()}
    return sorted(different(wanted) | (set(folder.rglob("*.json")) - wanted.keys()))


def different(wanted: Mapping[Path, str]) -> set[Path]:
    """The files that are missing, or hold another text."""
    return {path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text}


def main() -> int:
    """Writes, or checks."""
    parser = argparse.ArgumentParser(prog="scripts/dashboards", description="Writes dashboards/grafana and its page.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file is not current")
    check = parser.parse_args().check
    wrong = outdated()
    if not check:
        for path in wrong:
            path.unlink(missing_ok=True)
        _write(files())
    boards, written = dashboards(), page.load_answers()
    not_asked = page.not_asked(boards, written)
    for question in not_asked:
        print(f"{question} was never asked: run scripts/dashboards answers", file=sys.stderr)
    if not_asked:
        return 1
    texts = page.pages(boards, written) | alerts.rules()
    if not check:
        _write(texts)
        return 0
    wrong += sorted(different(texts))
    for path in wrong:
        print(f"{path.relative_to(Path.cwd())} is not what its source makes: run scripts/dashboards", file=sys.stderr)
    return int(bool(wrong))


def _write(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
