"""What a clinic set for itself, its logo, and the forms under which it may be asked without a key.

Forms are read across clinics through the door of the keyring, as keys are: who comes with the id of a form comes with
nothing else that would tell whose it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("intake_forms", "clinic_logos")
ROLE = "skincadence_app"
OWN_ROWS = "clinic_id = nullif(current_setting('app.clinic', true), '')"
KEYRING = "current_setting('app.door', true) = 'keyring'"
INSTANT = sa.DateTime(timezone=True)


def needed(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Widen the clinics, make the tables, then close them."""
    op.add_column("clinics", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("clinics", sa.Column("settings", sa.Text(), nullable=False, server_default="{}"))
    make_forms()
    make_logos()
    if op.get_bind().dialect.name == "postgresql":
        close_postgresql()
    else:
        close_sqlite()


def downgrade() -> None:
    """Drop them; clinics are as they were."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("clinics", "settings")
    op.drop_column("clinics", "version")


def of_clinic(name: str) -> sa.ForeignKeyConstraint:
    """Whose it is."""
    return sa.ForeignKeyConstraint(["clinic_id"], ["clinics.clinic_id"], name=name)


def make_forms() -> None:
    """Under which ids visitors may ask."""
    op.create_table(
        "intake_forms",
        needed("clinic_id", sa.String(20)),
        needed("form_id", sa.String(32)),
        needed("name", sa.String(200)),
        needed("origins", sa.Text()),
        sa.Column("languages", sa.Text()),
        sa.Column("areas", sa.Text()),
        sa.Column("concerns", sa.Text()),
        needed("stores", sa.Boolean()),
        needed("created_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", "form_id", name="pk_intake_forms"),
        of_clinic("fk_intake_forms_clinics"),
    )
    op.create_index("ix_intake_forms_form_id", "intake_forms", ["form_id"], unique=True)


def make_logos() -> None:
    """What a clinic is known by: one picture at most."""
    op.create_table(
        "clinic_logos",
        needed("clinic_id", sa.String(20)),
        needed("logo_id", sa.String(32)),
        needed("image", sa.LargeBinary()),
        needed("created_at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", name="pk_clinic_logos"),
        of_clinic("fk_clinic_logos_clinics"),
    )


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
    op.execute(f"CREATE POLICY keyring ON intake_forms FOR SELECT USING ({KEYRING})")
