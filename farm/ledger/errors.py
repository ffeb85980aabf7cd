"""Errors of the ledger."""

from farm.errors import InfrastructureError


class LedgerError(InfrastructureError):
    """The ledger cannot be read or written."""

    code = "LED001"


class CorruptLedgerError(LedgerError):
    """The ledger's file is damaged, or is no ledger at all."""

    code = "LED002"


class NewerLedgerError(LedgerError):
    """The ledger was written by a newer version of the farm."""

    code = "LED003"


class LedgerBusyError(LedgerError):
    """Others kept the ledger locked for too long."""

    code = "LED004"


class StaleLeaseError(LedgerError):
    """A lease was lost to another holder: what was done under it is refused."""

    code = "LED005"


class BrokenChainError(LedgerError):
    """The events are not those that were written: one was changed, removed or added by other means."""

    code = "LED006"


class UnknownRunError(LedgerError):
    """The ledger has no run of that name."""

    code = "LED007"


class WrongLeaseError(LedgerError):
    """A lease is on another subject than the one that is recorded under it."""

    code = "LED009"


class LedgerFullError(LedgerError):
    """The ledger's file system has no space left: even to be read it needs a little."""

    code = "LED010"


class LedgerAddressError(LedgerError):
    """The address names no database that can hold a ledger."""

    code = "LED011"


class LedgerUnreachableError(LedgerError):
    """The ledger's server does not answer, or the connection was lost; nothing is half-applied."""

    code = "LED012"


class LedgerConflictError(LedgerError):
    """The database undid a transaction because of another one; the same once more may succeed."""

    code = "LED013"


class LedgerChangedError(LedgerError):
    """Others wrote while the connection was lost, so that what was about to be recorded does not hold."""

    code = "LED014"
