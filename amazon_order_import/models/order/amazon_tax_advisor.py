import re
from dataclasses import dataclass
from decimal import Decimal

from stdnum.eu import vat as eu_vat

from odoo import api, models


@dataclass(frozen=True)
class TaxCase:
    """What decides about the tax of an order, as the rules of an account ask it.

    - ``departures``: what the country of departure is: ``home``, ``eu``, ``outside``
    - ``destination``: ``same``, ``eu`` or ``outside``, seen from the departure
    - ``goods_value``: price of all items of the order in its currency
    """

    marketplace: object
    fulfillment: str
    departures: tuple
    destination: str
    destination_country: object
    buyer: str
    goods_value: Decimal


@dataclass(frozen=True)
class TaxTreatment:
    """Who owes the tax, and the fiscal position that gives the taxes."""

    collected_by_amazon: bool
    fiscal_position: object
    crosses_border: bool


class AmazonTaxAdvisor(models.AbstractModel):
    _name = "amazon.tax.advisor"
    _description = "Tax Treatment of Amazon Orders"

    @api.model
    def get_home_country(self, company):
        """Return the ``res.country`` in which a company declares its VAT."""
        return company.account_fiscal_country_id or company.country_id

    @api.model
    def get_treatment(self, row, batch, context, rows):
        """Decide about the tax of the lines of one row.

        :param row: ``SaleRow``
        :param batch: ``OrderBatch``, the batch's look-ups
        :param context: dict with ``customer``, ``delivery``, ``warehouse`` and
            ``marketplace`` records of the order, and maybe ``known_value``: the price
            of further items, a ``Decimal``
        :param rows: all ``SaleRow`` of the order in this batch
        :return: `TaxTreatment`
        """
        case = self._get_case(row, batch, context, rows)
        rule = self._find_rule(batch, case)
        collected = self._is_collected_by_report(row)
        if collected is None:
            collected = rule.collector == "amazon"
        position = rule.fiscal_position_id or self._get_odoo_position(
            batch, context, case
        )
        return TaxTreatment(collected, position, case.destination != "same")

    @api.model
    def get_document_treatment(self, batch, document):
        """Return the tax treatment of a document of Amazon's.

        What the document says itself (deemed supply, export, reverse charge) comes
        before the rules of the account, which give the fiscal position.

        :param batch: ``OrderBatch``, the batch's look-ups
        :param document: ``amazon.vat.document`` record with its order
        :return: `TaxTreatment`
        """
        case = self._get_document_case(batch, document)
        rule = self._find_rule(batch, case)
        collector = "amazon" if document.is_collected_by_amazon else "seller"
        position = rule.fiscal_position_id if rule.collector == collector else False
        if not position and (document.is_collected_by_amazon or document.is_export):
            position = self._get_usual_position(batch, "export")
        if not position and case.buyer == "business" and case.destination == "eu":
            position = self._get_usual_position(batch, "intra_community")
        if not position:
            position = self._get_document_position(batch, document, case)
        return TaxTreatment(
            document.is_collected_by_amazon, position, case.destination != "same"
        )

    def _get_document_case(self, batch, document):
        home = self.get_home_country(batch.company)
        order = document.sale_order_id
        departure = document.ship_from_country_id or home
        destination = (
            document.ship_to_country_id
            or order.partner_shipping_id.country_id
            or departure
        )
        departures, direction = self._get_direction(batch, departure, destination)
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

    def _get_document_position(self, batch, document, case):
        """Return the fiscal position that Odoo finds for a document."""
        order = document.sale_order_id
        customer, delivery = order.partner_id, order.partner_shipping_id
        if delivery.country_id != case.destination_country:
            delivery = customer = self.env["res.partner"].new(
                {"country_id": case.destination_country.id}
            )
        addresses = {"customer": customer, "delivery": delivery}
        return self._get_odoo_position(batch, addresses, case)

    def _get_usual_position(self, batch, name):
        """Return the company's own position for exports, or for EU businesses."""
        if name not in batch.fiscal_positions:
            find = getattr(self.env["amazon.tax.rule"], f"_find_{name}_position")
            batch.fiscal_positions[name] = find(batch.company)
        return batch.fiscal_positions[name]

    def _get_case(self, row, batch, context, rows):
        home = self.get_home_country(batch.company)
        departure = self._get_departure_country(row, batch, context) or home
        destination = context["delivery"].country_id or home
        departures, direction = self._get_direction(batch, departure, destination)
        return TaxCase(
            marketplace=context["marketplace"],
            fulfillment=batch.report.kind[:3],
            departures=departures,
            destination=direction,
            destination_country=destination,
            buyer=self._get_buyer_kind(context["customer"]),
            goods_value=sum(
                (other.item_price or Decimal(0) for other in rows),
                context.get("known_value", Decimal(0)),
            ),
        )

    def _get_direction(self, batch, departure, destination):
        """Return ``departures`` and ``destination`` of a `TaxCase`."""
        home = self.get_home_country(batch.company)
        europe = self._get_europe(batch)
        departures = ["eu"] if departure in europe else ["outside"]
        if departure == home:
            departures.append("home")
        if destination == departure:
            return tuple(departures), "same"
        return tuple(departures), "eu" if destination in europe else "outside"

    def _find_rule(self, batch, case):
        """Return the first rule of the account that fits, or none."""
        if batch.tax_rules is None:
            batch.tax_rules = batch.account.tax_rule_ids.filtered("active")
        for rule in batch.tax_rules:
            if rule._matches(case):
                return rule
        return self.env["amazon.tax.rule"]

    def _is_collected_by_report(self, row):
        """Whether the report says that Amazon collects the tax; None: it is silent.

        Reports of orders say so row by row; those of shipments have no such columns
        (source: amazon-reports.md 2.1, 2.4).
        """
        if not hasattr(row, "tax_collection_model"):
            return None
        if (
            row.tax_collection_responsible_party
            or row.tax_collection_model
            or row.ioss_number
        ):
            return True
        return None

    def _get_departure_country(self, row, batch, context):
        """Return the country that the goods leave from; none where it is unknown."""
        code = getattr(row, "fulfillment_center_id", "").upper()
        if code:
            return batch.centers[code].country_id
        return context["warehouse"].partner_id.country_id

    def _get_europe(self, batch):
        if batch.europe is None:
            batch.europe = self.env.ref("base.europe").country_ids
        return batch.europe

    def _get_buyer_kind(self, customer):
        return "business" if self.is_valid_vat(customer.vat) else "consumer"

    @api.model
    def is_valid_vat(self, vat):
        """Whether a number has the form of a European VAT number; nobody is asked."""
        if not vat:
            return False
        number = re.sub(r"[^A-Z0-9]", "", vat.upper())
        return eu_vat.is_valid(number)

    def _get_odoo_position(self, batch, context, case):
        """Return the fiscal position that Odoo finds for the addresses."""
        customer, delivery = context["customer"], context["delivery"]
        key = (
            case.buyer,
            (customer.vat or "")[:2],
            customer._get_vat_required_valid(company=batch.company),
            customer.property_account_position_id.id,
            delivery.property_account_position_id.id,
            customer.country_id.id,
            delivery.country_id.id,
            delivery.state_id.id,
            delivery.zip,
        )
        if key not in batch.fiscal_positions:
            batch.fiscal_positions[key] = self._find_odoo_position(
                batch, customer, delivery, case
            )
        return batch.fiscal_positions[key]

    def _find_odoo_position(self, batch, customer, delivery, case):
        Position = self.env["account.fiscal.position"].with_company(batch.company)
        if customer.vat and case.buyer == "consumer":
            # Odoo takes any number for a business; a wrong one gives no right to
            # reverse charge.
            return Position.search(
                [
                    *Position._check_company_domain(batch.company),
                    ("auto_apply", "=", True),
                    ("vat_required", "=", False),
                ]
            )._get_first_matching_fpos(delivery)
        # Odoo finds nothing for a customer without country, as a collective one is.
        partner = customer if customer.country_id else delivery
        return Position._get_fiscal_position(partner, delivery)
