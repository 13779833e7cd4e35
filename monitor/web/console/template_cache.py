"""Keep compiled templates in a package's ``__pycache__``, as Python keeps its modules: else each start compiles all."""

import hashlib
import os
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from pickle import UnpicklingError

import jinja2
from jinja2.bccache import Bucket, BytecodeCache


class TemplateCache(BytecodeCache):
    """The compiled templates of one package, which lies in ``folder``.

    ``options``: those of the environment, by which the same source compiles to something else. What cannot be read or
    written is compiled anew. Any thread, any process.
    """

    def __init__(self, folder: Path, options: object) -> None:
        self._folder = folder / "__pycache__"
        self._compiler = f"{jinja2.__version__} {sys.implementation.cache_tag} {options}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the name of the file: the template's, flattened."""
        return f"{name.replace('/', '-')}.{sys.implementation.cache_tag}"

    def get_source_checksum(self, source: str) -> str:
        """Return what changes with the source, with Jinja's or Python's version, and with the options."""
        return hashlib.sha256(f"{self._compiler}\n{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read it where it is there, whole and of the same source."""
        with suppress(OSError, UnpicklingError, EOFError, ValueError):
            bucket.load_bytecode(BytesIO((self._folder / bucket.key).read_bytes()))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write it whole, where this process may and Python's own are written."""
        if sys.dont_write_bytecode:
            return
        partial = self._folder / f"{bucket.key}.{os.getpid()}"
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            partial.write_bytes(bucket.bytecode_to_string())
            partial.replace(self._folder / bucket.key)
