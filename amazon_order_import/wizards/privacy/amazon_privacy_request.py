from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...report_formats.order_numbers import find_order_number

FORGETTING = "amazon_order_import.ir_cron_forget_personal_data"
#: Bytes of files that are replaced while the user waits; others follow at once after.
SMALL_FILES = 20_000_000


class AmazonPrivacyRequest(models.TransientModel):
    """Forgets one buyer on demand, before the data are due."""

    _name = "amazon.privacy.request"
    _inherit = ["amazon.wizard"]
    _description = "Deletion of an Amazon Buyer's Data"

    order_ref = fields.Char(
        "Amazon Order",
        help="Amazon's order number; also of an order that was never imported",
    )
    partner_id = fields.Many2one("res.partner", "Contact")
    order_ids = fields.Many2many(
        "sale.order",
        string="Orders",
        compute="_compute_order_ids",
        store=True,
        readonly=False,
    )
    row_count = fields.Integer("Report Rows", compute="_compute_row_count")
    undelivered = fields.Text(compute="_compute_undelivered")
    log_id = fields.Many2one("amazon.privacy.log", readonly=True)
    contact_count = fields.Integer(related="log_id.contact_count")
    kept_count = fields.Integer(related="log_id.kept_count")
    done_row_count = fields.Integer("Report Rows Done", related="log_id.row_count")
    message_count = fields.Integer(related="log_id.message_count")

    @api.model
    def _open(self, orders=None, partners=None):
        """Return the action that asks what is to be forgotten.

        :param orders: ``sale.order`` records, or None
        :param partners: ``res.partner`` records, or None
        """
        self._check_administrator()
        request = self.create(
            {
                "partner_id": partners[:1].id if partners else False,
                **({"order_ids": [Command.set(orders.ids)]} if orders else {}),
            }
        )
        return request._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delete Buyer's Data"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_administrator(self):
        if not self.env.su and not self.env.user.has_group(
            "amazon_order_import.group_amazon_manager"
        ):
            raise AccessError(
                self.env._(
                    "Deleting a buyer's personal data cannot be reverted: an Amazon "
                    "administrator does that."
                )
            )

    # === WHAT IS FOUND === #

    @api.depends("order_ref", "partner_id")
    def _compute_order_ids(self):
        for request in self:
            if request.order_ref or request.partner_id:
                request.order_ids = request._find_orders()

    def _find_orders(self):
        Order = self.env["sale.order"]
        orders = Order.browse()
        if ref := self._get_order_ref():
            orders |= Order.search([("amazon_order_ref", "=", ref)])
        if self.partner_id:
            # Below a customer whom many share, the contact is the buyer.
            customer = self.partner_id.commercial_partner_id
            own = self.env["amazon.privacy.contact"]._is_own(customer)
            buyer = customer if own else self.partner_id
            names = ("partner_id", "partner_invoice_id", "partner_shipping_id")
            for name in names:
                orders |= Order.search(
                    [("amazon_order_ref", "!=", False), (name, "child_of", buyer.id)]
                )
        return orders

    def _get_order_ref(self):
        told = (self.order_ref or "").strip()
        return find_order_number(told) or told

    def _find_rows(self):
        """Return the rows of an order that was never imported, or none."""
        ref = self._get_order_ref()
        Row = self.env["amazon.report.row"]
        if not ref or ref in self.order_ids.mapped("amazon_order_ref"):
            return Row
        return Row.search([("order_ref", "=", ref), ("is_forgotten", "=", False)])

    @api.depends("order_ids", "order_ref")
    def _compute_row_count(self):
        Row = self.env["amazon.report.row"]
        for request in self:
            refs = request.order_ids.mapped("amazon_order_ref")
            request.row_count = Row.search_count(
                [("order_ref", "in", [*refs, request._get_order_ref()])]
            )

    @api.depends("order_ids")
    def _compute_undelivered(self):
        for request in self:
            waiting = request.order_ids.filtered(
                lambda order: (
                    order.state != "cancel"
                    and not order.amazon_forgotten_at
                    and not order._get_amazon_shipped_at()
                )
            )
            request.undelivered = (
                self.env._(
                    "Not shipped yet: %(orders)s. Without name and address the goods "
                    "cannot be delivered.",
                    orders=", ".join(waiting.mapped("display_name")),
                )
                if waiting
                else False
            )

    # === ACTION === #

    def action_forget(self):
        """Forget the buyer, and show what was done."""
        self.check_access("read")
        self.ensure_one()
        self._check_administrator()
        orders, rows = self.order_ids, self._find_rows()
        contacts = self.env["amazon.privacy.contact"]._filter_own(self.partner_id)
        self._check_found(orders, rows, contacts)
        (orders | rows.sale_order_id).check_access("read")
        records = orders or rows or contacts
        log = self.env["amazon.privacy.log"]._start(
            records[:1].company_id or self.env.company,
            orders[:1].amazon_account_id or rows[:1].account_id,
            self.env.user,
            [*orders.mapped("amazon_order_ref"), *set(rows.mapped("order_ref"))],
        )
        log._add(self._forget(orders.sudo(), rows.sudo(), contacts.sudo()))
        self.log_id = log
        return self._show()

    def _check_found(self, orders, rows, contacts):
        if orders or rows or contacts:
            return
        if self.partner_id:
            raise UserError(
                self.env._(
                    "%(contact)s does not come from Amazon. Odoo's own contacts are "
                    "deleted or archived on their form.",
                    contact=self.partner_id.display_name,
                )
            )
        raise UserError(
            self.env._(
                "Nothing is known of this order. Enter the number as Amazon writes it, "
                "e.g. 302-1234567-1234567."
            )
        )

    def _forget(self, orders, rows, contacts):
        """Forget all that was found.

        :return: counts by field of ``amazon.privacy.log``
        """
        counts = Counter()
        if orders:
            counts.update(self.env["amazon.privacy.order"].forget(orders))
        counts["row_count"] += rows._forget()
        if left := contacts.filtered(lambda contact: not contact.amazon_forgotten_at):
            counts.update(
                self.env["amazon.privacy.contact"]
                .sudo()
                .forget(left, orders, set(), left.commercial_partner_id.filtered("vat"))
            )
        counts["file_count"] += self._strip_files()
        return counts

    def _strip_files(self):
        """Replace small files now; the scheduled action does the others at once.

        It also takes what was replaced off the disk.

        :return: how many were replaced
        """
        self.env.ref(FORGETTING).sudo()._trigger()
        reports = self.env["amazon.report"].sudo().search([("is_to_strip", "=", True)])
        if sum(reports.mapped("file_size")) <= SMALL_FILES:
            return reports._strip_pending()
        return 0
