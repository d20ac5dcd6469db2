from odoo import api, fields, models


class AmazonOffer(models.Model):
    _name = "amazon.offer"
    _description = "Amazon Offer"
    _rec_name = "sku"
    _order = "account_id, sku, id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    sku = fields.Char(
        "Seller SKU",
        required=True,
        help="The SKU as Amazon writes it; upper and lower case matter",
    )
    asin = fields.Char("ASIN")
    marketplace_id = fields.Many2one(
        "amazon.marketplace", help="Empty: the offer holds for every marketplace"
    )
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        help="The product that is sold under this SKU. "
        "Report rows with this SKU wait as long as it is empty",
    )
    title = fields.Char(help="Amazon's title of the item, from the last report row")
    waiting_row_ids = fields.One2many(
        "amazon.report.row", "offer_id", domain=[("outcome", "=", "waiting")]
    )
    waiting_row_count = fields.Integer(
        "Waiting Rows", compute="_compute_waiting_row_count"
    )

    _sku_unique = models.UniqueIndex(
        "(account_id, sku, COALESCE(marketplace_id, 0))",
        "This SKU is in the list already (for this account and marketplace).",
    )

    @api.depends("waiting_row_ids")
    def _compute_waiting_row_count(self):
        counts = dict(
            self.env["amazon.report.row"]._read_group(
                [("offer_id", "in", self.ids), ("outcome", "=", "waiting")],
                ["offer_id"],
                ["__count"],
            )
        )
        for offer in self:
            offer.waiting_row_count = counts.get(offer, 0)

    @api.depends("sku", "marketplace_id")
    def _compute_display_name(self):
        for offer in self:
            offer.display_name = (
                f"{offer.sku} ({offer.marketplace_id.name})"
                if offer.marketplace_id
                else offer.sku
            )

    def action_process_waiting(self):
        """Process the reports again in which rows wait for these SKUs."""
        reports = self.waiting_row_ids.report_id
        reports._process_again()
        return self.action_view_waiting_rows() if len(self) == 1 else True

    def action_view_waiting_rows(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Report Rows"),
            "res_model": "amazon.report.row",
            "view_mode": "list,form",
            "domain": [("offer_id", "in", self.ids)],
        }
