from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from ...messages import MessageText, Name, compose, message

#: Stock changes all day: an older snapshot is none to book from.
MAX_AGE = timedelta(hours=24)
#: For so long every snapshot is kept; of older days, the last one.
KEEP_ALL = timedelta(days=14)


class AmazonStockSnapshot(models.Model):
    """What Amazon said of the stock of one pool at one moment.

    A pool is the stock that marketplaces share: those of the EU share one, the United
    Kingdom and every other country have one of their own.
    """

    _name = "amazon.stock.snapshot"
    _description = "Snapshot of FBA Stock"
    _order = "moment desc, id desc"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    stock_pool = fields.Char(
        "Stock",
        required=True,
        readonly=True,
        help="EU, or the country whose marketplace has stock of its own (GB, US...)",
    )
    source = fields.Selection(
        [
            ("managed", "FBA inventory"),
            ("available", "FBA inventory by condition"),
            ("country", "FBA inventory by country"),
        ],
        required=True,
        readonly=True,
        help="Which of Amazon's files it was",
    )
    report_id = fields.Many2one(
        "amazon.report", required=True, readonly=True, ondelete="cascade"
    )
    moment = fields.Datetime(required=True, readonly=True)
    complete = fields.Boolean(
        readonly=True,
        help="The file was read to its end. Only then an article that is not in it has "
        "no stock",
    )
    row_count = fields.Integer("Rows", readonly=True)
    level_ids = fields.One2many("amazon.stock.level", "snapshot_id", readonly=True)
    booking_state = fields.Selection(
        [
            ("none", "Not booked"),
            ("proposed", "Proposed"),
            ("approval", "Beyond the limit: to be agreed"),
            ("booked", "Booked"),
        ],
        "Adjustment",
        required=True,
        default="none",
        readonly=True,
    )
    booking_note = MessageText("Why", readonly=True)
    move_ids = fields.One2many("stock.move", "amazon_snapshot_id", readonly=True)

    _report_unique = models.UniqueIndex(
        "(report_id)", "This report has its snapshot already."
    )
    _latest = models.Index("(account_id, stock_pool, moment DESC)")

    @api.depends("stock_pool", "moment", "account_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for snapshot in self:
            moment = format_datetime(self.env, snapshot.moment, dt_format="short")
            stock = f"{snapshot.account_id.name} {snapshot.stock_pool}"
            snapshot.display_name = f"{stock} {moment}"

    def _get_previous(self):
        """Return the last complete snapshot of the same stock and file before this."""
        self.ensure_one()
        return self._find_previous(
            {
                "account_id": self.account_id.id,
                "stock_pool": self.stock_pool,
                "source": self.source,
                "moment": self.moment,
                "report_id": self.report_id.id,
            }
        )

    @api.model
    def _find_previous(self, values):
        """Return the last complete snapshot before the one that ``values`` make."""
        return self.search(
            [
                ("account_id", "=", values["account_id"]),
                ("stock_pool", "=", values["stock_pool"]),
                ("source", "=", values["source"]),
                ("complete", "=", True),
                ("report_id", "!=", values["report_id"]),
                ("moment", "<=", values["moment"]),
            ],
            limit=1,
        )

    def _explain_unbookable(self):
        """Return why nothing may be booked from this snapshot, or ``""``."""
        reason = self._get_unbookable_reason()
        return compose(self.env, reason) if reason else ""

    def _get_unbookable_reason(self):
        """The same as a `Message`, or None."""
        self.ensure_one()
        if not self.complete:
            return message("snapshot_incomplete", snapshot=Name.of(self))
        later = self.search_count(
            [
                ("account_id", "=", self.account_id.id),
                ("stock_pool", "=", self.stock_pool),
                ("complete", "=", True),
                ("source", "=", self.source),
                ("moment", ">", self.moment),
            ],
            limit=1,
        )
        if later or self.moment < fields.Datetime.now() - MAX_AGE:
            return message("snapshot_outdated", snapshot=Name.of(self))
        if self.source == "country" or (
            self.source == "available" and self.account_id.fba_reserved_counts
        ):
            return message("snapshot_without_reserved", snapshot=Name.of(self))
        return None

    @api.autovacuum
    def _gc_old_snapshots(self):
        """Keep the last snapshot of each older day, and those that were booked."""
        limit = fields.Datetime.now() - KEEP_ALL
        kept = [
            last
            for *_group, last in self._read_group(
                [("moment", "<", limit)],
                ["account_id", "stock_pool", "source", "moment:day"],
                ["id:max"],
            )
        ]
        self.search(
            [
                ("moment", "<", limit),
                ("id", "not in", kept),
                ("booking_state", "!=", "booked"),
            ],
            limit=1000,
        ).unlink()

    # === ACTIONS === #

    def _check_may_book(self):
        if not self.env.su and not self.env.user.has_group(
            "amazon_order_import.group_amazon_manager"
        ):
            raise AccessError(
                self.env._(
                    "An Amazon administrator books what Amazon counted as inventory "
                    "adjustment."
                )
            )

    def action_adjust(self):
        """Show what would be booked, to be agreed."""
        self.check_access("read")
        self._check_may_book()
        return self.env["amazon.stock.adjustment"]._show(self)

    def action_view_levels(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_stock_level_action"
        )
        action["domain"] = [("snapshot_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_view_moves(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.stock_move_line_action"
        )
        action["domain"] = [("move_id.amazon_snapshot_id", "=", self.id)]
        action["context"] = {}
        return action
