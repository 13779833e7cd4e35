"""Draw the API's own pages for people: what each kind of problem means, and which paths there are."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.domain.api_scopes import SCOPES
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang, languages, own_name
from monitor.web.api.problems import KINDS
from monitor.web.console.rendering import asset

_templates = Environment(
    loader=PackageLoader("monitor.web.api", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def problem_page(name: str, lang: Lang) -> str:
    """Return the page of a kind of problem; raises KeyError for none."""
    return _page("problem.html.j2", lang, name=name, kind=KINDS[name])


def documentation_page(document: Mapping[str, Any], lang: Lang) -> str:
    """Return the documentation of all paths; ``document``: as OpenAPI."""
    return _page("docs.html.j2", lang, document=document, operations=list(_operations(document)), scopes=SCOPES.items())


def _page(template: str, lang: Lang, **values: object) -> str:
    others = [(other, own_name(other)) for other in languages() if other != lang]
    return _templates.get_template(template).render(
        lang=lang, others=others, asset=asset, _=partial(tr, lang), **values
    )


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all operations in the order of their paths."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield {
                "path": document["servers"][0]["url"] + path,
                "method": method.upper(),
                "summary": operation.get("description", "").partition("\n")[0],
                "scope": next(_scopes(operation["security"]), ""),
                "parameters": operation.get("parameters", []),
                "statuses": sorted(operation["responses"]),
            }


def _scopes(security: Iterable[Mapping[str, Iterable[str]]]) -> Iterator[str]:
    for need in security:
        yield from need.get("token", ())
