"""What can go wrong, in words a person can act on."""

from __future__ import annotations


class MonitorError(Exception):
    """A fault that is told to the user as one line; never a traceback."""


class SourceError(MonitorError):
    """An upstream failed to give what was asked of it.

    `permanent` says whether trying again is useless (a wrong address, a changed format) or may help
    (a timeout, a 503). `source` is the id of the upstream, filled in by whoever knows it. `told` is the beginning of
    what it wrote with a refusal, for a connector that can read it: not for the user as it stands.
    """

    def __init__(self, message: str, *, permanent: bool = False, source: str = "", told: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.source = source
        self.told = told

    def __str__(self) -> str:
        advice = "trying again will not help" if self.permanent else "trying again later may help"
        return f"{self.source + ': ' if self.source else ''}{self.message} ({advice})"


class EmptyAnswer(SourceError):
    """An upstream answered well-formed and with nothing: degraded, never a zero."""


class NotThere(SourceError):
    """What was asked for does not exist: no such file, no folder of files."""


class ChannelError(MonitorError):
    """A message could not be sent. The text holds no address and no secret.

    `permanent` switches the channel off; else it is tried again, not before `wait` seconds where the receiver said so.
    """

    def __init__(self, message: str, *, permanent: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.wait = wait


class ContractError(MonitorError):
    """A row or a computation that the contract in `model.py` does not allow."""


class SituationError(MonitorError):
    """A situation file that cannot be used as it stands."""


class CorrectionError(MonitorError):
    """An entry of the corrections that cannot be used as it stands."""


class SettingsError(MonitorError):
    """A setting (environment or configuration file) that cannot be used."""


class BusyError(MonitorError):
    """Another refresh holds the store."""


class ActionError(MonitorError):
    """Something a person asked for that cannot be done as things stand."""
