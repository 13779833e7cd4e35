"""Record all that SQLite does to files of this process, in order: a VFS that passes everything on to the usual one.

See https://sqlite.org/c3ref/vfs.html. Writes, truncations, syncs and removals are what a power cut can take away.
"""

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast
from dataclasses import dataclass
from typing import Any

Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
Sync = CFUNCTYPE(c_int, c_void_p, c_int)
Close = CFUNCTYPE(c_int, c_void_p)
Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)


class Methods(Structure):
    """sqlite3_io_methods, as far as version 3."""

    _fields_ = (
        ("iVersion", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", c_void_p),
        ("xTruncate", c_void_p),
        ("xSync", c_void_p),
        *((f"other{number}", c_void_p) for number in range(13)),
    )


class Vfs(Structure):
    """sqlite3_vfs, as far as version 3."""

    _fields_ = (
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
        *((f"other{number}", c_void_p) for number in range(14)),
    )


@dataclass(frozen=True, slots=True)
class Operation:
    """What was done to a file: 'write' (``data`` at ``offset``), 'truncate' (to ``offset``), 'sync' or 'delete'.

    'done' is no operation: the transaction of that number (``offset``) was acknowledged, and ``path`` is what all that
    is stored comes to from then on.
    """

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""


class RecordingVfs:
    """The VFS of all connections that this process opens from now on; ``operations`` grows."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._paths: dict[int, str] = {}
        self._kept: list[Any] = []  # what C points to must not go away
        self._methods: dict[int, Methods] = {}
        library = ctypes.CDLL("libsqlite3.so.0")  # the very one that Python's module has loaded
        library.sqlite3_vfs_find.restype = POINTER(Vfs)
        usual = library.sqlite3_vfs_find(None).contents
        self._open, self._delete = cast(usual.xOpen, Open), cast(usual.xDelete, Delete)
        own = Vfs.from_buffer_copy(usual)
        own.zName, own.pNext = b"recording", None
        own.xOpen, own.xDelete = self._pointer(Open(self._opened)), self._pointer(Delete(self._deleted))
        self._kept.append(own)
        assert library.sqlite3_vfs_register(ctypes.byref(own), 1) == 0

    def _pointer(self, function: Any) -> int | None:
        self._kept.append(function)
        return cast(function, c_void_p).value

    def _opened(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        code: int = self._open(vfs, name, file, flags, out)
        place = cast(file, POINTER(c_void_p))
        if code == 0 and name is not None and place[0]:
            self._paths[file] = ctypes.string_at(name).decode()
            place[0] = ctypes.addressof(self._recorded(place[0]))
        return code

    def _recorded(self, address: int) -> Methods:
        """Return those methods, with what changes a file recorded."""
        if address not in self._methods:
            usual = Methods.from_address(address)
            own = Methods.from_buffer_copy(usual)
            write, truncate = cast(usual.xWrite, Write), cast(usual.xTruncate, Truncate)
            sync, close = cast(usual.xSync, Sync), cast(usual.xClose, Close)

            def written(file: int, data: int, size: int, offset: int) -> int:
                self._note("write", file, offset, ctypes.string_at(data, size))
                return int(write(file, data, size, offset))

            def truncated(file: int, size: int) -> int:
                self._note("truncate", file, size)
                return int(truncate(file, size))

            def synced(file: int, flags: int) -> int:
                code = int(sync(file, flags))
                self._note("sync", file)
                return code

            def closed(file: int) -> int:
                self._paths.pop(file, None)
                return int(close(file))

            own.xWrite, own.xTruncate = self._pointer(Write(written)), self._pointer(Truncate(truncated))
            own.xSync, own.xClose = self._pointer(Sync(synced)), self._pointer(Close(closed))
            self._methods[address] = own
        return self._methods[address]

    def _note(self, kind: str, file: int, offset: int = 0, data: bytes = b"") -> None:
        if (path := self._paths.get(file)) is not None:
            self.operations.append(Operation(kind, path, offset, data))

    def _deleted(self, vfs: int, name: bytes, syncs_folder: int) -> int:
        code: int = self._delete(vfs, name, syncs_folder)
        self.operations.append(Operation("delete", name.decode()))
        return code
