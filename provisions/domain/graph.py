"""The dependency graph: what a provision waits for, and since when it need not wait any more (domain.md, rules 1 and 3)."""

from collections.abc import Collection, Mapping
from datetime import date

from provisions.domain.case import Case, Provision, ProvisionKey, Status
from provisions.domain.rules import Brp, Dependency, ProvisionRule


def dependencies(rule: ProvisionRule, brp: Brp, *, urgent: bool, purpose: str | None = None) -> tuple[Dependency, ...]:
    """What ``rule`` starts after, for a client with this ``brp``, in a round for this ``purpose``. Urgency goes before what it is
    for, and that before the register.
    """
    of_urgency, of_register = rule.variants.get("urgent") if urgent else None, rule.variants.get(brp.value)
    others = (of_urgency, rule.purpose(purpose), of_register)
    return next((other.after for other in others if other is not None and other.after is not None), rule.after)


def there_or_asked(case: Case) -> frozenset[str]:
    """The keys of what is there or was asked for. What was withdrawn, or ended with the case, is not needed any more: nothing
    that waits for it would ever start.
    """
    over = (Status.WITHDRAWN, Status.ENDED)
    return case.present | {p.key for p in case.provisions.values() if p.status not in over}


def needed(rule: ProvisionRule, case: Case, provision: Provision) -> tuple[Dependency, ...]:
    """What ``provision`` starts after, by what is known of the register now; met or not."""
    return dependencies(rule, case.brp, urgent=provision.urgent, purpose=provision.purpose)


def met_on(dependency: Dependency, case: Case, provision: Provision) -> date | None:
    """The day since which ``provision`` need not wait for ``dependency``; ``None`` while it must.

    Meeting or waiving either side of ``a|b`` is enough. What was present counts from the day of the need.
    """
    days = [w.on for w in provision.waivers if w.dependency == str(dependency)]
    for key in dependency.alternatives:
        if key in case.present:
            days.append(provision.needed_on)
        days += [r.closed_on for r in case.rounds(key) if r.status is Status.DELIVERED and r.closed_on]
    return min(days, default=None)


def unmet(rule: ProvisionRule, case: Case, provision: Provision) -> tuple[Dependency, ...]:
    """The dependencies that ``provision`` still waits for."""
    return tuple(d for d in needed(rule, case, provision) if met_on(d, case, provision) is None)


def ready_on(rule: ProvisionRule, case: Case, provision: Provision) -> date | None:
    """The day on which the last dependency was met (at the earliest the day of the need), or ``None`` while blocked.

    What it waited for is judged by what was known of the register on that day.
    """
    ends = [*(since for since, _ in case.brp_known[1:]), date.max]
    for (since, brp), until in zip(case.brp_known, ends, strict=True):
        waited = dependencies(rule, brp, urgent=provision.urgent, purpose=provision.purpose)
        met = [met_on(d, case, provision) for d in waited]
        if None in met:
            continue
        ready = max(day for day in (provision.needed_on, provision.urgent_since, since, *met) if day is not None)
        if ready < until:
            return ready
    return None


def refused_too_early(rule: ProvisionRule, case: Case, provision: Provision) -> tuple[Dependency, ...]:
    """What was not there yet when it was refused, and is now; empty where nobody need ask again.

    While nothing was known of the register it was asked for at once; that it had to wait showed only later, on the day of the
    refusal at the earliest.
    """
    outcome, known = provision.outcome, case.brp_known
    if provision.status is not Status.REFUSED or outcome is None:
        return ()
    if len(known) == 1 or known[0][1] is not Brp.UNKNOWN or outcome.on > known[1][0]:
        return ()
    before, now = (
        dependencies(rule, brp, urgent=provision.urgent, purpose=provision.purpose) for brp in (Brp.UNKNOWN, case.brp)
    )
    since = tuple(d for d in now if d not in before)
    return since if all(met_on(d, case, provision) is not None for d in since) else ()


def dependents(key: str, case: Case, rules: Mapping[str, ProvisionRule]) -> tuple[ProvisionKey, ...]:
    """The blocked provisions of the case that wait for ``key``, whatever round of it comes first."""
    return tuple(
        other.id
        for other in case.provisions.values()
        if other.status is Status.BLOCKED and any(key in d.alternatives for d in unmet(rules[other.key], case, other))
    )


def find_cycle(edges: Mapping[str, Collection[Dependency]]) -> tuple[str, ...] | None:
    """A cycle in the graph (the first key repeated at the end), or ``None``. Every alternative counts as an edge.

    >>> find_cycle({"a": (Dependency(("b",)),), "b": (Dependency(("a",)),)})
    ('a', 'b', 'a')
    """
    done: set[str] = set()

    def visit(key: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if key in path:
            return (*path[path.index(key) :], key)
        if key in done:
            return None
        for dependency in edges.get(key, ()):
            for other in dependency.alternatives:
                if cycle := visit(other, (*path, key)):
                    return cycle
        done.add(key)
        return None

    for key in edges:
        if cycle := visit(key, ()):
            return cycle
    return None
