"""The first tables, and what keeps clinics apart in them.

On PostgreSQL the role `skincadence_app` is made if there is none: whoever runs this must own the schema and may make
roles, or the role must be there already. The role that serves becomes a member of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANTS = (
    "clinics", "api_keys", "heads", "audit", "events", "recommendations", "reviews", "tombstones", "replies",
)  # fmt: skip
APPEND_ONLY = ("audit", "events")
ROLE = "skincadence_app"
OWN_ROWS = "clinic_id = nullif(current_setting('app.clinic', true), '')"
PERSONAL = {
    "recommendations": ("client_ref", "intake", "answer"),
    "replies": ("headers", "body"),
    "reviews": ("document", "answer"),
}
INSTANT = sa.DateTime(timezone=True)


def clinic() -> sa.Column[str]:
    """The column that every row of a clinic begins with."""
    return sa.Column("clinic_id", sa.String(20), nullable=False)


def needed(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Make the tables, then close them."""
    make_clinics()
    make_ledger()
    make_recommendations()
    make_replies()
    if op.get_bind().dialect.name == "postgresql":
        close_postgresql()
    else:
        close_sqlite()


def downgrade() -> None:
    """Drop everything but the role, which may serve other databases too."""
    for table in ("keyring", *reversed(TENANTS)):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change")


def make_clinics() -> None:
    """Who uses the service."""
    op.create_table(
        "clinics",
        clinic(),
        needed("twin_id", sa.String(20)),
        needed("world", sa.String(4)),
        needed("name", sa.String(200)),
        needed("time_zone", sa.String(64)),
        needed("review_every_plan", sa.Boolean()),
        needed("retention_days", sa.Integer()),
        needed("created_at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", name="pk_clinics"),
    )
    op.create_table(
        "api_keys",
        clinic(),
        needed("key_id", sa.String(32)),
        needed("kind", sa.String(16)),
        needed("name", sa.String(200)),
        needed("scopes", sa.Text()),
        needed("origins", sa.Text()),
        needed("digest", sa.LargeBinary()),
        needed("created_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("last_used_at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", "key_id", name="pk_api_keys"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.clinic_id"], name="fk_api_keys_clinics"),
    )
    op.create_index("ix_api_keys_key_id", "api_keys", ["key_id"], unique=True)
    keyring = op.create_table(
        "keyring",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        needed("stamp", sa.BigInteger()),
        sa.Column("check_value", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("one", name="pk_keyring"),
    )
    op.bulk_insert(keyring, [{"one": 1, "stamp": 0}])


def make_ledger() -> None:
    """What happened."""
    op.create_table(
        "heads",
        clinic(),
        needed("audit_number", sa.BigInteger()),
        needed("audit_hash", sa.LargeBinary()),
        needed("event_number", sa.BigInteger()),
        sa.PrimaryKeyConstraint("clinic_id", name="pk_heads"),
    )
    op.create_table(
        "audit",
        clinic(),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        needed("at", INSTANT),
        needed("actor", sa.String(32)),
        needed("action", sa.String(48)),
        needed("target_id", sa.String(64)),
        needed("outcome", sa.String(32)),
        needed("request_id", sa.String(36)),
        needed("address", sa.String(48)),
        needed("protocol_digest", sa.String(71)),
        needed("fields", sa.Text()),
        needed("hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("clinic_id", "number", name="pk_audit"),
    )
    op.create_table(
        "events",
        clinic(),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        needed("event_id", sa.String(32)),
        needed("type", sa.String(48)),
        needed("subject_id", sa.String(32)),
        needed("subject_version", sa.Integer()),
        needed("at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", "number", name="pk_events"),
    )


def make_recommendations() -> None:
    """What was recommended, and what a professional said of it."""
    op.create_table(
        "recommendations",
        clinic(),
        needed("recommendation_id", sa.String(32)),
        needed("created_at", INSTANT),
        sa.Column("client_ref", sa.String(64)),
        needed("decision", sa.String(24)),
        needed("worst_decision", sa.String(24)),
        needed("status", sa.String(16)),
        needed("bookable", sa.Boolean()),
        needed("language", sa.String(16)),
        needed("assessed_on", sa.Date()),
        needed("protocol_id", sa.String(64)),
        needed("protocol_version", sa.String(32)),
        needed("protocol_digest", sa.String(71)),
        needed("texts_digest", sa.String(71)),
        needed("review_state", sa.String(16)),
        needed("version", sa.Integer()),
        sa.Column("read_once_until", INSTANT),
        needed("intake", sa.LargeBinary()),
        needed("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("clinic_id", "recommendation_id", name="pk_recommendations"),
    )
    for name, column in (("client", "client_ref"), ("decision", "decision")):
        columns = ["clinic_id", column, "created_at", "recommendation_id"]
        op.create_index(f"ix_recommendations_{name}", "recommendations", columns)
    op.create_index("ix_recommendations_newest", "recommendations", ["clinic_id", "created_at", "recommendation_id"])
    op.create_table(
        "reviews",
        clinic(),
        needed("review_id", sa.String(32)),
        needed("recommendation_id", sa.String(32)),
        needed("version", sa.Integer()),
        needed("reviewed_at", INSTANT),
        needed("key_id", sa.String(32)),
        needed("document", sa.LargeBinary()),
        needed("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("clinic_id", "review_id", name="pk_reviews"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "recommendation_id"],
            ["recommendations.clinic_id", "recommendations.recommendation_id"],
            name="fk_reviews_recommendations",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_reviews_recommendation", "reviews", ["clinic_id", "recommendation_id", "version"])


def make_replies() -> None:
    """What repeated and belated requests find."""
    op.create_table(
        "tombstones",
        clinic(),
        needed("client_hash", sa.String(64)),
        needed("erased_at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", "client_hash", name="pk_tombstones"),
    )
    op.create_table(
        "replies",
        clinic(),
        needed("slot", sa.String(64)),
        needed("fingerprint", sa.LargeBinary()),
        needed("subject_id", sa.String(32)),
        needed("status", sa.Integer()),
        needed("headers", sa.Text()),
        sa.Column("body", sa.LargeBinary()),
        needed("erased", sa.Boolean()),
        needed("created_at", INSTANT),
        sa.PrimaryKeyConstraint("clinic_id", "slot", name="pk_replies"),
    )
    op.create_index("ix_replies_subject", "replies", ["clinic_id", "subject_id"])
    op.create_index("ix_replies_oldest", "replies", ["clinic_id", "created_at"])


def close_sqlite() -> None:
    """Whoever opens the file: a row stays with its clinic, and what happened is not changed."""
    for table in TENANTS:
        op.execute(
            f"CREATE TRIGGER {table}_stays_with_its_clinic BEFORE UPDATE OF clinic_id ON {table} "
            "WHEN NEW.clinic_id IS NOT OLD.clinic_id "
            "BEGIN SELECT RAISE(ABORT, 'a row stays with its clinic'); END"
        )
    for table in APPEND_ONLY:
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{act} BEFORE {act.upper()} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END"
            )


def close_postgresql() -> None:
    """A clinic sees its own rows only, and so does the owner of the tables."""
    op.execute(
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') "
        f"THEN CREATE ROLE {ROLE} NOLOGIN; END IF; END $$"
    )
    op.execute(f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema()); END $$")
    op.execute(f"GRANT SELECT ON keyring, alembic_version TO {ROLE}")
    op.execute(f"GRANT UPDATE ON keyring TO {ROLE}")
    for table in TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})")
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {rights} ON {table} TO {ROLE}")
    for table in ("clinics", "api_keys", "heads"):
        open_keyring = "current_setting('app.door', true) = 'keyring'"
        op.execute(f"CREATE POLICY keyring ON {table} FOR SELECT USING ({open_keyring})")
    refuse_change()
    forget_values()


def refuse_change() -> None:
    """What happened is not changed, not even by the owner of the tables."""
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what happened is not changed'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def forget_values() -> None:
    """The planner keeps samples of columns: of these it must not, because an erasure does not reach them."""
    for table, columns in PERSONAL.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
    for table in ("recommendations", "reviews"):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN answer SET STORAGE EXTERNAL")  # it is compressed already
