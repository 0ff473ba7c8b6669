"""Verdicts and events are only ever added: the database itself refuses anything else"""

from __future__ import annotations

from alembic import op

revision = "0002_append_only"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None

TABLES = ("verdict", "event")
ACTIONS = ("update", "delete")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for action in ACTIONS:
            refuse = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                if sqlite
                else f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{table} is append-only'"
            )
            op.execute(
                f"CREATE TRIGGER {table}_no_{action} BEFORE {action.upper()} ON {table} "
                f"FOR EACH ROW {refuse}"
            )


def downgrade() -> None:
    for table in TABLES:
        for action in ACTIONS:
            op.execute(f"DROP TRIGGER {table}_no_{action}")
