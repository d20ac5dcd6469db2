from decimal import Decimal

from odoo import api, models

from ..order.lookups import TaxLookups
from ..report.importing import IMPORT_CONTEXT
from .amazon_tax_correction import TaxFigures


class AmazonVatInvoiceSettler(models.AbstractModel):
    """From VAT invoice data to the buyer and the tax of their orders."""

    _name = "amazon.vat.invoice.settler"
    _description = "Orders by VAT Invoice Data"

    @api.private
    def settle(self, documents):
        """Bring orders up to what VAT invoice data say of buyer and tax.

        Doing it again changes nothing.

        :param documents: ``amazon.vat.invoice`` records with their orders
        :return: ``{sale.order: [Message]}``: what was changed on each order, or differs
        """
        self = self.with_context(**IMPORT_CONTEXT)
        told = {}
        for account, members in (
            documents.with_env(self.env).grouped("account_id").items()
        ):
            account = account.with_company(account.company_id)
            all_documents = (
                self.env["amazon.vat.invoice"]
                .search([("sale_order_id", "in", members.sale_order_id.ids)])
                .sorted(lambda document: document._get_age_key())
            )
            by_order = all_documents.grouped("sale_order_id")
            self._note_amazon_invoices(all_documents)
            self._set_vat_numbers(account, by_order)
            told |= self._correct_taxes(account, by_order)
        return told

    def _note_amazon_invoices(self, documents):
        orders = documents.filtered("is_amazon_invoiced").sale_order_id
        orders.filtered(
            lambda order: not order.amazon_is_invoiced
        ).amazon_is_invoiced = True

    def _set_vat_numbers(self, account, by_order):
        numbers = {}
        for order, documents in by_order.items():
            if order.invoice_ids.filtered(lambda move: move.state == "posted"):
                # The number of a correction is no part of what is posted already.
                documents = documents.filtered(
                    lambda document: not document.is_corrected
                )
            # The latest counts: Amazon checks numbers again until the shipment.
            number = next(filter(None, documents[::-1].mapped("buyer_vat")), None)
            if number:
                numbers[order] = number
        if numbers:
            self.env["amazon.buyer.vat"].set_numbers(account, numbers)

    def _correct_taxes(self, account, by_order):
        figures = {
            order: self._get_figures(order, documents)
            for order, documents in by_order.items()
        }
        figures = {order: found for order, found in figures.items() if found}
        corrections = self.env["amazon.tax.correction"].correct_orders(account, figures)
        told = {}
        for order, correction in corrections.items():
            told[order] = correction.changes + correction.differences
            for figure in figures[order]:
                lines = figure.source
                item = figure.line or order.order_line.browse()
                lines.filtered(
                    lambda line, item=item: line.sale_line_id != item
                ).sale_line_id = item
        for documents in by_order.values():
            self._link_credits(documents)
        return told

    def _get_figures(self, order, documents):
        """Return the figures of what was shipped as a list of ``TaxFigures``."""
        shipped = documents.filtered(
            lambda document: (
                document.transaction_type == "shipment"
                and document.document_type == "invoice"
                and document.currency_id == order.currency_id
            )
        )
        # A correction takes the place of what it corrects.
        latest = {}
        for document in shipped:
            for row_key, lines in document.line_ids.grouped("row_key").items():
                latest[document.shipping_ref, row_key.rpartition("/")[2]] = lines
        lookups = TaxLookups(documents.account_id)
        find = self.env["amazon.tax.advisor"].find_vat_invoice_place
        places = {document: find(lookups, document) for document in shipped}
        # VAT data need not call a parcel what the shipment report calls it.
        parcels = set(order.amazon_parcel_ids.mapped("shipment_ref"))
        return [
            self._prepare_figures(order, lines, places[lines.vat_invoice_id], parcels)
            for lines in latest.values()
            if lines.filtered(lambda line: line.line_type == "item")
        ]

    def _prepare_figures(self, order, lines, place, parcels):
        item = lines.filtered(lambda line: line.line_type == "item")
        digits = item.currency_id.decimal_places
        shipment = item.vat_invoice_id.shipping_ref or ""

        def exact(amount):
            return Decimal(f"{amount:.{digits}f}")

        return TaxFigures(
            item.sku,
            item.quantity,
            {
                line.line_type: (exact(line.amount_untaxed), exact(line.amount_tax))
                for line in lines
            },
            order_item_id=item.order_item_ref or "",
            shipment_id=shipment if shipment in parcels else "",
            # VAT invoice data do not say who owes the tax; the order knows.
            collected_by_amazon=bool(order.amazon_tax_withheld),
            place=place,
            rate=item._get_rate(),
            source=lines,
        )

    def _link_credits(self, documents):
        """Link what is given back, or corrected, to the order lines shipped."""
        shipped = documents.filtered(lambda d: d.transaction_type == "shipment")
        by_shipment, by_item = {}, {}
        for line in shipped.line_ids.filtered("sale_line_id"):
            item = line.order_item_ref or line.sku
            by_shipment[line.vat_invoice_id.shipping_ref, item] = line.sale_line_id
            by_item.setdefault(item, line.sale_line_id)
        order = documents.sale_order_id
        for line in order.order_line.filtered(
            lambda line: line.amazon_line_type == "item"
        ):
            by_item.setdefault(line._get_amazon_item_ref(), line)
            by_item.setdefault(line.amazon_row_id.sku, line)
        for document in documents:
            for line in document.line_ids.filtered(lambda line: not line.sale_line_id):
                item = line.order_item_ref or line.sku
                line.sale_line_id = (
                    by_shipment.get((document.shipping_ref, item))
                    or by_item.get(item)
                    or by_item.get(line.sku)
                    or False
                )
