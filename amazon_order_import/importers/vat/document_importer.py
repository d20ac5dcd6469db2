"""Amazon's own invoices and credit notes, from the rows of a VAT report."""

from collections import defaultdict

from odoo import api, models

from ...messages import message
from .document_work import VatLookups, VatWork


class AmazonVatDocumentImporter(models.AbstractModel):
    """Makes Amazon's own invoices and credit notes of the rows of a VAT report."""

    _name = "amazon.vat.document.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Amazon VAT Documents"

    _work_class = VatWork

    def _import_works(self, report, works):
        self._set_keys(report, works)
        groups = defaultdict(list)
        for work in works:
            if self._is_importable(report, work):
                groups[work.values.number].append(work)
        # Another report may know their numbers.
        pending = groups.pop("", [])
        if groups:
            self._import_groups(report, dict(groups))
        documents = self.env["amazon.vat.document"].union(
            *(work.record.vat_document_id for work in works)
        )
        if pending:
            self._import_pending(report, pending)
        self._link_unread(report, works)
        self._settle_older_rows(report, works)
        read = self._get_read(report, works, documents)
        self._settle_unread(report, read, "vat_document_id")
        self.env["amazon.vat.document.booker"].book(read)

    @api.model
    def finish_report(self, report):
        report._check_vat_totals()
        last = self._get_document_at(report, [("number", "=", report.next_row)])
        self._settle_unread(report, last, "vat_document_id")
        self.env["amazon.vat.document.booker"].book(last)

    # === ROWS === #

    def _is_importable(self, report, work):
        """Set the outcome of rows that never make a document; choose the others."""
        if not self._is_read(report, work):
            return False
        if work.values.is_sale:
            return True
        self._set_outcome(work, "ignored", self._explain_no_sale(work.values))
        return False

    def _explain_no_sale(self, row):
        """Return the `Message` of a row that tells of no sale on Amazon."""
        if row.is_movement:
            return message("goods_moved", transaction=row.transaction_type)
        return self._explain_multi_channel(row.order_id)

    def _has_currency(self, lookups, work):
        row = work.values
        if not row.currency or row.currency in lookups.currencies:
            return True
        self._set_outcome(
            work,
            "error",
            message(
                "document_currency_unknown", currency=row.currency, number=row.number
            ),
        )
        return False

    def _describe_group(self, works):
        row = works[0].values
        return message("subject_vat_document", number=row.number, order=row.order_id)

    def _import_batch(self, report, groups):
        works = [work for members in groups.values() for work in members]
        lookups = self._get_lookups(report, works)
        works = [work for work in works if self._has_currency(lookups, work)]
        documents = self._upsert(report, lookups, works)
        self._link_originals(documents)
        documents.correct_orders()
        self.env.flush_all()

    def _get_lookups(self, report, works):
        """Return what the rows of a batch refer to: `VatLookups`."""
        rows = [work.values for work in works]
        codes = {row.currency for row in rows} | {row.invoice_currency for row in rows}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes - {""}))])
        )
        countries = {row.ship_from_country for row in rows}
        countries |= {row.ship_to_country for row in rows}
        countries |= {row.return_country for row in rows}
        marketplaces = {}
        for marketplace in self.env["amazon.marketplace"].search([]):
            # Real files name the country, tests of others the id (reference 2.8).
            marketplaces[marketplace.api_ref] = marketplace
            marketplaces.setdefault(marketplace.country_id.code, marketplace)
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", list({row.order_id for row in rows})),
            ]
        )
        # Numbers are Amazon's for all sellers: a file that is uploaded for the wrong
        # account of a company makes nothing twice.
        documents = self.env["amazon.vat.document"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("number", "in", list({row.number for row in rows})),
            ]
        )
        found = self.env["res.country"].search([("code", "in", list(countries - {""}))])
        return VatLookups(
            currencies={currency.name: currency for currency in currencies},
            countries={country.code: country for country in found},
            marketplaces=marketplaces,
            orders={order.amazon_order_ref: order for order in orders},
            documents={document.number: document for document in documents},
        )

    # === OUTCOME === #

    def _set_document_outcome(self, document, work, outcome, reason=None, code=None):
        """Store on a row what became of it and its document.

        :param reason: `Message`, or None
        """
        if not document.sale_order_id:
            outcome, code = "waiting", None
            reason = message(
                "order_pending", order=document.order_ref, number=document.number
            )
        elif not reason and not work.values.is_consistent:
            reason = message("document_inconsistent")
        self._set_outcome(
            work,
            outcome,
            reason,
            code,
            sale_order_id=document.sale_order_id.id,
            vat_document_id=document.id,
        )
