"""Do in a replay what people did: acts on tickets, requests, planned work. Each raises ImpossibleError if refused."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from monitor.alerts.cases import actions, downtimes
from monitor.alerts.cases.complaints import Request
from monitor.alerts.cases.refusals import BadInput, Refused
from monitor.domain.message import message, said_by
from monitor.domain.text import has_words
from monitor.runtime.virtual import replay_events
from monitor.runtime.virtual.replay_events import ImpossibleError
from monitor.settings.problems import did_you_mean
from monitor.store.work import Work

REPLAYED = "replayed"


def do(work: Work, act: replay_events.Act | replay_events.Registered) -> None:
    """Act on a ticket, or register a request, as the person of ``work``."""
    with _possible():
        if isinstance(act, replay_events.Registered):
            known("service", act.service, work.office.charter.services)
            if act.site is not None:
                known("site", act.site, work.office.fleet.sites)
            request = Request(act.service, act.way, act.asker, act.text, act.t, act.email, act.site)
            actions.register(work, request)
        else:
            # A recording may leave out the words that a person had to give.
            text = REPLAYED if act.act in actions.NEEDS_WORDS and not has_words(act.text) else act.text
            actions.act(work, act.ticket, act.act, text, until_utc=act.until)


def replan(work: Work, change: replay_events.Planned | replay_events.PlannedEnded) -> None:
    """Plan work, or end it."""
    with _possible():
        if isinstance(change, replay_events.Planned):
            # What was planned was possible then: the rules of a new plan are not those of a recorded one.
            downtimes.add(work.by(change.by), change.name, change.work)
        else:
            actions.end_work(work, change.name)


def known(what: str, name: str, among: Iterable[str]) -> None:
    """Raise ImpossibleError for a name that is none of these."""
    if name not in among:
        hint = did_you_mean(name, list(among))
        raise ImpossibleError(message("{what}: there is no '{name}'.{hint: }", what=what, name=name, hint=hint))


@contextmanager
def _possible() -> Iterator[None]:
    """Raise ImpossibleError when an act is refused."""
    try:
        yield
    except BadInput as error:
        field = "email" if error.field == "asker_email" else error.field
        raise ImpossibleError(message("{field:>: }{fault}", field=field, fault=said_by(error))) from None
    except Refused as error:
        raise ImpossibleError(said_by(error)) from None
