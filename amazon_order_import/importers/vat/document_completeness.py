"""Whether all of a document is told: rows unread, numbers and rows still to come."""

from collections import defaultdict

from odoo import models

from ...messages import message


class AmazonVatDocumentImporter(models.AbstractModel):
    _inherit = "amazon.vat.document.importer"

    # === ALL ROWS READ === #

    def _get_read(self, report, works, documents):
        """Return the documents whose rows are all read.

        The rows of a document stand together; those of the last one may go on in the
        next batch.
        """
        numbers = [work.parsed.number for work in works]
        before = self._get_document_at(report, [("number", "<", min(numbers))])
        last = self._get_document_at(report, [("number", "=", max(numbers))])
        return (documents | before) - last

    def _get_document_at(self, report, domain):
        """Return the document of the last row of a report that fits."""
        row = self.env["amazon.report.row"].search(
            [("report_id", "=", report.id), *domain], order="number desc", limit=1
        )
        return row.vat_document_id

    def _link_unread(self, report, works):
        """Link rows that cannot be read with the document that lacks them now.

        Where the number was cut off, with one of the same transaction that the report
        tells of; where that is cut off, too, with that of the row before.
        """
        unread = self._find_unread(report, works, "vat_document_id")
        unread = unread.filtered(lambda row: not row.row_key)
        if not unread:
            return
        documents = self.env["amazon.vat.document"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("order_ref", "in", unread.mapped("order_ref")),
            ]
        )
        by_number = {document.number: document for document in documents}
        told = documents.filtered(lambda doc: report in doc.line_ids.report_id)
        rows_before = self._find_rows_before(report, unread)
        for row in unread:
            cells = self._get_whole_cells(row)
            if "vat-invoice-number" in cells:
                row.vat_document_id = by_number.get(cells["vat-invoice-number"])
            elif "transaction-id" in cells:
                place = f"/{cells['transaction-id']}/"
                row.vat_document_id = told.filtered(
                    lambda doc, row=row, place=place: doc.order_ref == row.order_ref
                    and any(place in line.row_key for line in doc.line_ids)
                )[-1:]
            else:
                before = self._get_row_before(rows_before, row, cells)
                row.vat_document_id = before.vat_document_id

    # === NUMBERS TOLD LATER === #

    def _import_pending(self, report, pending):
        """Set the outcome of rows without a number: another report may know it."""
        orders = list({work.values.order_id for work in pending})
        told = self.env["amazon.report.row"].search(
            [
                ("report_id", "=", report.id),
                ("order_ref", "in", orders),
                ("vat_line_id", "!=", False),
            ]
        )
        lines = self.env["amazon.vat.document.line"].search(
            [
                ("document_id.company_id", "=", report.company_id.id),
                ("document_id.order_ref", "in", orders),
                ("id", "not in", told.vat_line_id.ids),
            ]
        )
        for work in pending:
            line = next(
                (line for line in lines if self._is_same_row(report, line, work)), None
            )
            if line:
                lines -= line
                told = message("number_told", number=line.document_id.number)
                self._set_document_outcome(line.document_id, work, "unchanged", told)
                continue
            if self._is_seller_to_invoice(report.account_id, work.values):
                reason = message("number_of_no_service", order=work.values.order_id)
                self._set_outcome(work, "ignored", reason)
                continue
            self._set_outcome(work, "waiting", self._explain_pending(work.values))

    def _is_seller_to_invoice(self, account, row):
        """Whether no number will come, as the service does not count for the order."""
        if account.vat_service == "none" or row.is_amazon_invoiced:
            return False
        marketplaces = self.env["amazon.marketplace"].search([])
        channel = marketplaces.filtered(
            lambda channel: row.marketplace
            in (channel.api_ref, channel.country_id.code)
        )[:1]
        return account._get_vat_service(channel, row.order_date) == "none"

    def _explain_pending(self, row):
        if row.is_amazon_invoiced is False:
            return message("number_not_expected", order=row.order_id)
        return message("number_pending", order=row.order_id)

    def _settle_older_rows(self, report, works):
        """Close rows of other reports that waited for what this report tells."""
        settled, by_head = {}, defaultdict(list)
        for work in works:
            if work.key and work.record.vat_document_id:
                order_ref = work.record.order_ref
                settled[order_ref, work.key] = work
                by_head[order_ref, work.key.rpartition("#")[0]].append(work)
        if not settled:
            return
        older = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("report_id", "!=", report.id),
                ("report_id.kind", "=", report.kind),
                ("outcome", "in", ("waiting", "error")),
                ("order_ref", "in", list({ref for ref, _key in settled})),
            ]
        )
        for row in older:
            pending = row.code == "number_pending"
            work = settled.get((row.order_ref, row.row_key))
            if not work and pending:
                # It came beside another document of its transaction; this file leaves
                # that out.
                head = (row.row_key or "").rpartition("#")[0]
                told = row.report_id.row_ids.vat_document_id
                work = next(
                    (
                        work
                        for work in by_head[row.order_ref, head]
                        if work.record.vat_document_id not in told
                    ),
                    None,
                )
            if not work or (work.record.outcome == "waiting" and not pending):
                continue
            document = work.record.vat_document_id
            self._settle(row, report, work, vat_document_id=document.id)
        older.report_id._update_attention()
