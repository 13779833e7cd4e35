"""docs/reference/ is as the code is, and what it shows as an example is taken."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ConfigDict, create_model

from docs.generator import api_paths, config_keys
from docs.generator.config_keys import FILES, Section, example, model_of, sections, shipped_values
from monitor.configuration import KINDS
from monitor.settings.base import Model
from monitor.settings.monitor_file import Probing
from monitor.settings.of_kind import OfKind
from tests.places import DOCS

REFERENCE = DOCS / "reference"


@pytest.mark.parametrize(("name", "page"), [("config.md", config_keys.page), ("api.md", api_paths.page)])
def test_the_pages_are_current(name: str, page: Any) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == page(), "run scripts/docs"


def shown() -> Iterator[tuple[str, Section, str]]:
    """File, section and key of every key that the page describes."""
    for file, (model, _) in FILES.items():
        for section in sections(model):
            for key in section[3]:
                yield file, section, key


def test_every_key_of_every_model_is_described() -> None:
    """Models are walked here in a way of their own: by what they are made of, without the page's idea of sections."""
    described = {(section[2], key) for _, section, key in shown()}

    def reached(model: type[Model]) -> Iterator[type[Model]]:
        yield model
        for field in model.model_fields.values():
            inner = model_of(field.annotation)
            if inner:
                yield from reached(inner)
                for kind in KINDS.get(inner, {}).values() if issubclass(inner, OfKind) else ():
                    yield from reached(kind)

    for root, _ in FILES.values():
        for model in reached(root):
            for key, field in model.model_fields.items():
                by_a_base = any((base, key) in described for base in model.__mro__)
                named = model_of(field.annotation) or key == getattr(model, "chosen_by", "")
                assert by_a_base or named, f"{model.__name__}.{key}"


def test_every_example_is_a_value_that_its_key_may_have() -> None:
    for file, (_, path, model, _), key in shown():
        field = model.model_fields[key]
        if model_of(field.annotation):
            continue
        given = example(file, shipped_values(file), (*path, key))
        alone = create_model("Alone", __base__=Model, **{key: (field.annotation, field)})  # type: ignore[call-overload]
        alone.model_validate({key: given})


def test_a_wrong_example_would_be_seen() -> None:
    field = Probing.model_fields["echoes"]
    alone = create_model("Alone", __base__=Model, echoes=(field.annotation, field))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="less than or equal to 20"):
        alone.model_validate({"echoes": 21})


def test_ranges_and_defaults_stand_in_the_page() -> None:
    page = config_keys.page()
    assert "| `echoes` | whole number from 1 to 20 | `3` |" in page
    assert "| `degraded_loss` | number above 0 to 1 | `0.2` |" in page
    assert '### [sites.ID.services.NAME], kind = "smtp"' in page
    assert "### [channels.sms.gammu]" in page


def test_a_key_without_a_meaning_is_refused() -> None:
    class Unsaid(Model):
        """A section."""

        model_config = ConfigDict(frozen=True)
        key: int = 1

    with pytest.raises(ValueError, match=r"monitor\.toml: new\.key of Unsaid has no docstring below it"):
        config_keys.table("monitor.toml", {}, ("new", ("new",), Unsaid, ["key"]))


def test_every_path_of_the_api_is_described() -> None:
    page = api_paths.page()
    for path, methods in api_paths.document()["paths"].items():
        for method in methods:
            assert f"## `{method.upper()} /api/v1{path}`" in page
