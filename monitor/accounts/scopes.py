"""Check for which sites users and tokens are: unions and kinds that the office has."""

from collections.abc import Iterable, Sequence, Set

from monitor.alerts.cases.refusals import BadInput
from monitor.charter.office import Office
from monitor.domain.message import message
from monitor.domain.text import comparison_key
from monitor.i18n.terms import KINDS
from monitor.settings.fleet import Fleet
from monitor.settings.problems import no_such

Names = Sequence[str] | None


def refuse_unknown_scope(
    office: Office, unions: Names, kinds: Names, given: Sequence[str] = (), fleets: Iterable[Fleet] = ()
) -> tuple[Names, Names]:
    """Return unions and kinds as the configuration spells them, each once; raises BadInput for unknown ones.

    ``given``: unions that somebody has already, who may be of another office; ``fleets``: those of the offices that
    somebody is for.
    """
    known = {comparison_key(union): union for union in given}
    for fleet in (*fleets, office.fleet) if unions else ():
        known |= {comparison_key(union): union for union in union_words(fleet)}
    return _known("union", unions, known), _known("kind", kinds, {kind: kind for kind in KINDS})


def union_words(fleet: Fleet) -> Set[str]:
    """Return the words by which the sites of a fleet name their unions."""
    return {site.union for site in fleet.sites.values() if site.union}


def _known(field: str, wanted: Names, known: dict[str, str]) -> Names:
    if wanted is None:
        return None
    for each in wanted:
        if comparison_key(each) not in known:
            raise BadInput(
                field,
                no_such(field, each, sorted(known.values()))
                if field == "union"
                else message("found '{kind}'. Expected one of: {known}", kind=each, known=sorted(known.values())),
            )
    return sorted({known[comparison_key(each)] for each in wanted})
