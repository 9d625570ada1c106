"""picking at the limit: zones, what is scanned where and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zone",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site", "code", name=op.f("pk_zone")),
    )
    op.add_column(
        "operator",
        sa.Column("experience", sa.String(length=16), nullable=False, server_default="experienced"),
    )
    op.add_column("tote", sa.Column("carton", sa.String(length=64), nullable=False, server_default=""))
    op.add_column(
        "sales_order",
        sa.Column("min_shelf_life_days", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "order_line",
        sa.Column("substitutes", sa.JSON(), nullable=False, server_default="[]"),
    )
    op.add_column("tour", sa.Column("taken_from", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("tour", sa.Column("offer", sa.JSON(), nullable=True))
    op.add_column("tour", sa.Column("declined", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "aisles",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_aisles")),
    )
    op.create_table(
        "closure",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("aisle", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "aisle", "block", name=op.f("pk_closure")),
    )
    for limit in ("weight_g", "volume_ml"):
        op.add_column("cart", sa.Column(limit, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "serial",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("tote", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("site", "sku", "serial", "order_number", name=op.f("pk_serial")),
    )
    op.create_index(op.f("ix_serial_site_sku_at"), "serial", ["site", "sku", "at"])
    op.create_index(op.f("ix_serial_site_tote"), "serial", ["site", "tote"])
