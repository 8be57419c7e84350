"""What is needed again is a round of its own; a case ends for a reason, and has a random id and a count of acts.

Every provision there is becomes round 1. Nothing is sent because of this: messages keep the ids they have.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "client_case", sa.Column("uid", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.add_column("client_case", sa.Column("end_reason", sa.Text()))
    op.add_column("client_case", sa.Column("act", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_unique_constraint("uq_client_case_uid", "client_case", ["uid"])
    op.add_column("provision", sa.Column("round", sa.Integer(), nullable=False, server_default=sa.text("1")))
    for name, kind in (("purpose", sa.Text), ("again", sa.Text), ("ended_on", sa.Date), ("taken_over_by", sa.Text)):
        op.add_column("provision", sa.Column(name, kind()))
    op.drop_constraint("uq_provision_case_id_key", "provision")
    op.create_unique_constraint("uq_provision_case_id_key_round", "provision", ["case_id", "key", "round"])
    op.execute("DELETE FROM foreseen")  # the ids of its messages are those of before


def downgrade() -> None:
    op.drop_constraint("uq_provision_case_id_key_round", "provision")
    op.create_unique_constraint("uq_provision_case_id_key", "provision", ["case_id", "key"])
    for name in ("round", "purpose", "again", "ended_on", "taken_over_by"):
        op.drop_column("provision", name)
    op.drop_constraint("uq_client_case_uid", "client_case")
    for name in ("uid", "end_reason", "act"):
        op.drop_column("client_case", name)
