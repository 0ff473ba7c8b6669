"""Groups of people with roles in projects"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0017_groups"
down_revision = "0016_archived_projects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", base.exact(120), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_group")),
        sa.UniqueConstraint("name", name=op.f("uq_user_group_name")),
    )
    op.create_table(
        "group_person",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["user_group.id"], name=op.f("fk_group_person_group_id_user_group")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_group_person_user_id_user")
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_group_person")),
        sa.Index(op.f("ix_group_person_user_id"), "user_id"),
    )
    op.create_table(
        "group_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "manager",
                "reviewer",
                "contributor",
                "viewer",
                name="role",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["user_group.id"], name=op.f("fk_group_grant_group_id_user_group")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_group_grant_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_grant")),
        sa.UniqueConstraint(
            "group_id", "project_id", name=op.f("uq_group_grant_group_id_project_id")
        ),
        sa.Index(op.f("ix_group_grant_project_id"), "project_id"),
    )


def downgrade() -> None:
    op.drop_table("group_grant")
    op.drop_table("group_person")
    op.drop_table("user_group")
