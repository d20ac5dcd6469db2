import logging
from collections import Counter

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .amazon_privacy_contact import QUIET
from .amazon_privacy_trace import BELONGINGS, Trace

_logger = logging.getLogger(__name__)


class AmazonPrivacyOrder(models.AbstractModel):
    """Forgets the buyers of orders, with all that belongs to the orders."""

    _name = "amazon.privacy.order"
    _description = "Buyers of Amazon Orders"

    @api.private
    def forget_safely(self, orders):
        """Forget the buyers of orders together; if that fails, one by one.

        :param orders: ``sale.order`` records of Amazon
        :return: counts by field of ``amazon.privacy.log``, and the orders that failed
        """
        try:
            with self.env.cr.savepoint():
                return self.forget(orders), orders.browse()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - told for each order below
            _logger.info(
                "The buyers of %s orders are forgotten one by one (%s)",
                len(orders),
                type(error).__name__,
            )
        counts, failed = Counter(), orders.browse()
        for order in orders:
            try:
                with self.env.cr.savepoint():
                    counts.update(self.forget(order))
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                # Whatever is in the way of one must not keep the others.
                _logger.exception("The buyer of order %s is not forgotten", order.id)
                failed |= order
        counts["failed_count"] += len(failed)
        return counts, failed

    @api.private
    def forget(self, orders):
        """Forget the buyers of orders.

        :param orders: ``sale.order`` records of Amazon
        :return: counts by field of ``amazon.privacy.log``
        """
        orders = orders.sudo().with_context(**QUIET)
        self = self.sudo().with_env(orders.env)
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "in", orders.company_id.ids),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
            ]
        )
        rows_by_order = {
            order: rows.filtered(
                lambda row, order=order: (
                    row.order_ref == order.amazon_order_ref
                    and row.company_id == order.company_id
                )
            )
            for order in orders
        }
        business = orders.filtered(
            lambda order: (
                order.amazon_is_business or rows_by_order[order]._tell_of_business()
            )
        )
        businesses = business.partner_id.commercial_partner_id
        contacts = self.env["amazon.privacy.contact"].collect(orders)
        told = {order: rows_by_order[order]._find_personal_texts() for order in orders}
        traces = self._get_traces(orders, rows_by_order, told, contacts - businesses)
        counts = Counter(order_count=len(orders))
        counts.update(self.env["amazon.privacy.trace"].forget(traces))
        counts.update(
            self.env["amazon.privacy.contact"].forget(
                contacts,
                orders,
                set().union(*told.values()),
                businesses,
            )
        )
        counts["row_count"] += rows._forget()
        self._forget_fields(orders, business)
        return counts

    # === TEXTS === #

    def _get_traces(self, orders, rows_by_order, told, persons):
        """Return what is to be taken out of each document of orders, as `Trace`.

        :param persons: contacts of the buyers, without the businesses themselves
        """
        traces = []
        belongings = {
            name: self.env[name].search([(link, "in", orders.ids)]).grouped(link)
            for name, link in BELONGINGS.items()
        }
        for order in orders:
            own = persons & (
                order.partner_id | order.partner_invoice_id | order.partner_shipping_id
            )
            texts = told[order] | own._get_personal_texts()
            traces.append(Trace(order, texts))
            for records in (
                *(found.get(order, ()) for found in belongings.values()),
                order.transaction_ids,
                rows_by_order[order].filtered(lambda row: not row.sale_order_id),
            ):
                traces += [Trace(record, texts) for record in records]
            traces += self._get_entry_traces(order, texts, own._get_address_texts())
        return traces

    def _get_entry_traces(self, order, texts, addresses):
        """Return what is taken out of the entries that invoice an order.

        A posted one keeps what it says of its recipient, and its files.
        """
        traces = []
        for move in order.invoice_ids | order.amazon_vat_document_ids.move_id:
            stays = move.posted_before
            traces.append(Trace(move, texts, stays))
            if move.inalterable_hash:
                continue
            wanted = texts - addresses if stays else texts
            traces += [Trace(line, wanted) for line in move.line_ids]
            traces += [Trace(payment, wanted) for payment in move.transaction_ids]
        return traces

    # === FIELDS === #

    def _forget_fields(self, orders, business):
        """Empty what stands in fields of its own."""
        domain = [("sale_order_id", "in", orders.ids)]
        self.env["amazon.return"].search(domain).comment = False
        for name in ("amazon.vat.document", "amazon.vat.invoice"):
            documents = self.env[name].search(domain)
            documents.correction_details = False
            documents.filtered(
                lambda document: document.sale_order_id not in business
            ).buyer_vat = False
        now = fields.Datetime.now()
        self.env["amazon.vat.invoice"].search(domain).billing = False
        for order in orders:
            told = dict(order.amazon_told or {})
            told.update(recipient="", billing="")
            if details := told.get("details"):
                told["details"] = {**details, "amazon_cancel_reason": False}
            order.write(
                {
                    "amazon_told": told if order.amazon_told else False,
                    "amazon_cancel_reason": False,
                    "signed_by": False,
                    "amazon_forgotten_at": now,
                }
            )
