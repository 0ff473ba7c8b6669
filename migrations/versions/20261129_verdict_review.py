"""What a second person said of a verdict: added, never changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from checklist_app.models import base

revision = "0019_verdict_review"
down_revision = "0018_four_eyes"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
ACTIONS = ("update", "delete")


def upgrade() -> None:
    op.create_table(
        "verdict_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("comment", LONG_TEXT, nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name=op.f("fk_verdict_review_verdict_id_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["user.id"], name=op.f("fk_verdict_review_reviewer_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_review")),
        sa.UniqueConstraint("verdict_id", name=op.f("uq_verdict_review_verdict_id")),
    )
    refuse = (
        "BEGIN SELECT RAISE(ABORT, 'verdict_review is append-only'); END"
        if op.get_bind().dialect.name == "sqlite"
        else "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'verdict_review is append-only'"
    )
    for action in ACTIONS:
        op.execute(
            f"CREATE TRIGGER verdict_review_no_{action} BEFORE {action.upper()} ON verdict_review "
            f"FOR EACH ROW {refuse}"
        )


def downgrade() -> None:
    op.drop_table("verdict_review")
