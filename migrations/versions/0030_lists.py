"""Indexes by which the work lists are quick: what is being handed over, with whom a provision lies, what waits for a judgement,
and the lines of a case since a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOVING = "handover_since IS NOT NULL AND handover_accepted IS NULL AND closed IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_client_case_handover",
        "client_case",
        ["handover_with", "handover_director"],
        postgresql_where=sa.text(MOVING),
    )
    op.create_index(
        "ix_provision_lies_with", "provision", ["lies_with"], postgresql_where=sa.text("lies_with IS NOT NULL")
    )
    op.create_index(
        "ix_rung_to_judge",
        "rung",
        ["provision_id"],
        postgresql_where=sa.text("name = 'maatwerkloket' AND submitted IS NULL"),
    )
    op.create_index("ix_rung_answered", "rung", ["climbed"], postgresql_where=sa.text("answer IS NOT NULL"))
    op.drop_index("ix_audit_case_id", table_name="audit")
    op.create_index("ix_audit_case_id", "audit", ["case_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_audit_case_id", table_name="audit")
    op.create_index("ix_audit_case_id", "audit", ["case_id"])
    op.drop_index("ix_rung_answered", table_name="rung")
    op.drop_index("ix_rung_to_judge", table_name="rung")
    op.drop_index("ix_provision_lies_with", table_name="provision")
    op.drop_index("ix_client_case_handover", table_name="client_case")
