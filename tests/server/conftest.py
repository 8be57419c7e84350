"""The door's cases and clock, as the pages have them."""

from tests.web.conftest import app, clock

__all__ = ["app", "clock"]
