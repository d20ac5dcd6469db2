from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...report_formats import drop_invisible
from ...trusted_context import Trusted, get_trusted

#: A report that somebody skipped, or that Amazon never made, stays as it is.
PROCESSABLE_STATES = ("ready", "processing", "done", "attention")


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
            offer.waiting_row_count = counts.get(offer._origin, 0)

    @api.depends("sku", "marketplace_id")
    def _compute_display_name(self):
        for offer in self:
            offer.display_name = (
                f"{offer.sku} ({offer.marketplace_id.name})"
                if offer.marketplace_id
                else offer.sku
            )

    @api.constrains("sku")
    def _check_sku(self):
        for offer in self:
            if offer.sku != offer.sku.strip():
                raise ValidationError(
                    self.env._(
                        "The SKU “%(sku)s” begins or ends with a space. Enter it as "
                        "Amazon writes it, without the space.",
                        sku=offer.sku,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        offers = super().create([self._clean_sku(vals) for vals in vals_list])
        offers.filtered("product_id")._process_waiting_rows()
        return offers

    def write(self, vals):
        result = super().write(self._clean_sku(vals))
        if vals.get("product_id") and not get_trusted(self.env, "amazon_assigning"):
            self._process_waiting_rows()
        return result

    def _assign(self, products):
        """Give SKUs their products, and then process at once what waits for any.

        :param dict products: ``product.product`` by ``amazon.offer``
        """
        self.check_access("write")
        for offer, product in products.items():
            offer.with_context(amazon_assigning=Trusted()).product_id = product
        self._process_waiting_rows()

    def _clean_sku(self, vals):
        """Return values whose SKU has no invisible marks: reports lose them, too."""
        if sku := vals.get("sku"):
            return {**vals, "sku": drop_invisible(sku)}
        return vals

    def _get_waiting_rows(self):
        """Return the report rows that wait for a product of one of these SKUs.

        Also those that wait for the offer of all marketplaces while this one is for
        one marketplace only.
        """
        return self.env["amazon.report.row"].search(
            [
                ("account_id", "in", self.account_id.ids),
                ("sku", "in", self.mapped("sku")),
                ("outcome", "=", "waiting"),
                ("code", "=", "unknown_sku"),
            ]
        )

    def _process_waiting_rows(self):
        """Process what waits for these SKUs: small files at once, others soon after."""
        reports = self._get_waiting_rows().report_id.filtered(
            lambda report: report.file_size and report.state in PROCESSABLE_STATES
        )
        if not reports:
            return
        reports._process_again()
        if not self.env.context.get("import_file"):
            reports.sorted("file_size")._process_soon()

    # === ACTIONS === #

    def action_process_waiting(self):
        """Process the rows again that wait for these SKUs, and tell the outcome."""
        self.check_access("write")
        self._process_waiting_rows()
        return self._notify_processed()

    def _notify_processed(self):
        """Tell what became of the rows that waited for these SKUs."""
        rows = self._get_waiting_rows()
        waiting = len(rows)
        later = rows.report_id.filtered(lambda r: r.state in ("ready", "processing"))
        if later:
            message = self.env._(
                "The waiting rows of %(count)s large reports are processed in the "
                "background; this takes some minutes.",
                count=len(later),
            )
        elif waiting:
            message = self.env._(
                "%(count)s rows still wait. Open the SKU to see why.", count=waiting
            )
        else:
            message = self.env._("All rows of these SKUs are processed.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if waiting and not later else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_make_products(self):
        """Open the dialogue that gives each of these SKUs a product, or a new one."""
        self.check_access("write")
        return self.env["amazon.product.maker"]._show(self)

    def action_assign_product(self):
        """Open the dialogue that gives all selected SKUs one product."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assign Product"),
            "res_model": "amazon.offer.assign",
            "view_mode": "form",
            "target": "new",
            "context": {"default_offer_ids": self.ids},
        }

    def action_view_waiting_rows(self):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "amazon.report.row",
            "view_mode": "list,form",
            "domain": [("offer_id", "in", self.ids)],
            # Last: Odoo's export takes the next string in brackets for a message too.
            "name": self.env._("Report Rows"),
        }
