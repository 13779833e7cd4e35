"""Builds the package with its catalogues compiled; everything else stands in pyproject.toml."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).parent))


class BuildWithCatalogues(build_py):
    """Compiles each monitor.po to a monitor.mo before files are gathered."""

    def run(self) -> None:
        from monitor.i18n.compiling import compile_catalogues

        compile_catalogues()
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
