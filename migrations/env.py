"""How Alembic runs the steps: within the transaction that `app.db.migrate` has begun."""

from typing import Final

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from app.models import Base

REVISIONS: Final = 4
"""Digits of a step's number."""


def number(migration: MigrationContext, _revision: object, directives: list[MigrationScript]) -> None:
    """Give a new step the next number instead of a random name."""
    present = migration.get_current_revision() or "0"
    for directive in directives:
        directive.rev_id = f"{int(present) + 1:0{REVISIONS}}"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    process_revision_directives=number,
)
context.run_migrations()
