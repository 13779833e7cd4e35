"""All dashboards as files: `scripts/dashboards` writes them, `--check` says which are not what the source makes."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.generator.backbone import backbone
from dashboards.generator.charter import charter
from dashboards.generator.itself import itself
from dashboards.generator.morning import morning
from dashboards.generator.site import site
from monitor.charter.text import Lang

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
    encoder = JSONEncoder(sort_keys=True, indent=1, ensure_ascii=False)
    return {
        FOLDER / lang / f"{name}.json": encoder.encode(make(lang).build()) + "\n"
        for lang in get_args(Lang)
        for name, make in BOARDS.items()
    }


def outdated(folder: Path = FOLDER) -> list[Path]:
    """The files that are missing, or not what the source makes, or that nothing makes any more."""
    wanted = {folder / path.relative_to(FOLDER): text for path, text in files().items()}
    wrong = {path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text}
    return sorted(wrong | (set(folder.rglob("*.json")) - wanted.keys()))


def main() -> int:
    """Writes, or checks."""
    parser = argparse.ArgumentParser(
        prog="scripts/dashboards", description="Writes dashboards/grafana from its source."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file is not current")
    if parser.parse_args().check:
        wrong = outdated()
        for path in wrong:
            print(
                f"{path.relative_to(Path.cwd())} is not what its source makes: run scripts/dashboards", file=sys.stderr
            )
        return int(bool(wrong))
    for path in outdated():
        path.unlink(missing_ok=True)
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
