from decimal import Decimal

from odoo import api, models

from ..order.amazon_tax_advisor import TaxCase
from ..order.lookups import TaxTreatment


class AmazonTaxAdvisor(models.AbstractModel):
    """The tax treatment of Amazon's own documents."""

    _inherit = "amazon.tax.advisor"

    @api.private
    def get_document_treatment(self, lookups, document):
        """Return the tax treatment of a document of Amazon's.

        What the document says itself (deemed supply, export, reverse charge) comes
        before the rules of the account, which give the fiscal position.

        :param lookups: `TaxLookups`
        :param document: ``amazon.vat.document`` record with its order
        :return: `TaxTreatment`
        """
        case = self._get_document_case(lookups, document)
        rule = self._find_rule(lookups, case)
        collector = "amazon" if document.is_collected_by_amazon else "seller"
        position = rule.fiscal_position_id if rule.collector == collector else False
        if not position and (document.is_collected_by_amazon or document.is_export):
            position = self._get_usual_position(lookups, "export")
        if not position and case.buyer == "business" and case.destination == "eu":
            position = self._get_usual_position(lookups, "intra_community")
        if not position:
            position = self._get_document_position(lookups, document, case)
        return TaxTreatment(
            document.is_collected_by_amazon, position, case.destination != "same"
        )

    def _get_document_case(self, lookups, document):
        home = self.get_home_country(lookups.company)
        order = document.sale_order_id
        departure = document.ship_from_country_id or home
        destination = (
            document.ship_to_country_id
            or order.partner_shipping_id.country_id
            or departure
        )
        departures, direction = self._get_direction(lookups, departure, destination)
        if document.is_export:
            direction = "outside"
        # With a number that Amazon did not accept, it charges VAT across the border.
        business = document.buyer_vat and (
            direction == "same" or not document.amount_tax
        )
        return TaxCase(
            marketplace=document.marketplace_id or order.amazon_marketplace_id,
            fulfillment=order.amazon_fulfillment,
            departures=departures,
            destination=direction,
            destination_country=destination,
            buyer="business" if business else "consumer",
            goods_value=Decimal(str(abs(sum(document.line_ids.mapped("item_net"))))),
        )

    def _get_document_position(self, lookups, document, case):
        """Return the fiscal position that Odoo finds for a document."""
        order = document.sale_order_id
        customer, delivery = order.partner_id, order.partner_shipping_id
        if delivery.country_id != case.destination_country:
            delivery = customer = self.env["res.partner"].new(
                {"country_id": case.destination_country.id}
            )
        return self._get_odoo_position(lookups, customer, delivery, case)

    def _get_usual_position(self, lookups, name):
        """Return the company's own position for exports, or for EU businesses."""
        if name not in lookups.fiscal_positions:
            Rule = self.env["amazon.tax.rule"]
            find = {
                "export": Rule._find_export_position,
                "intra_community": Rule._find_intra_community_position,
            }[name]
            lookups.fiscal_positions[name] = find(lookups.company)
        return lookups.fiscal_positions[name]
