"""What people say of findings, in actions that can be undone; the place that duplicates share"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from checklist_app.models import base

revision = "0020_triage"
down_revision = "0019_verdict_review"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "triage_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", LONG_TEXT, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("acted_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_triage_action_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["acted_by_id"], ["user.id"], name=op.f("fk_triage_action_acted_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user.id"], name=op.f("fk_triage_action_undone_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_action")),
    )
    op.create_index(op.f("ix_triage_action_project_id"), "triage_action", ["project_id"])
    op.create_table(
        "triage_member",
        sa.Column("action_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("finding_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark_before", sa.String(20), nullable=True),
        sa.Column("until_before", sa.Date(), nullable=True),
        sa.Column("action_before_id", sa.Integer(), nullable=True),
        sa.Column("is_restored", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["triage_action.id"],
            name=op.f("fk_triage_member_action_id_triage_action"),
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_triage_member_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("action_id", "finding_id", name=op.f("pk_triage_member")),
    )
    op.create_index(op.f("ix_triage_member_finding_id"), "triage_member", ["finding_id"])
    with op.batch_alter_table("finding") as table:
        # Findings of before get their place with the next report that holds them.
        table.add_column(sa.Column("place", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("mark", sa.String(20), nullable=True))
        table.add_column(sa.Column("marked_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("mark_action_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_finding_mark_action_id_triage_action"),
            "triage_action",
            ["mark_action_id"],
            ["id"],
        )
        table.create_index(op.f("ix_finding_place"), ["place"])
        table.create_index(op.f("ix_finding_mark_action_id"), ["mark_action_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # the others drop them with their columns
        op.execute("DROP INDEX ix_finding_mark_action_id")
        op.execute("DROP INDEX ix_finding_place")
    with op.batch_alter_table("finding") as table:
        table.drop_constraint(op.f("fk_finding_mark_action_id_triage_action"), type_="foreignkey")
        for column in ("mark_action_id", "marked_until", "mark", "place"):
            table.drop_column(column)
    op.drop_table("triage_member")
    op.drop_table("triage_action")
