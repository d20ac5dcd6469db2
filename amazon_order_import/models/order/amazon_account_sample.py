from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import file_open

#: Merchant-fulfilled orders of a German seller; ``{n}`` is the day n days ago.
SAMPLE_FILE = "amazon_order_import/data/sample_orders.txt"
SAMPLE_DAYS = 10
#: The internal references of the products that its file brings.
SAMPLE_SKUS = ("SAMPLE-MUG", "SAMPLE-LAMP", "SAMPLE-TOWEL", "SAMPLE-BOOK")


class AmazonAccount(models.Model):
    """Sample data: an account with orders, without Amazon, that goes as it came."""

    _inherit = "amazon.account"

    is_sample = fields.Boolean("Sample Data", readonly=True, copy=False)

    @api.model
    def action_try_sample(self):
        """Make an account with sample orders; show it."""
        self.check_access("create")
        company = self.env.company
        known = self.search(
            [("is_sample", "=", True), ("company_id", "=", company.id)], limit=1
        )
        if not known:
            account = self.create(self._prepare_sample(company))
            account.sudo().is_sample = True
            self.env["amazon.report"].sudo().create_from_file(
                account, "mfn_orders_eu", "sample_orders.txt", account._make_sample()
            ).process()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _prepare_sample(self, company):
        germany = self.env.ref("amazon_order_import.amazon_marketplace_de")
        return {
            "name": self.env._("Sample data"),
            "region": "eu",
            "company_id": company.id,
            "unknown_sku_policy": "create",
            "channel_ids": [fields.Command.create({"marketplace_id": germany.id})],
        }

    def _make_sample(self):
        """Return the file with orders of the latest days."""
        today = fields.Date.context_today(self)
        with file_open(SAMPLE_FILE) as stream:
            text = stream.read()
        for days in range(SAMPLE_DAYS):
            text = text.replace(f"{{{days}}}", str(today - timedelta(days=days)))
        return text.encode()

    def action_remove_sample(self):
        """Remove the account of the sample data with all that it brought.

        :raise UserError: where somebody has gone on with one of its orders
        """
        self.check_access("unlink")
        for account in self:
            if not account.is_sample:
                raise UserError(
                    self.env._(
                        "%(account)s is no account of sample data: archive it instead.",
                        account=account.name,
                    )
                )
            account._remove_sample()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_overview_action"
        )

    def _remove_sample(self):
        orders = (
            self.env["sale.order"].sudo().search([("amazon_account_id", "=", self.id)])
        )
        buyers = orders.partner_id | orders.partner_invoice_id
        buyers |= orders.partner_shipping_id | buyers.parent_id
        products = (
            self.env["product.product"]
            .sudo()
            .search(
                [
                    ("default_code", "in", SAMPLE_SKUS),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
        reports = self.env["amazon.report"].search([("account_id", "=", self.id)])
        kept = []
        for report in reports.filtered(lambda r: r.state in ("done", "attention")):
            kept += report.undo()["kept"]
        if kept:
            raise UserError(
                self.env._(
                    "Somebody has gone on with order %(order)s: %(reason)s\nTake that "
                    "back first, then remove the sample data.",
                    order=kept[0]["order_ref"],
                    reason=kept[0]["reason"],
                )
            )
        reports.sudo().unlink()
        for records in (buyers.sorted("parent_id", reverse=True), products):
            self._remove_or_archive(records)
        self.unlink()

    @api.model
    def _remove_or_archive(self, records):
        """Remove what nothing needs; the rest is put out of sight."""
        for record in records.exists():
            try:
                with self.env.cr.savepoint():
                    record.unlink()
            except (UserError, IntegrityError):
                record.active = False
