"""Sessions that rotate and are confirmed anew; links that confirm an address; mail as a job"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0015_people"
down_revision = "0014_tokens"
branch_labels = None
depends_on = None

JOB_OWNERS = ("project_id", "created_by_id")


def upgrade() -> None:
    for column in (
        sa.Column("confirmed_at", base.UtcDateTime(), nullable=True),
        sa.Column("must_rotate", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("previous_sha256", sa.String(64), nullable=True),
        sa.Column("rotated_at", base.UtcDateTime(), nullable=True),
    ):
        op.add_column("user_session", column)
    op.create_index(op.f("ix_user_session_previous_sha256"), "user_session", ["previous_sha256"])
    op.add_column("one_time_link", sa.Column("email", base.exact(254), nullable=True))
    _set_owners(is_nullable=True)


def _set_owners(*, is_nullable: bool) -> None:
    with op.batch_alter_table("job") as table:
        for name in JOB_OWNERS:
            table.alter_column(
                name,
                existing_type=sa.Integer(),
                nullable=is_nullable,
            )


def downgrade() -> None:
    job = sa.table("job", sa.column("kind"))
    op.execute(job.delete().where(job.c.kind == "send_mail"))
    link = sa.table("one_time_link", sa.column("purpose"))
    op.execute(link.delete().where(link.c.purpose == "confirm_email"))
    op.execute(link.update().where(link.c.purpose == "invitation").values(purpose="set_password"))
    _set_owners(is_nullable=False)
    op.drop_column("one_time_link", "email")
    if op.get_bind().dialect.name == "sqlite":  # the others drop it with its column
        op.execute("DROP INDEX ix_user_session_previous_sha256")
    for name in ("rotated_at", "previous_sha256", "must_rotate", "confirmed_at"):
        op.drop_column("user_session", name)
