from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...report_formats.kinds import ORDER_KINDS
from ..report.amazon_report_row import OPEN_OUTCOMES

#: After Amazon's last word on an order, so long its report may take to have it
#: (amazon-reports.md 1.3: FBA "in rare cases 24 h", MFN 30 to 90 minutes).
REPORT_DELAY = {"mfn": timedelta(minutes=90), "fba": timedelta(hours=24)}
#: Why an order is not imported, of which Amazon's list says nothing.
LEFT_OUT_CODES = ("business_off", "store_pickup_off", "left_out_by_person")
#: States in which Odoo has less than Amazon.
MISSING_STATES = ("missing", "incomplete")


class AmazonControlOrder(models.Model):
    """What Amazon's list of all orders says of one order, beside what Odoo has."""

    _name = "amazon.control.order"
    _description = "Order in Amazon's Control List"
    _order = "is_missing desc, purchase_date desc, id desc"
    _rec_name = "order_ref"

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    order_ref = fields.Char("Amazon Order", required=True)
    marketplace_id = fields.Many2one("amazon.marketplace", "Channel")
    sales_channel = fields.Char(help="Amazon's name of the channel")
    fulfillment = fields.Selection(
        [("mfn", "Merchant (MFN)"), ("fba", "Amazon (FBA)")], "Fulfilled By"
    )
    is_multi_channel = fields.Boolean("Multi-Channel")
    purchase_date = fields.Datetime("Purchased")
    last_update = fields.Datetime(
        "Last Change at Amazon", help="When Amazon last changed something about it"
    )
    status = fields.Selection(
        [
            ("pending", "Pending"),
            ("unshipped", "Unshipped"),
            ("partly_shipped", "Partly shipped"),
            ("shipped", "Shipped"),
            ("cancelled", "Cancelled"),
            ("other", "Other"),
        ],
        "Status at Amazon",
        required=True,
    )
    amazon_status = fields.Char("Status in Amazon's Words")
    items = fields.Json(help="Per item: units, whether cancelled, amount")
    item_count = fields.Integer("Items at Amazon")
    unit_count = fields.Integer("Units at Amazon")
    amount_total = fields.Monetary("Amount at Amazon")
    currency_id = fields.Many2one("res.currency")
    report_id = fields.Many2one(
        "amazon.report",
        "Told By",
        index="btree_not_null",
        ondelete="set null",
        help="The control list that told of the order last",
    )

    # Compared with Odoo; see `_refresh`.
    to_check = fields.Boolean(default=True, help="Told anew, not compared yet")
    state = fields.Selection(
        [
            ("missing", "Missing"),
            ("incomplete", "Incomplete"),
            ("pending", "Not due yet"),
            ("here", "In Odoo"),
            ("cancelled", "Cancelled"),
            ("ignored", "Not expected"),
            ("unknown", "Unclear"),
        ],
        required=True,
        default="pending",
        help="Missing: Amazon's reports should have brought the order by now.\n"
        "Incomplete: Odoo has fewer units than Amazon.\n"
        "Not due yet: its payment is pending, FBA has not shipped it, or the report "
        "may still take a while.\n"
        "Not expected: multi-channel, before the start of the account, a channel that "
        "is switched off, or set aside by a person.\n"
        "Unclear: Amazon gives a status that is not known.",
    )
    is_missing = fields.Boolean(help="Missing or incomplete: shown first")
    is_set_aside = fields.Boolean(
        "Set Aside", help="A person decided that this order is not expected in Odoo"
    )
    due_at = fields.Datetime(
        "Due", help="From when on the order counts as missing if Odoo has it not"
    )
    sale_order_id = fields.Many2one(
        "sale.order", "Order", index="btree_not_null", ondelete="set null"
    )
    odoo_item_count = fields.Integer("Items in Odoo")
    odoo_unit_count = fields.Integer("Units in Odoo")
    row_id = fields.Many2one(
        "amazon.report.row",
        "Waits In",
        ondelete="set null",
        help="A row of a report has the order, but waits or has an error",
    )
    row_message = fields.Text(related="row_id.message")

    # The cure; see amazon_control_order_cure.py.
    missing_since = fields.Datetime()
    attempts = fields.Integer(
        "Requested Again", help="How often its report was requested again by itself"
    )
    next_attempt = fields.Datetime("Next Request")

    _order_unique = models.UniqueIndex(
        "(account_id, order_ref)", "This order is in the control list already."
    )
    _order_ref_idx = models.Index("(order_ref)")
    _purchase_idx = models.Index("(account_id, purchase_date)")
    _open_idx = models.Index(
        "(account_id, state) WHERE state NOT IN ('here', 'cancelled')"
    )
    _to_check_idx = models.Index("(account_id) WHERE to_check")

    @api.model
    def _get_due(self, fulfillment, status, last_update):
        """Return from when on Odoo has to have an order, or False.

        :param last_update: naive UTC datetime of Amazon's last change
        """
        expected = status == "shipped" or (
            fulfillment == "mfn" and status in ("unshipped", "partly_shipped")
        )
        return expected and last_update + REPORT_DELAY.get(
            fulfillment, REPORT_DELAY["fba"]
        )

    # === COMPARISON === #

    @api.model
    def _refresh(self, accounts):
        """Compare what Amazon told with what Odoo has, for all orders that are open.

        One statement per account, however many orders there are.

        :param accounts: ``amazon.account`` records
        """
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        self.env["amazon.report.row"].flush_model()
        self.env["amazon.account.marketplace"].flush_model()
        self.flush_model()
        for account in accounts.sudo():
            self.env.cr.execute(self._get_refresh_query(account))
        self.invalidate_model()
        accounts.invalidate_recordset(["missing_order_count"])

    def _get_refresh_query(self, account):
        # By SQL: a year of orders is compared in one go, which no loop over records
        # would do in time. Nothing of what it writes triggers a computation.
        now = fields.Datetime.now()
        ever = datetime(1995, 1, 1)
        starts = {
            f"{name}_start": account._get_orders_from(name) or ever
            for name in ("mfn", "fba")
        }
        return SQL(
            """
            WITH open AS (
                SELECT * FROM amazon_control_order c
                 WHERE c.account_id = %(account)s
                   AND (c.to_check
                        OR c.state NOT IN ('here', 'cancelled')
                        OR c.state = 'here' AND c.sale_order_id IS NULL)
            ), found AS (
                SELECT c.id, o.id AS order_id, r.id AS row_id,
                       COALESCE(l.items, 0) AS items, COALESCE(l.units, 0) AS units,
                       CASE
                       WHEN c.status = 'cancelled' THEN 'cancelled'
                       WHEN o.id IS NOT NULL AND o.state != 'cancel'
                            AND c.is_set_aside IS NOT TRUE AND c.due_at <= %(now)s
                            AND COALESCE(l.units, 0) < c.unit_count
                            THEN 'incomplete'
                       WHEN o.id IS NOT NULL THEN 'here'
                       WHEN c.is_multi_channel OR c.is_set_aside
                            OR m.active = FALSE
                            OR c.purchase_date < CASE c.fulfillment
                               WHEN 'fba' THEN %(fba_start)s
                               WHEN 'mfn' THEN %(mfn_start)s ELSE %(start)s END
                            OR c.fulfillment IN %(switched_off)s
                            OR EXISTS (
                               SELECT 1 FROM amazon_report_row left_out
                                WHERE left_out.company_id = c.company_id
                                  AND left_out.order_ref = c.order_ref
                                  AND left_out.outcome = 'ignored'
                                  AND left_out.code IN %(left_out)s)
                            THEN 'ignored'
                       WHEN c.status = 'other' THEN 'unknown'
                       WHEN c.due_at <= %(now)s THEN 'missing'
                       ELSE 'pending' END AS state
                  FROM open c
             LEFT JOIN sale_order o
                    ON o.company_id = c.company_id AND o.amazon_order_ref = c.order_ref
             LEFT JOIN amazon_account_marketplace m
                    ON m.account_id = c.account_id
                   AND m.marketplace_id = c.marketplace_id
             LEFT JOIN LATERAL (
                    SELECT count(*) AS items,
                           sum((line.amazon_figures->>'quantity')::int) AS units
                      FROM sale_order_line line
                     WHERE line.order_id = o.id AND line.amazon_line_type = 'item'
                       AND (line.amazon_figures->>'quantity')::int > 0
                       ) l ON TRUE
             LEFT JOIN LATERAL (
                    SELECT report_row.id
                      FROM amazon_report_row report_row
                      JOIN amazon_report report ON report.id = report_row.report_id
                     WHERE report_row.company_id = c.company_id
                       AND report_row.order_ref = c.order_ref
                       AND report_row.outcome IN %(open_outcomes)s
                       AND report.kind IN %(kinds)s
                       AND report.state != 'skipped'
                  ORDER BY report_row.id DESC LIMIT 1
                       ) r ON TRUE
            )
            UPDATE amazon_control_order c
               SET sale_order_id = f.order_id,
                   odoo_item_count = f.items,
                   odoo_unit_count = f.units,
                   state = f.state,
                   row_id = CASE WHEN f.state IN %(missing)s THEN f.row_id END,
                   is_missing = f.state IN %(missing)s,
                   missing_since = CASE WHEN f.state IN %(missing)s
                       THEN COALESCE(c.missing_since, %(now)s) END,
                   attempts = CASE WHEN f.state IN %(missing)s
                       THEN c.attempts ELSE 0 END,
                   next_attempt = CASE WHEN f.state IN %(missing)s
                       THEN c.next_attempt END,
                   to_check = FALSE
              FROM found f
             WHERE f.id = c.id
               AND (c.to_check
                    OR c.state != f.state
                    OR c.sale_order_id IS DISTINCT FROM f.order_id
                    OR c.row_id IS DISTINCT FROM
                       CASE WHEN f.state IN %(missing)s THEN f.row_id END
                    OR c.odoo_unit_count IS DISTINCT FROM f.units)
            """,
            account=account.id,
            now=now,
            start=account.orders_from or ever,
            **starts,
            # An empty list is no SQL.
            switched_off=("", *account._get_switched_off()),
            left_out=LEFT_OUT_CODES,
            open_outcomes=OPEN_OUTCOMES,
            kinds=ORDER_KINDS,
            missing=MISSING_STATES,
        )

    # === ACTIONS === #

    def action_view_order(self):
        self.ensure_one()
        self.check_access("read")
        return self.sale_order_id._get_records_action()

    def action_find(self):
        """Say why the order is not here, and offer what mends it."""
        self.ensure_one()
        self.check_access("read")
        return self.env["amazon.order.finder"]._show(self.order_ref)

    def action_set_aside(self):
        """Leave orders out of the comparison: a person knows that they do not come."""
        self._set_aside(True)
        return True

    def action_expect(self):
        """Expect orders again that were set aside."""
        self._set_aside(False)
        return True

    def _set_aside(self, value):
        self.check_access("read")
        orders = self.sudo()
        orders.write({"is_set_aside": value, "to_check": True})
        self._refresh(orders.account_id)
