"""Write what a command makes into the file that was named, whole or not at all."""

from pathlib import Path

from monitor.cli.errors import CANNOT, Failure
from monitor.domain.message import message, said_by_system


def write(path: Path, content: bytes) -> None:
    """Write a file; ends the command when it cannot be. A device or a pipe gets it as it comes."""
    from monitor.durable import write_durably

    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            write_durably(path.resolve(), content)  # behind a link, not in its place
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> Failure:
    """Return what ends the command when a file or a folder cannot be written."""
    fault = said_by_system(error)
    return Failure(message("{folder} cannot be written: {fault}", folder=path, fault=fault), CANNOT)
