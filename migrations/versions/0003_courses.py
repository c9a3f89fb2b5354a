"""Courses, what happened in them, and which due work was done.

On PostgreSQL the service may change only how a course stands, never what it began from; and it may delete courses, with
which everything goes that belongs to them, but nothing of a course that stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTS = ("happenings", "task_acks")
TABLES = ("courses", *PARTS)
BEGINNING = (
    "course_id", "recommendation_id", "client_ref", "created_at", "language", "time_zone", "protocol_id",
    "protocol_version", "protocol_digest", "texts_digest", "start",
)  # fmt: skip
STANDING = ("version", "status", "changed_at", "calendar_generation", "answer")
PERSONAL = {"courses": ("client_ref", "start", "answer"), "happenings": ("document",)}
ROLE = "skincadence_app"
OWN_ROWS = "clinic_id = nullif(current_setting('app.clinic', true), '')"
INSTANT = sa.DateTime(timezone=True)


def needed(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Make the tables, then close them."""
    make_courses()
    make_happenings()
    make_acks()
    if op.get_bind().dialect.name == "postgresql":
        close_postgresql()
    else:
        close_sqlite()


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_loss")


def make_courses() -> None:
    """Plans that are carried out."""
    op.create_table(
        "courses",
        needed("clinic_id", sa.String(20)),
        needed("course_id", sa.String(32)),
        needed("recommendation_id", sa.String(32)),
        sa.Column("client_ref", sa.String(64)),
        needed("created_at", INSTANT),
        needed("changed_at", INSTANT),
        needed("version", sa.Integer()),
        needed("status", sa.String(16)),
        needed("language", sa.String(16)),
        needed("time_zone", sa.String(64)),
        needed("protocol_id", sa.String(64)),
        needed("protocol_version", sa.String(32)),
        needed("protocol_digest", sa.String(71)),
        needed("texts_digest", sa.String(71)),
        needed("calendar_generation", sa.Integer()),
        needed("start", sa.LargeBinary()),
        needed("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("clinic_id", "course_id", name="pk_courses"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "recommendation_id"],
            ["recommendations.clinic_id", "recommendations.recommendation_id"],
            name="fk_courses_recommendations",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_courses_recommendation", "courses", ["clinic_id", "recommendation_id"], unique=True)
    op.create_index("ix_courses_newest", "courses", ["clinic_id", "created_at", "course_id"])
    for name, column in (("client", "client_ref"), ("status", "status")):
        op.create_index(f"ix_courses_{name}", "courses", ["clinic_id", column, "created_at", "course_id"])


def of_course(name: str) -> sa.ForeignKeyConstraint:
    """What belongs to a course goes with it."""
    return sa.ForeignKeyConstraint(
        ["clinic_id", "course_id"], ["courses.clinic_id", "courses.course_id"], name=name, ondelete="CASCADE"
    )


def make_happenings() -> None:
    """What happened in them."""
    op.create_table(
        "happenings",
        needed("clinic_id", sa.String(20)),
        needed("happening_id", sa.String(32)),
        needed("course_id", sa.String(32)),
        needed("version", sa.Integer()),
        needed("kind", sa.String(16)),
        needed("at", INSTANT),
        needed("recorded_at", INSTANT),
        needed("key_id", sa.String(32)),
        needed("document", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("clinic_id", "happening_id", name="pk_happenings"),
        of_course("fk_happenings_courses"),
    )
    op.create_index("ix_happenings_course", "happenings", ["clinic_id", "course_id", "version"], unique=True)


def make_acks() -> None:
    """Which due work was done."""
    op.create_table(
        "task_acks",
        needed("clinic_id", sa.String(20)),
        needed("course_id", sa.String(32)),
        needed("task_id", sa.String(64)),
        needed("acknowledged_at", INSTANT),
        needed("key_id", sa.String(32)),
        sa.PrimaryKeyConstraint("clinic_id", "course_id", "task_id", name="pk_task_acks"),
        of_course("fk_task_acks_courses"),
    )


def close_sqlite() -> None:
    """Whoever opens the file: a row stays with its clinic, and what belongs to a course stays as long as that does."""
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_stays_with_its_clinic BEFORE UPDATE OF clinic_id ON {table} "
            "WHEN NEW.clinic_id IS NOT OLD.clinic_id "
            "BEGIN SELECT RAISE(ABORT, 'a row stays with its clinic'); END"
        )
    op.execute(
        f"CREATE TRIGGER courses_keeps_its_beginning BEFORE UPDATE OF {', '.join(BEGINNING)} ON courses "  # noqa: S608
        "BEGIN SELECT RAISE(ABORT, 'what a course began from is not changed'); END"
    )
    for table in PARTS:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_loss BEFORE DELETE ON {table} "  # noqa: S608 -- names of ours
            "WHEN EXISTS (SELECT 1 FROM courses WHERE clinic_id = OLD.clinic_id AND course_id = OLD.course_id) "
            "BEGIN SELECT RAISE(ABORT, 'what happened is not changed'); END"
        )


def close_postgresql() -> None:
    """A clinic sees its own rows only, and so does the owner of the tables."""
    rights = {
        "courses": f"SELECT, INSERT, UPDATE ({', '.join(STANDING)}), DELETE",
        **dict.fromkeys(PARTS, "SELECT, INSERT"),
    }
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_rows ON {table} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})")
        op.execute(f"GRANT {rights[table]} ON {table} TO {ROLE}")
    refuse_change()
    forget_values()


def refuse_change() -> None:
    """What happened is not changed, and goes only with its course; not even the owner of the tables is let do more."""
    op.execute(
        "CREATE FUNCTION refuse_loss() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF EXISTS (SELECT FROM courses WHERE clinic_id = OLD.clinic_id AND course_id = OLD.course_id) "
        "THEN RAISE EXCEPTION 'what happened is not changed'; END IF; RETURN OLD; END $$"
    )
    for table in PARTS:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_loss BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_loss()"
        )


def forget_values() -> None:
    """The planner keeps samples of columns: of these it must not, because an erasure does not reach them."""
    for table, columns in PERSONAL.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
    op.execute("ALTER TABLE courses ALTER COLUMN answer SET STORAGE EXTERNAL")  # it is compressed already
