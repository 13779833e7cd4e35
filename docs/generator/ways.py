"""The way of one sample and of one complaint, in sentences. A name in them is looked up in the code, and must be there.

{module:Name} and {module:Class.name} become links to their files; the module is named below monitor.
"""

import re
from importlib import import_module
from textwrap import fill

from docs.generator.rooms import ROOT, source_of

WIDTH = 120
NAMED = re.compile(r"\{([\w.]+):([\w.]+)\}")

SAMPLE = (
    """{runtime.schedule:Schedule.due} says whose turn it is, spread over the interval so that no burst leaves the
machine. {runtime.icmp_prober:IcmpProber} is served by it many times a second, on the event loop.""",
    """{probes.icmp.engine:IcmpProbe} sends the echoes of all who are due and gives back one {domain.sample:Sample} a
device: answered, failed, or unknown, which is a fault of our own and judges nothing.""",
    """{runtime.live:RuntimeState.observe} keeps it as the device's last for readers, and {judging.board:Board.observe}
judges it: {judging.health:judge} makes soft and hard states of rounds, {judging.attribution:OutageAttribution} finds
out whose fault it is: the router's own, a dead link's before it, or none, because work is planned or that hour
is outside its service hours.
What comes out are values such as {judging.decisions:OutageOpened}. No I/O happens here, and time is an argument.""",
    """{runtime.writer:DecisionWriter.put} takes the decisions in; its one thread stores them in their order. Each
transaction is a {store.work:Work}: session, office, time and actor. {alerts.cases.outages:apply} writes the
{store.models.cases:Outage}, with the deadline that {charter.deadline:target_deadline} counts by the charter and the
calendar. A database that refuses delays a decision and loses none.""",
    """In the same thread, every second, {alerts.cases.due:do_what_is_due} looks at stored dates:
{alerts.cases.tickets:open_overdue} opens the ticket of a target that is missed, {alerts.cases.escalation:advance} moves
it up the grievance chain, {store.ticket_history:record} writes each step into a history that is chained by hashes.""",
    """Each recipient gets a row in the outbox, in the same transaction: {alerts.notices.outbox:enqueue} keeps
typed facts ({alerts.facts.case:CaseFacts}), no sentence.""",
    """{runtime.notifier:Notifier} is woken: {alerts.notices.lease:lease_next} claims the next row for a channel, within
the recipient's limit, {alerts.notices.render:render} makes Bangla and English of the facts, and
{alerts.channels.email:EmailChannel} hands the letter over. The answer of the mail server is stored as the proof;
without one the row stays, and is tried again.""",
)

COMPLAINT = (
    """A citizen phones; somebody types `upazila-monitor ticket new --service 8 --site udc-juniadaha …`.
{cli.registering:new} parses and calls {alerts.cases.actions:register}, where every act of a
person has its validation, and the check of what he had seen, once for all ways in.""",
    """The ticket gets the next number of the year without a gap ({alerts.cases.numbering:new_ticket}), and its deadline
from the row of the charter ({alerts.notices.gather:deadline_of}).""",
    """In the same transaction the history says who registered what, the responsible officer and the citizen, where he
left an address, get a row in the outbox, and {alerts.cases.complaints:link_to_open_outages} ties the complaint to what
is down at that site.""",
    """The daemon finds it at its next look at what is due: the officer is warned on the last day, a missed deadline
begins the grievance chain ({charter.stages:chain}), and when the outage behind it is over for good,
{alerts.cases.complaints:notify_requesters} notifies the citizen.""",
    """Where a help desk is configured, {alerts.mirror.sync:Mirror} keeps the same ticket there, and takes over what is
done there.""",
    """Somebody settles it: `upazila-monitor ticket resolve` calls {alerts.cases.actions:act}, the citizen is
notified of what was done, and {reports.ticket_account:account} gives the whole account whenever it is asked for.""",
)

PARTS = """Every moving part is a {runtime.part:Part}. {daemon:Daemon} gives each of them by constructor what it needs,
opens them, gives them another configuration, and closes them in the reverse order; parts that turn say when they
last did, for /healthz and for systemd's watchdog. Rounds of echoes, readings by SNMP and checks of services share one
{runtime.schedule:Schedule} and its loop, and pass what they find to one {runtime.sink:Sink}. What has its time by the
calendar, the work of the night and the briefs, is a {runtime.calendar_jobs:Job}. Readers get a
{runtime.live:RuntimeView} of the state that the parts write."""


def written(sentences: tuple[str, ...]) -> str:
    """A numbered list with its names as links; LookupError for a name that is not in the code."""
    return "\n".join(_item(number, NAMED.sub(_link, each)) for number, each in enumerate(sentences, 1))


def paragraph(words: str) -> str:
    """The same names as links, in a paragraph."""
    return fill(NAMED.sub(_link, words), WIDTH, break_on_hyphens=False)


def _item(number: int, words: str) -> str:
    first = f"{number}. "
    return fill(words, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False)


def _link(found: re.Match[str]) -> str:
    module, name = found.groups()
    try:
        here: object = import_module(f"monitor.{module}")
        for part in name.split("."):
            here = getattr(here, part)
    except (ImportError, AttributeError):
        raise LookupError(f"{found[0]} is not in the code any more: docs/generator/ways.py names it") from None
    # What is no class says little without its module: 'apply', 'register'.
    said = name if name[0].isupper() else f"{module.rpartition('.')[2]}.{name}"
    return f"[`{said}`](../{source_of(f'monitor.{module}').relative_to(ROOT)})"
