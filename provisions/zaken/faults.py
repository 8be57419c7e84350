"""What keeps a case system from doing what was asked. ``str()`` holds codes only: never a body, which may name people."""


class Fault(Exception):  # noqa: N818 - what they are called says what is so
    """``code``: of the standard's error, or of HTTP."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Away(Fault):
    """No answer, 5xx, 429: whether it happened is not known. ``after``: seconds that the server asked to wait."""

    def __init__(self, code: str, after: int = 0) -> None:
        super().__init__(code)
        self.after = after


class NotSignedIn(Fault):
    """Something is wrong with signing in or with what goes along in every call: configuration, of all calls alike."""


class NoRight(Fault):
    """403 ``permission_denied``: of this zaak or zaaktype; or it is closed."""


class NotThere(Fault):
    """404."""


class NotSetUp(Fault):
    """The catalogue does not have what ``zaken.toml`` names, or not on that day: it goes away when somebody puts that right."""


class AlreadyThere(Fault):
    """400 because of ``unique`` or ``identificatie-niet-uniek``: usually it was done before."""


class Wrong(Fault):
    """Another 4xx: it will not go away by itself."""
