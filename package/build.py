"""Make the wheel, the Debian package, the list of their parts and the checksums: python -m package.build FOLDER."""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from package.debian import debian_package
from package.source import EPOCH, ROOT, epoch, export, version_of
from package.tree import DOC, HOME, lay_out, settle
from package.wheel import wheel

SUMS = "SHA256SUMS"


def build(folder: Path, version: str | None = None, *, whole: bool = True) -> list[Path]:
    """Make all files in ``folder``; ``whole=False`` leaves out the locked packages, and so needs no network."""
    folder.mkdir(parents=True, exist_ok=True)
    epoch_s = epoch()
    with tempfile.TemporaryDirectory(prefix="upazila-monitor-") as scratch:
        source, root = export(Path(scratch) / "source", version), Path(scratch) / "root"
        made = [wheel(export(Path(scratch) / "built", version), folder, epoch_s)]
        lay_out(root, source, made[0], source / "requirements" / "run.txt" if whole else None)
        if whole:
            parts = folder / f"upazila-monitor-{version_of(source)}.cdx.json"
            list_parts(root, source, parts, epoch_s)
            (root / DOC / "parts.cdx.json").write_bytes(parts.read_bytes())
            made.append(parts)
        settle(root, epoch_s)
        made.append(debian_package(root, source, version_of(source), folder, epoch_s))
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(made)]
    (folder / SUMS).write_text("".join(sums))
    return [*made, folder / SUMS]


def list_parts(root: Path, source: Path, target: Path, epoch_s: int) -> None:
    """List every Python package of the environment, with version and licence, as CycloneDX."""
    words = ["environment", "--output-reproducible", "--pyproject", str(source / "pyproject.toml")]
    words += ["--output-file", str(target), str(root / HOME / ".venv" / "bin" / "python")]
    environment = {**os.environ, EPOCH: str(epoch_s), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-m", "cyclonedx_py", *words], check=True, env=environment)


def main() -> None:
    """Read the words of the command."""
    words = argparse.ArgumentParser(prog="scripts/package", description=__doc__.partition(":")[0] + ".")
    words.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist", help="where to; dist/ without it")
    words.add_argument("--version", help="another version than the project's own")
    said = words.parse_args()
    for file in build(said.folder, said.version):
        print(file)


if __name__ == "__main__":
    main()
