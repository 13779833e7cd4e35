"""A parameter of the URL has one value, unless the page takes several."""

import pytest
from starlette.datastructures import QueryParams

from monitor.web.parameters import doubled


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("office=mirpur&office=gangni", "office"),
        ("a=1&office=mirpur&a=2", "a"),
        ("office=mirpur&office=", "office"),
        ("office=mirpur&office=mirpur", None),
        ("n=MIR-1&n=MIR-2", None),
        ("", None),
    ],
)
def test_a_parameter_with_two_values_is_named(query: str, name: str | None) -> None:
    said = doubled(QueryParams(query), several=["n"])
    assert (said and said.values["name"]) == name
