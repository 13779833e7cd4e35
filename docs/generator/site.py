"""Build the docs as a site of its own: python -m docs.generator.site FOLDER. Zensical does the building.

The pages lie in the site as they lie in the checkout, so that a link is good in both. What they link to outside of the
docs (the program's source) is not there: such a link becomes its words.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath

import tomlkit

from docs.generator.contents import LINK, sections

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SETTINGS = DOCS / "site"
FRONT = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
FONT = ROOT / "monitor" / "web" / "static" / "noto-sans-bengali-400.woff2"
ELSEWHERE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<script>location.replace("{there}" + location.hash)</script>
<p><a href="{there}">{title}</a></p>
</html>
"""
"""A page that leads to another one, and to the same place in it."""
MARK = "search.json"
"""What every site has: a folder with it may be emptied."""
SHOWN = {".md", ".svg", ".webp", ".png", ".json"}
"""What of docs/ is part of the site, by how it ends."""


def parts() -> Iterator[str]:
    """The files of the site, by their paths in the checkout."""
    yield from FRONT
    for file in sorted(DOCS.rglob("*")):
        if file.suffix in SHOWN and SETTINGS not in file.parents:
            yield file.relative_to(ROOT).as_posix()


def is_bangla(path: str) -> bool:
    """Whether a page is in Bangla, by its path."""
    return "/bn/" in path


def page(path: str, text: str, known: set[str]) -> str:
    """A page as the site has it: links to what is not in ``known`` are words, and Bangla ones say their language."""

    def kept(link: str, target: str, words: str) -> str:
        if ":" in target or target.startswith("#"):
            return link
        there = normpath((PurePosixPath(path).parent / target.partition("#")[0]).as_posix())
        return link if there in known else words

    text = LINK.sub(lambda found: kept(found[0], found[3], found[2]), text)
    return f"---\nlang: bn\n---\n\n{text}" if is_bangla(path) else text


def navigation(index: str) -> list[dict[str, object]]:
    """The site's menu: the front page, and the list of docs/README.md."""
    menu: list[dict[str, object]] = [{"upazila-monitor": "README.md"}, {"All pages": "docs/README.md"}]
    for section, entries in sections(index).items():
        menu.append({section: [{title: normpath(f"docs/{path}")} for title, path in entries]})
    return menu


def gather(folder: Path) -> None:
    """Write into ``folder`` what the site is built of."""
    pages = folder / "pages"
    known = set(parts())
    for path in sorted(known):
        there = pages / path
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            there.write_text(page(path, (ROOT / path).read_text(encoding="utf-8"), known), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / path, there)
    for file in (FONT, SETTINGS / "site.css"):
        shutil.copyfile(file, pages / file.name)
    shutil.copytree(SETTINGS / "overrides", folder / "overrides")
    settings = tomlkit.parse((SETTINGS / "zensical.toml").read_text(encoding="utf-8"))
    settings["project"]["nav"] = navigation((DOCS / "README.md").read_text(encoding="utf-8"))
    (folder / "zensical.toml").write_text(tomlkit.dumps(settings), encoding="utf-8")


def both_by_language(site: Path) -> None:
    """Let `docs/en/PAGE` lead to `docs/PAGE` where there is a `docs/bn/PAGE`, for addresses with a language in them."""
    for page in (site / "docs" / "bn").glob("*.html"):
        if (site / "docs" / page.name).exists() and page.name != "index.html":
            english = site / "docs" / "en" / page.name
            english.parent.mkdir(exist_ok=True)
            english.write_text(ELSEWHERE.format(title=page.stem, there=f"../{page.name}"), encoding="utf-8")


def build(folder: Path) -> str:
    """Build the site into ``folder``, in place of an older one; returns what zensical said.

    Raises OSError where ``folder`` holds anything but a site, or where zensical does not build.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise OSError(f"{folder} holds something that is no site. Expected an empty folder, or an older site")
    with tempfile.TemporaryDirectory() as scratch:
        gather(Path(scratch))
        words = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
        around = {**os.environ, "PYTHONPATH": str(ROOT)}  # the settings name a function of ours
        done = subprocess.run(
            words,
            cwd=scratch,
            env=around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise OSError(f"zensical could not build the site:\n{done.stdout}")
        both_by_language(Path(scratch) / "site")
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(Path(scratch) / "site", folder)
    return done.stdout


if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1])), end="")
    except OSError as error:
        print(f"scripts/site: {error}", file=sys.stderr)
        sys.exit(2)
