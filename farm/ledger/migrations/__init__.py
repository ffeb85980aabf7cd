"""Migrations of the ledger's tables, run by `farm.ledger.migrate`."""
