"""The signs of the engine as Prometheus reads them. Names and meanings: ``docs/operations.md``."""

import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from flows.health.probes import Probes
from provisions.access.log import Logged

PREFIX = "provisions_"
# Of the lines that are kept (``keep_looks_months``), so after years each goes down a little.
DOOR = (
    ("sign_ins", "Who came in at the door.", (Logged.SIGNED_IN,)),
    ("wrong_passwords", "Passwords and second factors that were wrong.", (Logged.WRONG_PASSWORD, Logged.WRONG_SECOND)),
    (
        "refusals",
        "Who was refused: at the door, or a page or case that is not theirs.",
        (
            *(Logged.NO_SECOND, Logged.BLOCKED_CAME, Logged.NO_ROLE, Logged.OTHERS_CODE, Logged.PROVIDER_REFUSED),
            *(Logged.SLOWED, Logged.NOT_ALLOWED),
        ),
    ),
    (
        "looks",
        "Pages of clients that were looked at, and searches.",
        (Logged.LOOKED, Logged.LOOKED_WITH_REASON, Logged.SEARCHED),
    ),
    ("reasons", "Reasons that were given to look without a standing right.", (Logged.REASON_GIVEN,)),
)


class EngineCollector(Collector):
    """Looks when it is asked, and never in between."""

    def __init__(self, probes: Probes) -> None:
        self._probes = probes

    def describe(self) -> Iterable[Metric]:
        """Nothing: so that registering does not look."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All signs, as they are now. What can't be known is left out."""
        yield from self._itself()
        yield from self._database()
        yield from self._prefect()

    def _itself(self) -> Iterator[Metric]:
        probes, now = self._probes, time.monotonic()
        build = GaugeMetricFamily(
            PREFIX + "build_info", "What runs: the same in each engine.", labels=["version", "schema", "rules"]
        )
        build.add_metric([probes.identity.version, probes.identity.schema, probes.identity.rules], 1)
        yield build
        turns = GaugeMetricFamily(
            PREFIX + "loop_seconds_since_turn", "Seconds since the last turn of a loop began.", labels=["loop"]
        )
        faults = GaugeMetricFamily(PREFIX + "loop_failing_turns", "Turns in a row that failed.", labels=["loop"])
        for loop in probes.loops:
            if loop.began is not None:
                turns.add_metric([loop.name], now - loop.began)
            faults.add_metric([loop.name], loop.faults)
        yield turns
        yield faults
        yield _counter("clock_handled", "Provisions for which this engine's clock did something.", probes.clock.handled)
        yield _gauge("clock_late_seconds", "How late the last awaited moment was handled whole.", probes.clock.late)
        behind = probes.mirror.behind_since
        yield _gauge(
            "faces_behind_seconds",
            "How long there has been a run to show.",
            now - behind if behind is not None else 0.0,
        )

    def _database(self) -> Iterator[Metric]:
        waiting = self._probes.backlog()
        yield _gauge("database_up", "Whether the database answers.", waiting is not None)
        if waiting is None:
            return
        yield _gauge("due", "Provisions for which something should have happened.", waiting.due)
        yield _gauge("due_seconds", "How long the oldest of these waits.", waiting.due_seconds)
        yield _gauge("waiting_too_far", "What waits for a moment that no right clock wrote.", waiting.too_far)
        yield _gauge("messages_pending", "Messages that are still to be sent.", waiting.messages_pending)
        yield _gauge(
            "messages_pending_seconds", "How long the oldest of these waits to leave.", waiting.messages_pending_seconds
        )
        yield _gauge("messages_slow", "Of these, waiting longer than post ever should.", waiting.messages_slow)
        yield _gauge("messages_retried", "Of these, failed three times or more.", waiting.messages_retried)
        yield _gauge("faces_wanted", "Runs that do not show what they should.", waiting.stale_runs)
        yield _gauge("plans_wanted", "Plans of a client that do not show what they should.", waiting.plans)
        yield _gauge("events_waiting", "Facts not yet announced in Prefect.", waiting.announcements)
        yield _gauge("erasures_waiting", "Forgotten cases of which something is still to be erased.", waiting.erasures)
        yield _gauge("engines", "Engines that work on this database.", waiting.engines)
        yield _counter("audit_lines", "Lines of the audit.", waiting.audit_lines)
        repaired = CounterMetricFamily(
            PREFIX + "put_right", "What was strange or changed in Prefect and was put right.", labels=["what"]
        )
        for what, count in ({"run": 0} | dict(self._probes.put_right())).items():
            repaired.add_metric([what], count)
        yield repaired
        yield from self._door()
        yield from self._case_systems()
        if waiting.backup_seconds is not None:
            yield _gauge("backup_age_seconds", "Age of the last finished provisions backup.", waiting.backup_seconds)
        if totals := self._probes.totals():
            yield _gauge("provisions_open", "Provisions that are not closed.", totals.open)
            yield _gauge("provisions_overdue", "Provisions that are late now.", totals.overdue)
            yield _gauge("messages_failed", "Messages that were given up: somebody must call.", totals.messages_failed)

    def _case_systems(self) -> Iterator[Metric]:
        """Those of municipalities, together; nothing but 0 where none has one."""
        found = self._probes.case_systems()
        if found is None:
            return
        zaken = found.waiting
        yield _gauge("case_systems_silent", "Case systems that do not answer, or do not let us in.", found.silent)
        yield _gauge("case_systems_silent_seconds", "How long the first of these.", found.silent_seconds)
        yield _gauge("zaken_wanted", "Zaken still to be opened or found.", zaken.wanted)
        yield _gauge("zaken_wanted_seconds", "How long the oldest of these waits.", zaken.wanted_seconds)
        yield _gauge("zaken_changes", "Open zaken that are to say something else.", zaken.changes)
        yield _gauge("zaken_look_late_seconds", "How long ago a zaak should have been looked at.", zaken.late_seconds)
        yield _gauge("zaken_differing", "Zaken that do not say what is recorded here.", zaken.differing)
        yield _gauge("zaken_given_up", "Zaken that could not be opened or changed: somebody must call.", zaken.given_up)

    def _door(self) -> Iterator[Metric]:
        """What went on at the door, without a word on who it was."""
        found = self._probes.door()
        for name, meaning, kinds in DOOR:
            if found:
                yield _counter(name, meaning, sum(found[kind] for kind in kinds))

    def _prefect(self) -> Iterator[Metric]:
        not_begun = self._probes.prefect()
        yield _gauge("prefect_up", "Whether Prefect's API answers.", not_begun is not None)
        if not_begun is not None:
            yield _gauge("runs_not_begun", "Runs that are due for two minutes and that nobody began.", not_begun)


def registry(probes: Probes) -> CollectorRegistry:
    """What ``/metrics`` shows: this engine's signs, and CPU, memory and files of its process."""
    made = CollectorRegistry()
    made.register(EngineCollector(probes))
    ProcessCollector(registry=made)
    return made


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, meaning, value=float(value))


def _counter(name: str, meaning: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(PREFIX + name, meaning, value=value)
