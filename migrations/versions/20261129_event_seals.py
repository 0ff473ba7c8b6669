"""Every event has a seal in one chain, those from before as well; none of it is changed again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base
from checklist_app.models.chain import ONLY_HEAD, SEALED, START, seal_of

revision = "0022_event_seals"
down_revision = "0021_security_events"
branch_labels = None
depends_on = None

TABLES = ("event_seal", "security_event")
ACTIONS = ("update", "delete")
AT_ONCE = 1000


def upgrade() -> None:
    seals = op.create_table(
        "event_seal",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("log", sa.String(length=20), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event_seal")),
        sa.UniqueConstraint("log", "row_id", name=op.f("uq_event_seal_log_row_id")),
    )
    heads = op.create_table(
        "event_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_head")),
    )
    size, last = _seal_what_is_there(seals)
    op.bulk_insert(heads, [{"id": ONLY_HEAD, "size": size, "sha256": last}])
    for table in TABLES:
        for action in ACTIONS:
            op.execute(_refusal(table, action))


def downgrade() -> None:
    for action in ACTIONS:
        op.execute(f"DROP TRIGGER security_event_no_{action}")
    op.drop_table("event_head")
    op.drop_table("event_seal")


def _refusal(table: str, action: str) -> str:
    refuse = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        if op.get_bind().dialect.name == "sqlite"
        else f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{table} is append-only'"
    )
    return (
        f"CREATE TRIGGER {table}_no_{action} BEFORE {action.upper()} ON {table} "
        f"FOR EACH ROW {refuse}"
    )


def _seal_what_is_there(seals: sa.Table) -> tuple[int, str]:
    """Seal the events of before in the order of their keys; return how many, and the last seal."""
    connection = op.get_bind()
    events = sa.table(
        "event",
        *(
            sa.column(name, _TYPES.get(name, sa.Integer() if name.endswith("id") else sa.String()))
            for name in SEALED["event"]
        ),
    )
    size, last, newest = 0, START, 0
    while True:
        wanted = sa.select(events).where(events.c.id > newest).order_by(events.c.id)
        rows = [dict(row) for row in connection.execute(wanted.limit(AT_ONCE)).mappings()]
        if not rows:
            return size, last
        made = []
        for row in rows:
            size += 1
            last = seal_of(last, size, "event", row)
            made.append({"position": size, "log": "event", "row_id": row["id"], "sha256": last})
        newest = rows[-1]["id"]
        connection.execute(seals.insert(), made)


_TYPES = {"happened_at": base.UtcDateTime(), "details": sa.JSON(), "request_id": sa.String()}
