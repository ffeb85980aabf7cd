"""What alembic runs for each command: the migrations, on the connection and in the transaction that it was given."""

from alembic import context

from farm.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
