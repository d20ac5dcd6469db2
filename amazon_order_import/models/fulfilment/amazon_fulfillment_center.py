import csv

from odoo import api, fields, models
from odoo.tools.misc import file_open

KNOWN_CENTERS = "amazon_order_import/data/amazon_fulfillment_centers.csv"


class AmazonFulfillmentCenter(models.Model):
    """A warehouse of Amazon's: where the goods of an FBA order left from.

    The country decides about the stock location and the tax of a sale. A centre that a
    report names for the first time is listed here without country, for a person to
    assign it; Amazon publishes no complete list.
    """

    _name = "amazon.fulfillment.center"
    _description = "Amazon Fulfilment Centre"
    _order = "code"
    _rec_name = "code"

    code = fields.Char(required=True, help="As in Amazon's reports, e.g. LEJ1")
    country_id = fields.Many2one(
        "res.country",
        index="btree_not_null",
        help="Empty: Amazon's report named the centre, but its country is not known. "
        "Assign it: it decides about stock and tax of the orders from there",
    )
    parcel_ids = fields.One2many("amazon.parcel", "fulfillment_center_id")
    parcel_count = fields.Integer("Parcels", compute="_compute_parcel_count")

    _code_unique = models.UniqueIndex(
        "(code)", "This fulfilment centre is in the list already."
    )

    def _compute_parcel_count(self):
        counts = dict(
            self.env["amazon.parcel"]._read_group(
                [("fulfillment_center_id", "in", self.ids)],
                ["fulfillment_center_id"],
                ["__count"],
            )
        )
        for center in self:
            center.parcel_count = counts.get(center, 0)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [dict(vals, code=self._clean_code(vals["code"])) for vals in vals_list]
        )

    def write(self, vals):
        if "code" in vals:
            vals = dict(vals, code=self._clean_code(vals["code"]))
        result = super().write(vals)
        if vals.get("country_id"):
            self._settle_orders()
        return result

    @api.model
    def _clean_code(self, code):
        return (code or "").strip().upper()

    def _settle_orders(self):
        """Take the tag off orders all of whose centres are known by now."""
        tag = self.env.ref(
            "amazon_order_import.tag_unknown_fulfillment_center",
            raise_if_not_found=False,
        )
        if not tag:
            return
        # Other companies' orders come from the same centres.
        orders = self.sudo().parcel_ids.order_id.filtered(
            lambda order: (
                tag in order.tag_ids
                and all(
                    parcel.fulfillment_center_id.country_id
                    for parcel in order.amazon_parcel_ids
                )
            )
        )
        orders.tag_ids = [fields.Command.unlink(tag.id)]

    @api.model
    def _find_or_create(self, codes):
        """Return the centres of reports; unknown ones are listed without country.

        :param codes: iterable of codes as in the reports; empty ones are left out
        :return: dict ``{code in upper case: record}``
        """
        codes = {self._clean_code(code) for code in codes} - {""}
        centers = self.search([("code", "in", list(codes))])
        known = set(centers.mapped("code"))
        missing = sorted(codes - known)
        if missing:
            centers |= self.sudo().create([{"code": code} for code in missing])
        return {center.code: center for center in centers}

    @api.model
    def _load_known_centers(self):
        """List the centres known by now; what a person entered stays."""
        with file_open(KNOWN_CENTERS) as stream:
            known = {row["code"]: row["country"] for row in csv.DictReader(stream)}
        countries = {
            country.code: country
            for country in self.env["res.country"].search(
                [("code", "in", list(set(known.values())))]
            )
        }
        listed = {center.code: center for center in self.search([])}
        self.create(
            [
                {"code": code, "country_id": countries[country].id}
                for code, country in known.items()
                if code not in listed
            ]
        )
        for code, country in known.items():
            if code in listed and not listed[code].country_id:
                listed[code].country_id = countries[country]
