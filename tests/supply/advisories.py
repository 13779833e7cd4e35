"""Known faults of the locked packages, by the dated copy in requirements/advisories.json.

The copy is what can be asked without a network; `scripts/audit` asks PyPI as well, where it can be reached.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from packaging.version import Version

from tests.places import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def copy() -> dict[str, Any]:
    """Reads the dated copy."""
    found: dict[str, Any] = json.loads((REQUIREMENTS / "advisories.json").read_text(encoding="utf-8"))
    return found


def locked() -> set[tuple[str, str]]:
    """Returns (normalised name, version) of every package that any lock file names (PEP 503)."""
    texts = (file.read_text(encoding="utf-8") for file in sorted(REQUIREMENTS.glob("*.txt")))
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for text in texts for name, version in LOCKED.findall(text)}


def is_affected(version: str, advisory: Mapping[str, Any]) -> bool:
    """Whether that version lies in one of the advisory's ranges: from the first, before the second (null: no end)."""
    found = Version(version)
    for introduced, fixed in advisory["affected"]:
        if found < Version(introduced):
            continue
        if fixed is None or (Version(fixed[2:]) >= found if fixed.startswith("<=") else found < Version(fixed)):
            return True
    return version in advisory["versions"]


def faults(packages: Iterable[tuple[str, str]], advisories: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each known fault of those packages."""
    known = list(advisories)
    for name, version in sorted(packages):
        for advisory in known:
            if advisory["package"] == name and is_affected(version, advisory):
                yield f"{name} {version}: {advisory['id']} ({', '.join(advisory['aliases'])})"


def main() -> int:
    """Asks the copy, then PyPI; 0: no known fault, 1: some, 3: none by the copy, but PyPI could not be asked."""
    known = copy()
    found = list(faults(locked(), known["advisories"]))
    sources = "; ".join(f"{source['name']} as of {source['as_of']}" for source in known["sources"])
    print("\n".join(found) or f"{len(locked())} locked packages: no known fault ({sources})")
    skipped, answered = 0, 0
    for file in sorted(REQUIREMENTS.glob("*.txt")):
        words = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
        asked = subprocess.run(
            [sys.executable, "-P", "-m", "pip_audit", *words, "-r", str(file)], capture_output=True, text=True
        )
        try:
            answers = json.loads(asked.stdout)["dependencies"]
        except (ValueError, KeyError):
            print(f"{file.name}: PyPI could not be asked: {asked.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            skipped += 1
            continue
        # who cannot reach the index is told 'not found' of each package, and in the end that there is no known fault
        skipped += sum("skip_reason" in answer for answer in answers)
        answered += sum("skip_reason" not in answer for answer in answers)
        found += [f"{answer['name']}: {one['id']}" for answer in answers for one in answer.get("vulns", [])]
    print(f"asked of PyPI on {date.today():%Y-%m-%d}: {answered} answered, {skipped} could not be asked")  # noqa: DTZ011
    print("\n".join(found))
    return 1 if found else 3 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
