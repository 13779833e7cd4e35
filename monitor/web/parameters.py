"""Find a parameter of a URL that is given twice with two values: nobody can know which of them is meant."""

from collections.abc import Collection

from starlette.datastructures import QueryParams

from monitor.domain.message import Message, message


def doubled(parameters: QueryParams, several: Collection[str] = ()) -> Message | None:
    """Return what is said of the first parameter with two values; ``several``: those that may have more than one."""
    values: dict[str, str] = {}
    for name, value in parameters.multi_items():
        if name not in several and values.setdefault(name, value) != value:
            return message("{name}: is given twice, with two values. Expected one", name=name[:64])
    return None
