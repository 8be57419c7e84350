"""Spans of days, and how many of them cover the Sunday of a week."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import accumulate

Span = tuple[int, int]  # ordinals of the first day and of the day after the last
ALWAYS = date.max.toordinal()


def minus(spans: list[Span], holes: Iterable[Span]) -> list[Span]:
    """``spans`` without the days of ``holes``; a hole that ends before it begins takes nothing away."""
    for first, end in holes:
        if first >= end:
            continue
        left: list[Span] = []
        for a, b in spans:
            if end <= a or b <= first:
                left.append((a, b))
                continue
            if a < first:
                left.append((a, first))
            if end < b:
                left.append((end, b))
        spans = left
    return spans


def within(spans: list[Span], first: int, end: int = ALWAYS) -> list[Span]:
    """The part of ``spans`` from day ``first`` until the day before ``end``."""
    return [(max(a, first), min(b, end)) for a, b in spans if a < end and first < b]


def count_days(spans: Iterable[Span]) -> int:
    """How many days there are in ``spans``, which do not overlap."""
    return sum(b - a for a, b in spans)


def merged_spans(spans: list[Span]) -> list[Span]:
    """The same days, each once, in order."""
    if len(spans) < 2:
        return spans
    merged: list[Span] = []
    for first, end in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((first, end))
    return merged


class Levels:
    """How many spans cover the Sunday of each week."""

    def __init__(self) -> None:
        self._change: Counter[int] = Counter()
        self._steps: tuple[list[int], list[int]] | None = None

    def add(self, first: int, end: int) -> None:
        """Count one span: from day ``first`` until the day before ``end``."""
        # A span covers the Sundays from the week of its first day until the week of the day after its last.
        begin, stop = (first - 1) // 7, (end - 1) // 7
        if begin < stop:
            self._change[begin] += 1
            self._change[stop] -= 1
            self._steps = None

    def at(self, week: int) -> int:
        """How many there are on the Sunday of the week with this number (``week_number``)."""
        if self._steps is None:
            weeks = sorted(self._change)
            self._steps = (weeks, list(accumulate((self._change[w] for w in weeks), initial=0)))
        weeks, levels = self._steps
        return levels[bisect_right(weeks, week)]
