from dataclasses import dataclass

from odoo import api, fields, models

from ...report_formats import KINDS
from ...report_formats.row_format import normal_name

#: Among so many reports that were read last is the one that Amazon made before.
READ_OUT_OF_ORDER = 20


@dataclass(frozen=True)
class WantedColumn:
    """A column that an account's settings need.

    - ``names``: normal names of which one is enough
    - ``box``: Amazon's name of the box to tick; ``why``: what is lost without it
    """

    names: tuple
    box: str
    why: str


class AmazonReport(models.Model):
    """Advice on the columns that a seller switches on and off in Seller Central."""

    _inherit = "amazon.report"

    columns = fields.Json(
        "Column Names",
        help="Names of the file's columns, those that are lost and those that are new",
    )
    column_advice = fields.Text(
        "Columns to Switch On", compute="_compute_column_advice"
    )
    unknown_columns = fields.Text(
        "New Columns",
        compute="_compute_column_advice",
        help="Columns that Amazon has added; their values are kept on the rows",
    )
    column_url = fields.Char("Column Picker", compute="_compute_column_url")

    def _start_reading(self, parsed):
        """Note the columns of the file, which are lost and which are new."""
        names = [normal_name(name) for name in parsed.header]
        self.columns = {
            "names": names,
            "lost": self._get_lost_columns(names),
            "unknown": list(parsed.unknown_columns),
        }
        return super()._start_reading(parsed)

    def _get_lost_columns(self, names):
        """Return the columns that earlier reports had and this one has no more."""
        others = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("kind", "=", self.kind),
                ("columns", "!=", False),
                ("id", "!=", self.id),
            ],
            order="id desc",
            limit=READ_OUT_OF_ORDER,
        )
        earlier = others._filter_older_than(self)._get_latest()
        known = earlier.columns or {}
        had = [*known.get("names", ()), *known.get("lost", ())]
        row_format = KINDS[self.kind].row_format
        # A column that nothing reads may go unnoticed.
        read = {name for column in row_format.columns for name in column.names}
        aliases = [set(column.names) for column in row_format.columns]
        return [
            name
            for name in dict.fromkeys(had)
            if name in read
            and not any(name in group and group & set(names) for group in aliases)
        ]

    def _get_wanted_columns(self):
        """Return the columns that the account's settings need in this kind of report.

        Only columns that a seller can switch on; those of FBA reports are fixed.

        :return: list of `WantedColumn`
        """
        self.ensure_one()
        if KINDS[self.kind].fulfillment != "mfn":
            return []
        return [
            *self._get_columns_for_amounts(),
            *(self._get_columns_for_buyers() if self.account_id.region == "eu" else ()),
            *self._get_columns_for_tax(),
        ]

    def _get_columns_for_amounts(self):
        wanted = [
            WantedColumn(
                ("sales-channel",),
                self.env._("Sales channel"),
                self.env._("tells on which marketplace an order was placed"),
            ),
            WantedColumn(
                ("item-promotion-discount", "ship-promotion-discount"),
                self.env._("Promotions"),
                self.env._("without it, orders with a discount come out too dear"),
            ),
        ]
        if self.account_id.gift_wrap_product_id:
            wanted.append(
                WantedColumn(
                    ("gift-wrap-price", "gift-wrap-type"),
                    self.env._("Gift options"),
                    self.env._(
                        "without it, the price of gift wrap is missing (you offer "
                        "none: empty the product for gift wrap in the account)"
                    ),
                )
            )
        return wanted

    def _get_columns_for_buyers(self):
        return [
            WantedColumn(
                ("bill-address-1", "bill-country"),
                self.env._("Billing address"),
                self.env._("without it, invoices carry the delivery address"),
            ),
            WantedColumn(
                (
                    "buyer-tax-registration-id",
                    "buyer-vat-number",
                    "buyer-tax-registration-number",
                    "buyer-vat-registration-number",
                    "buyer-vat-id",
                ),
                self.env._("Buyer tax identifiers"),
                self.env._(
                    "gives the VAT number of business buyers; without it, they are "
                    "invoiced as consumers"
                ),
            ),
            WantedColumn(
                ("is-business-order",),
                self.env._("Business order details"),
                self.env._(
                    "gives purchase order number and company of business buyers"
                ),
            ),
        ]

    def _get_columns_for_tax(self):
        wanted = []
        if self.account_id.vat_service != "none":
            wanted.append(
                WantedColumn(
                    ("vat-exclusive-item-price", "vat-exclusive-shipping-price"),
                    self.env._("VAT details"),
                    self.env._(
                        "gives the net prices that Amazon's VAT Calculation Service "
                        "found"
                    ),
                )
            )
        channels = self.account_id.channel_ids.filtered("active").marketplace_id
        if any(channels.mapped("collects_tax")):
            wanted.append(
                WantedColumn(
                    ("tax-collection-model", "tax-collection-responsible-party"),
                    self.env._("Tax collection details"),
                    self.env._("tells whether Amazon pays the tax itself"),
                )
            )
        return wanted

    @api.depends_context("lang")
    @api.depends(
        "columns",
        "kind",
        "account_id.region",
        "account_id.vat_service",
        "account_id.gift_wrap_product_id",
        "account_id.channel_ids.active",
    )
    def _compute_column_advice(self):
        for report in self:
            columns = report.columns or {}
            report.column_advice = report._explain_columns(columns) or False
            report.unknown_columns = ", ".join(columns.get("unknown", ())) or False

    def _explain_columns(self, columns):
        """Return what is to be done about columns, one line each, or ``""``."""
        names = set(columns.get("names", ()))
        lines = [
            self.env._("Tick “%(box)s”: %(why)s.", box=wanted.box, why=wanted.why)
            for wanted in self._get_wanted_columns()
            if names and names.isdisjoint(wanted.names)
        ]
        if lost := columns.get("lost"):
            lines.append(
                self.env._(
                    "Earlier reports had these columns, this one has not: %(names)s. "
                    "Somebody switched them off in Seller Central, or Amazon changed "
                    "the report.",
                    names=", ".join(lost),
                )
            )
        return "\n".join(lines)

    @api.depends("account_id")
    def _compute_column_url(self):
        for report in self:
            report.column_url = report.account_id._get_column_url()
