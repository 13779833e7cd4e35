"""Compose the daemon: build each part by constructor, open it, reconfigure it, close it. Nothing else does."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from threading import Timer
from typing import Any

from monitor.alerts.channels.base import Channel
from monitor.alerts.channels.registry import channels_of
from monitor.charter.office import Office
from monitor.doctor.examiner import Examiner
from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.leases import Duty, Lease
from monitor.domain.log_events import LogEvent
from monitor.i18n.catalogue import render
from monitor.i18n.languages import SOURCE, Lang
from monitor.judging.distrust import Distrust
from monitor.logs.emit import emit
from monitor.logs.output import LogOutput
from monitor.metrics.exposition import Exposition
from monitor.probes.icmp.engine import IcmpProbe
from monitor.reports.edition_process import COMMAND as REPORT_COMMAND
from monitor.runtime import gc_tuning
from monitor.runtime.asked_probes import AskedProbes
from monitor.runtime.baseline_keeper import BaselineKeeper
from monitor.runtime.calendar_jobs import CalendarJobs, Job
from monitor.runtime.changes import Changes
from monitor.runtime.condition import OwnCondition
from monitor.runtime.config_reload import ConfigReload
from monitor.runtime.config_verdicts import ConfigVerdicts
from monitor.runtime.diagnostics import Diagnostics
from monitor.runtime.edition_maker import EditionMaker
from monitor.runtime.elsewhere import ElsewhereReader
from monitor.runtime.heartbeat import HeartbeatSender, oldest_pending_s
from monitor.runtime.helpdesk_worker import HelpdeskWorker
from monitor.runtime.history_keeper import HistoryKeeper
from monitor.runtime.icmp_prober import IcmpProber, icmp_options
from monitor.runtime.jobs import Jobs
from monitor.runtime.last_run import LastRun
from monitor.runtime.lease_keeper import leases_of
from monitor.runtime.leases import LeaseChange
from monitor.runtime.notifier import Notifier
from monitor.runtime.office_in_force import OfficeInForce
from monitor.runtime.part import Part, ages_s
from monitor.runtime.sample_log import SampleLog
from monitor.runtime.server_certificate import certificate_of
from monitor.runtime.service_checker import ServiceChecker
from monitor.runtime.setup_code import setup_line
from monitor.runtime.shard_keeper import ShardKeeper
from monitor.runtime.sink import Storing
from monitor.runtime.snmp_poller import SnmpPoller
from monitor.runtime.startup_messages import startup_lines, warnings_of_all
from monitor.runtime.store_opener import StoreOpener
from monitor.runtime.systemd import Systemd
from monitor.runtime.traps import TrapReceiver
from monitor.runtime.trusted_clock import TrustedClock, boot_id
from monitor.runtime.watchdog import Watchdog
from monitor.runtime.writer import DecisionWriter
from monitor.settings.changed_offices import Reading
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.settings.notices_section import ChannelName
from monitor.settings.web_section import connect_address
from monitor.store.history.file import HistoryFile
from monitor.store.opening import open_when_possible
from monitor.web.app import make_app
from monitor.web.local_server import LocalServer
from monitor.web.overview import Overviews
from monitor.web.page_server import PageServer
from monitor.web.public.app import make_public_app
from monitor.web.public.publisher import Publisher
from monitor.web.public.server import PublicServer

log = logging.getLogger(__name__)

END_WITHIN_S = 8.5


class Daemon:
    """One running installation. ``sockets``: listening sockets opened by somebody else, or none.

    ``sources``: the files of ``installation``. ``lang``: of the lines at the start. ``begins_again``: it ended so that
    another process takes its place at once.
    """

    def __init__(
        self,
        installation: Installation,
        clock: Clock,
        sockets: list[socket.socket],
        sources: Mapping[str, bytes],
        systemd: Systemd,
        log_output: LogOutput,
        lang: Lang = SOURCE,
    ) -> None:
        self._systemd, self._log_output, self._lang, self.installation = systemd, log_output, lang, installation
        self._stop, self.begins_again = asyncio.Event(), False
        settings = installation.host
        self._clock = clock = TrustedClock(clock, boot_id())
        self._store = store = open_when_possible(settings.state, settings.server)
        last_run = LastRun(installation, clock, store)
        left = last_run.load()
        self._knows_before = left.known is not None
        self.sources = {} if self._knows_before else sources  # for who begins again
        self._live = live = left.runtime_state(installation, clock)
        distrust = Distrust()
        self._in_force = in_force = OfficeInForce(
            clock, settings, left.entered, live, distrust, installation, None if settings.server is None else {}
        )
        self._verdicts = ConfigVerdicts(clock, live, settings.directory, settings.state)
        self._verdicts.accept(Reading(installation, sources), clock.mono_ns())
        live.leases = leases = leases_of(
            settings, store, clock, OwnCondition(live), self._leases_changed, self._decisions_stored
        )
        opener = StoreOpener(clock, store, live, last_run.take_up, self._opened)
        sample_log = SampleLog(clock, settings.home, settings.monitor.storage)
        baselines = BaselineKeeper(store, live, knows_before=self._knows_before)
        notifier = Notifier(store, live, self._channels_of, clock, leases)
        changes = Changes(live.instance)
        self._writer = writer = DecisionWriter(clock, store, live, in_force, leases, notifier.wake, changes.publish)
        reports = EditionMaker(store, live, settings, clock, REPORT_COMMAND, changes.publish, leases, notifier.wake)
        diagnostics = Diagnostics(clock, live, writer.put, traces=settings.monitor.judging.trace)
        history = HistoryKeeper(clock, HistoryFile(settings.state), settings)
        sink = Storing(sample_log, history, diagnostics, writer)
        poller = SnmpPoller(clock, live, in_force.probed, sink)
        echoes = IcmpProbe(clock, icmp_options(settings.monitor.probing), counters=live.icmp)
        self._prober = prober = IcmpProber(clock, echoes, live, in_force, distrust, sink, poller.soon)
        checker = ServiceChecker(clock, live, in_force.probed.fleet, settings.monitor.probing, sink)
        traps = TrapReceiver(clock, live, in_force.probed, lambda: poller.agents, sink, (prober.soon, poller.soon))
        self._probing: tuple[Part, ...] = (prober, poller, checker, traps)
        self._shards = shards = ShardKeeper(clock, store, live, in_force, leases, writer, self._probing)
        helpdesk = HelpdeskWorker(store, live, settings, clock, leases)
        heartbeat = HeartbeatSender(settings.monitor.heartbeat, self._heartbeat_ages)
        self._reload = ConfigReload(clock, self._verdicts, systemd, lambda: self.installation, sources, self._take_over)
        publisher = Publisher(store, lambda: live.office, lambda: in_force.settings, clock)
        copying = Job(
            "copy of the public page", publisher.last_due, publisher.write_copy, makes_up=True, duty=Duty.PUBLIC
        )
        jobs = Jobs(store, live, in_force, opener.examine, leases).all_of_them()
        calendar = CalendarJobs(self._trusted_utc, [*jobs, copying], leases)
        probes = AskedProbes(clock, live, prober.soon, changes.publish)
        examiner = Examiner(clock, live, store, lambda: self.installation, lambda: self._verdicts.last)

        def look_again() -> None:
            """Look for what an act of a person may have left to do."""
            notifier.wake()
            reports.wake()

        overviews, exposition = Overviews(live), Exposition(live, store, clock)
        app = make_app(
            *(live, exposition, store, lambda: in_force.settings, self._ages, clock),
            *(changes, look_again, probes, history),
            examiner=examiner,
            installation_of=lambda: self.installation,
            overviews=overviews,
        )
        self._page = page = PageServer(
            *(app, settings.monitor.web, sockets, clock),
            *(self._say_how, self._line_lang, certificate_of(settings)),
        )
        # Opened in this order and closed in the reverse one: sources of decisions are closed before the writer.
        self._parts: tuple[Part, ...] = (
            *(opener, sample_log, leases, history, baselines, writer, diagnostics),
            *(*self._probing, shards, ElsewhereReader(clock, store, live, leases, changes.publish)),
            *(notifier, helpdesk, heartbeat, reports, examiner),
            *(
                Watchdog(clock, live, systemd, self._ages),
                self._reload,
                calendar,
                overviews,
                exposition,
                LocalServer(app, settings.state),
                page,
            ),
            PublicServer(
                make_public_app(publisher, live, store, clock, settings.monitor.web.behind_proxy),
                settings.monitor.web.public,
            ),
        )
        writer.put(in_force.begin())

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._in_force.settings

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, or until it ``begins_again``; raises what made it impossible to go on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_stop_signal)
        loop.add_signal_handler(signal.SIGHUP, self._reload.ask)
        try:
            async with AsyncExitStack() as opened:
                gc_tuning.freeze_heap()
                self._say_what_runs()
                for part in self._parts:
                    await part.open()
                    opened.push_async_callback(part.close)
                self._systemd.ready()
                try:
                    await self._until_stopped()
                finally:
                    self._say_that_it_ends()
        finally:
            self._store.close()
            if self.begins_again:
                emit(log, LogEvent.RESTARTED, "starts again with what the database knew")
            else:
                emit(log, LogEvent.STOPPED, "stopped")

    async def _until_stopped(self) -> None:
        """Run the parts until a signal; the first that fails ends the daemon, so that it is restarted."""
        tasks = [asyncio.create_task(part.run(), name=part.name) for part in self._parts]
        stop = asyncio.create_task(self._stop.wait())
        running = asyncio.gather(*tasks)  # one that has nothing left to do ends no other
        ends: list[asyncio.Future[Any]] = [running, stop]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            for task in (*tasks, stop):
                task.cancel()
            await asyncio.gather(*tasks, *ends, return_exceptions=True)

    def _say_that_it_ends(self) -> None:
        if self.begins_again:
            self._systemd.reloading()
        else:
            self._systemd.stopping()
            self._end_in_time()

    @staticmethod
    def _end_in_time() -> None:
        """Bound the end of the process to END_WITHIN_S, even if a thread hangs in outside I/O."""
        end = Timer(END_WITHIN_S, _end_now)
        end.daemon = True
        end.start()

    def _on_stop_signal(self) -> None:
        self.begins_again = False
        self._stop.set()

    def _opened(self) -> None:
        """Restart, if the start was decided without knowing what had been open before.

        Pending decisions are stored at the end.
        """
        if self._knows_before:
            self._say_setup_code()
        elif not self._stop.is_set():
            self.begins_again = True
            self._stop.set()

    def _take_over(self, reading: Reading) -> None:
        """Apply another configuration; decisions that follow are stored when all parts have it."""
        self.installation, settings = reading.installation, reading.installation.host
        self._log_output.use(settings.monitor.log.format, settings.monitor.log.level)
        decisions = self._in_force.reconfigure(settings, self.installation)
        for part in self._parts:
            part.reconfigure(self._in_force.probed if part in self._probing else settings)
        self._writer.put(decisions)
        self.sources = reading.over(self.sources, reading.sources) if self.sources else {}

    def _leases_changed(self, change: LeaseChange) -> None:
        """Watch the sites of shards that were taken, and drop those of shards that were lost."""
        self._shards.changed(change)

    async def _decisions_stored(self, leases: Collection[Lease]) -> None:
        """Wait until what was decided by these leases is stored."""
        await self._writer.stored(leases)

    def _channels_of(self, office: Office) -> Mapping[ChannelName, Channel]:
        return channels_of(office, self.settings.state, self.settings.home)

    def _trusted_utc(self) -> datetime | None:
        """Return the time, or None while the clock is suspect."""
        return None if self._clock.trust.suspect else self._clock.utc()

    def _ages(self) -> dict[str, float]:
        return ages_s(self._parts, self._clock.mono_ns())

    def _heartbeat_ages(self) -> dict[str, float]:
        """Return ages in seconds: of the last turn of probing, the oldest pending mail, the last commit."""
        pending_s, now_ns = oldest_pending_s(self._store, self._clock.utc()), self._clock.mono_ns()
        return {
            "round_age": (now_ns - self._prober.last_turn_mono_ns) / NS_PER_S,
            **({} if pending_s is None else {"outbox_age": pending_s}),
            "last_write_age": (now_ns - self._writer.last_turn_mono_ns) / NS_PER_S,
            "page_away": self._page.away_s(),
        }

    def _say_how(self) -> None:
        """Report to systemd, and to commands, where the page is, or why there is none."""
        address, trouble = self._page.address, self._page.trouble
        self._verdicts.page(connect_address(address), trouble)
        self._systemd.status(f"page {self._page.url}/" if address else f"no page: {trouble}")

    def _line_lang(self) -> Lang:
        """Return the language of lines at the start: that of this run where people read them, else English."""
        return self._lang if self._log_output.is_for_people else SOURCE

    def _say_what_runs(self) -> None:
        lang = self._line_lang()
        for warning in warnings_of_all(self.installation, self._clock.utc()):
            emit(log, LogEvent.CONFIG_WARNING, "%s", render(warning, lang))
        for line in startup_lines(self.installation, self._store):
            emit(log, LogEvent.STARTED, "%s", render(line, lang))
        self._say_setup_code()

    def _say_setup_code(self) -> None:
        line = setup_line(self._store, self._live.office, self._clock.utc())
        if line is not None:
            emit(log, LogEvent.SETUP_CODE, "%s", render(line, self._line_lang()))


def _end_now() -> None:
    """End the process, even if threads hang: what was committed is safe, and the rest is judged again."""
    text = "something did not end within %g s; the process ends without it"
    emit(log, LogEvent.STOP_FORCED, text, END_WITHIN_S, seconds=END_WITHIN_S)
    logging.shutdown()
    os._exit(0)
