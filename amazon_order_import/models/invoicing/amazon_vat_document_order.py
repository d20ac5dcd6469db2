"""Amazon's documents and the orders that they are about."""

from collections import defaultdict

from odoo import api, models

from ...messages import Joined, holds_message, message
from ..order.lookups import TaxLookups
from ..report.importing import IMPORT_CONTEXT
from .amazon_tax_advisor import OTHER_NUMBERS
from .amazon_tax_correction import TaxFigures


class AmazonVatDocument(models.Model):
    _inherit = "amazon.vat.document"

    # === JOIN === #

    @api.private
    def join_orders(self, account, orders):
        """Join documents that came before their order, once the order is there.

        Orders that are known already get Amazon's tax figures again, which reading an
        order report anew may have set back.

        :param account: ``amazon.account`` record
        :param orders: ``sale.order`` records that have just been imported
        """
        self = self.with_context(**IMPORT_CONTEXT)
        documents = self.search(
            [
                ("company_id", "=", account.company_id.id),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
            ]
        )
        if not documents:
            return
        by_ref = {order.amazon_order_ref: order for order in orders}
        for document in documents.filtered(lambda doc: not doc.sale_order_id):
            document.sale_order_id = by_ref[document.order_ref]
        rows = documents.row_ids.filtered(
            lambda row: row.outcome == "waiting" and row.code == "order_pending"
        )
        for row in rows:
            row.write(
                {
                    "outcome": "created",
                    "code": False,
                    "message": False,
                    "sale_order_id": row.vat_document_id.sale_order_id.id,
                }
            )
        documents.correct_orders()
        self.env["amazon.vat.document.booker"].book(documents)
        rows.report_id._update_attention()

    # === FIGURES === #

    @api.private
    def correct_orders(self):
        """Bring the orders of documents to Amazon's figures; find their items."""
        for account, documents in self.grouped("account_id").items():
            documents._note_registrations(account)
            if orders := documents.sale_order_id:
                self._correct_account_orders(account, orders)
                documents.match_items()

    def _note_registrations(self, account):
        """Add the seller's numbers that documents name to the account's table."""
        advisor = self.env["amazon.tax.advisor"]
        self.env["amazon.tax.registration"]._note(
            account,
            {
                (
                    advisor.get_number_country(doc.seller_vat, doc.seller_vat_country),
                    doc.seller_vat,
                )
                for doc in self.filtered("seller_vat")
            },
        )

    def _correct_account_orders(self, account, orders):
        """Bring open orders to Amazon's figures; note where others differ."""
        documents = orders.amazon_vat_document_ids.filtered(
            lambda doc: not doc.is_refund and doc.document_type != "receipt"
        )
        documents -= documents._get_superseded()
        numbers = {
            document.sale_order_id: document.buyer_vat
            for document in documents.sorted("id")
            if document.buyer_vat
            and (document.buyer_vat_type or "").upper() not in OTHER_NUMBERS
        }
        if numbers:
            self.env["amazon.buyer.vat"].set_numbers(account, numbers)
        lookups = TaxLookups(account)
        figures = {
            order: [
                figure
                for document in members
                if document.currency_id == order.currency_id
                for figure in document._get_figures(lookups)
            ]
            for order, members in documents.grouped("sale_order_id").items()
        }
        corrections = self.env["amazon.tax.correction"].correct_orders(account, figures)
        for order, correction in corrections.items():
            for figure in figures[order]:
                if figure.line and figure.source.sale_line_id != figure.line:
                    figure.source.sale_line_id = figure.line
            members = documents.filtered(
                lambda doc, order=order: doc.sale_order_id == order
            )
            members._tell_difference(order, correction)

    def _get_figures(self, lookups):
        """Return the lines of a single document as a list of ``TaxFigures``."""
        place = self.env["amazon.tax.advisor"].find_document_place(lookups, self)
        return [
            TaxFigures(
                sku=line.sku or "",
                quantity=line.quantity,
                amounts=line._get_amounts(),
                shipment_id=self._get_known_shipment(),
                collected_by_amazon=self.is_collected_by_amazon,
                place=place,
                rate=line._get_rate(),
                source=line,
            )
            for line in self.line_ids
            if line.quantity and not line._is_empty_share()
        ]

    def _tell_difference(self, order, correction):
        """Show on an order and its documents where it stands on other amounts.

        :param order: ``sale.order`` record; documents of others are left alone
        :param correction: its `TaxCorrection`
        """
        documents = self.filtered(lambda document: document.sale_order_id == order)
        told = dict.fromkeys(documents)
        if correction.differences:
            difference = message(
                "order_differs",
                order=order.amazon_order_ref,
                state=correction.closed,
                differences=Joined(tuple(correction.differences), "\n"),
            )
            told = dict.fromkeys(documents, difference)
        elif correction.problems:
            problem = message(
                "order_tax_not_taken_over",
                order=order.amazon_order_ref,
                problems=Joined(tuple(correction.problems), "\n"),
            )
            told = dict.fromkeys(documents, problem)
        else:
            for figure in correction.unmatched:
                told[figure.source.document_id] = message(
                    "order_without_open_item",
                    order=order.amazon_order_ref,
                    quantity=figure.quantity,
                    sku=figure.sku,
                )
        for document, difference in told.items():
            if holds_message(document, "order_difference", difference):
                continue
            document.order_difference = difference
            if correction.differences:
                order._schedule_amazon_activity(
                    difference, message("todo_order_differs")
                )

    def _get_known_shipment(self):
        """Return Amazon's id of the shipment if a parcel of the order has it.

        VAT reports need not call a parcel what the shipment report calls it.
        """
        parcels = self.sale_order_id.amazon_parcel_ids.mapped("shipment_ref")
        return self.shipment_ref if self.shipment_ref in parcels else ""

    # === ITEMS === #

    @api.private
    def match_items(self):
        """Find the order item of each line of documents that has none yet.

        Each unit of an item is invoiced once. What is given back, or replaced, is
        counted apart, and may be about a unit more than once: the price is lowered,
        then the goods come back, then Amazon gives the shipping costs back.
        """
        for account, documents in self.grouped("account_id").items():
            missing = documents.filtered(
                lambda doc: doc.sale_order_id
                and not all(line.sale_line_id or not line.sku for line in doc.line_ids)
            )
            known = missing.sale_order_id.amazon_vat_document_ids.sorted("id")
            refunds = known.filtered("is_refund")
            superseded = (known - refunds)._get_superseded()
            (known - refunds - superseded)._match_skus(account, once=True)
            superseded._match_skus(account, once=False)
            refunds._match_skus(account, once=False)
        for line in self.line_ids:
            if line.document_id.sale_order_id and not (line.sku or line.sale_line_id):
                line.sale_line_id = line._find_unnamed_item()

    def _match_skus(self, account, once):
        """Find the order items of lines with SKU; see ``match_lines``."""
        figures = defaultdict(list)
        for document in self:
            for line in document.line_ids.filtered("sku"):
                figures[document.sale_order_id].append(
                    TaxFigures(
                        line.sku,
                        line.quantity,
                        line._get_amounts(),
                        # What comes back is not told by its shipment.
                        shipment_id=""
                        if document.is_refund
                        else document._get_known_shipment(),
                        source=line,
                    )
                )
        self.env["amazon.tax.correction"].match_lines(account, figures, once=once)
        for figure in [f for members in figures.values() for f in members]:
            if figure.line and not figure.source.sale_line_id:
                figure.source.sale_line_id = figure.line
