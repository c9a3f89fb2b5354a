"""Endpoints that are told of events, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("webhook_endpoints", "deliveries")
ROLE = "skincadence_app"
OWN_ROWS = "clinic_id = nullif(current_setting('app.clinic', true), '')"
INSTANT = sa.DateTime(timezone=True)


def needed(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Make the tables, then close them."""
    op.add_column("events", sa.Column("course_id", sa.String(32)))
    make_endpoints()
    make_deliveries()
    if op.get_bind().dialect.name == "postgresql":
        close_postgresql()
    else:
        close_sqlite()


def downgrade() -> None:
    """Drop them; events are as they were."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("events", "course_id")


def make_endpoints() -> None:
    """Who is told."""
    op.create_table(
        "webhook_endpoints",
        needed("clinic_id", sa.String(20)),
        needed("endpoint_id", sa.String(32)),
        needed("url", sa.Text()),
        needed("types", sa.Text()),
        needed("created_at", INSTANT),
        needed("generation", sa.Integer()),
        sa.Column("rotated_at", INSTANT),
        needed("number", sa.BigInteger()),
        sa.Column("leased_until", INSTANT),
        sa.Column("failing_since", INSTANT),
        sa.Column("disabled_at", INSTANT),
        sa.Column("disabled_reason", sa.String(16)),
        sa.Column("last_at", INSTANT),
        sa.Column("last_outcome", sa.String(16)),
        sa.PrimaryKeyConstraint("clinic_id", "endpoint_id", name="pk_webhook_endpoints"),
    )


def make_deliveries() -> None:
    """What of, and how far that has come."""
    op.create_table(
        "deliveries",
        needed("clinic_id", sa.String(20)),
        needed("endpoint_id", sa.String(32)),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        needed("state", sa.String(16)),
        needed("attempts", sa.Integer()),
        needed("due_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("outcome", sa.String(16)),
        sa.PrimaryKeyConstraint("clinic_id", "endpoint_id", "number", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "endpoint_id"],
            ["webhook_endpoints.clinic_id", "webhook_endpoints.endpoint_id"],
            name="fk_deliveries_webhook_endpoints",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["clinic_id", "endpoint_id", "state", "number"])


def close_sqlite() -> None:
    """Whoever opens the file: a row stays with its clinic."""
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_stays_with_its_clinic BEFORE UPDATE OF clinic_id ON {table} "
            "WHEN NEW.clinic_id IS NOT OLD.clinic_id "
            "BEGIN SELECT RAISE(ABORT, 'a row stays with its clinic'); END"
        )


def close_postgresql() -> None:
    """A clinic sees its own rows only, and so does the owner of the tables."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
