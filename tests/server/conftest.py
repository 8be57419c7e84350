"""The door's cases and clock, as the pages have them."""

from tests.web.conftest import app, beginnings, clock, eight_days

__all__ = ["app", "beginnings", "clock", "eight_days"]
