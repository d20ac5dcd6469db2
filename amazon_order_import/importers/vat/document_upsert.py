"""Documents and their lines: made, brought up to date, linked with each other."""

from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...messages import FieldName, Joined, Label, Money, Name, message
from ...models.invoicing.amazon_vat_document_line import COMPONENTS
from ...vat_rules import is_deemed, read_responsibility, read_scheme


class AmazonVatDocumentImporter(models.AbstractModel):
    _inherit = "amazon.vat.document.importer"

    def _upsert(self, report, lookups, works):
        """Create or update the documents of rows, and set the rows' outcomes.

        :return: the ``amazon.vat.document`` records
        """
        groups = defaultdict(list)
        for work in works:
            groups[work.values.number].append(work)
        known = lookups.documents
        new = [number for number in groups if number not in known]
        created = self.env["amazon.vat.document"].create(
            [
                self._prepare_document(report, lookups, groups[number][0].values)
                for number in new
            ]
        )
        known.update(zip(new, created, strict=True))
        documents = self.env["amazon.vat.document"].concat(
            *(known[number] for number in groups)
        )
        lines = {(line.document_id, line.row_key): line for line in documents.line_ids}
        missing = []
        for number, members in groups.items():
            document = known[number]
            members = [w for w in members if not self._is_foreign(document, w)]
            self._align(report, document, members)
            for work in members:
                line = lines.get((document, work.line_key))
                if not line:
                    missing.append((document, work))
                else:
                    self._update_line(report, lookups, document, line, work)
        created = self.env["amazon.vat.document.line"].create(
            [self._prepare_line(report, document, work) for document, work in missing]
        )
        for (document, work), line in zip(missing, created, strict=True):
            work.record.vat_line_id = line
            self._set_document_outcome(document, work, "created")
        for document, lines in created.grouped("document_id").items():
            self._tell_booked(
                document,
                [
                    message(
                        "line_added",
                        quantity=line.quantity,
                        item=line.sku or line.asin,
                        amount=Money(line.amount_total, line.currency_id.id),
                    )
                    for line in lines
                ],
            )
        return documents

    def _is_foreign(self, document, work):
        """Refuse a row of another order or currency under the same number."""
        row = work.values
        if row.order_id == document.order_ref and row.currency in (
            "",
            document.currency_id.name,
        ):
            return False
        self._set_outcome(
            work,
            "error",
            message(
                "document_of_other_order",
                number=document.number,
                known=document.order_ref,
                currency=document.currency_id.name,
                order=row.order_id,
                other=row.currency,
            ),
        )
        return True

    def _update_line(self, report, lookups, document, line, work):
        work.record.vat_line_id = line
        if line.report_id and report._is_older_than(line.report_id):
            reason = message("document_outdated", report=Name.of(line.report_id))
            self._set_document_outcome(document, work, "unchanged", reason)
            return
        changed = {}
        if line == document.line_ids.sorted("id")[:1]:
            # The first line speaks for the document: others may tell of another day,
            # transaction or jurisdiction.
            head = self._prepare_document(report, lookups, work.values)
            changed = self._get_changes(
                document,
                {
                    **head,
                    "account_id": document.account_id.id,
                    "sale_order_id": document.sale_order_id.id,
                },
            )
        line_values = self._prepare_line(report, document, work)
        changed_line = self._get_changes(line, line_values)
        told = [
            self._tell_change(record, name, values[name])
            for record, values in ((document, changed), (line, changed_line))
            for name in values
            if name != "report_id"
        ]
        if changed:
            document.write(changed)
        if changed_line:
            line.write(changed_line)
        if not told:
            known = work.record.outcome
            again = known in ("created", "updated") and work.record.vat_document_id
            self._set_document_outcome(document, work, known if again else "unchanged")
            return
        self._tell_booked(document, told)
        reason = message("document_changed", changes=Joined(tuple(told), "\n"))
        self._set_document_outcome(document, work, "updated", reason)

    def _tell_booked(self, document, told):
        """Have a document that is booked already tell what Amazon changed since.

        :param told: list of `Message`
        """
        if not document.move_id:
            return
        document.write(
            {
                "entry_state": "difference",
                "entry_message": message(
                    "document_changed_after_booking",
                    number=document.number,
                    entry=Name.of(document.move_id),
                    changes=Joined(tuple(told), "\n"),
                ),
            }
        )

    def _tell_change(self, record, name, value):
        """Return a change as a `Message`: ``Tax → 3.20``."""
        return message(
            "field_changed",
            field=FieldName(record._name, name),
            value=self._tell_value(record, name, value) if value else "–",
        )

    def _tell_value(self, record, name, value):
        """Return what is written into a field as a value of a message."""
        field = record._fields[name]
        if field.type == "many2one":
            return Name.of(self.env[field.comodel_name].browse(value))
        if field.type == "selection":
            return Label(record._name, name, value)
        if field.type == "monetary":
            return Money(value, record.currency_id.id)
        return Decimal(str(value)) if field.type == "float" else value

    # === VALUES === #

    def _prepare_document(self, report, lookups, row):
        """Return the values of ``amazon.vat.document`` that a row gives."""

        def get_id(found, key):
            return found[key].id if key in found else False

        return {
            "number": row.number,
            "account_id": report.account_id.id,
            "document_type": row.document_type,
            "is_refund": row.is_refund or row.document_type.endswith("credit_note"),
            "transaction_type": row.transaction_type,
            "transaction_ref": row.transaction_id or False,
            "shipment_ref": row.shipment_id or False,
            "date": row.date or False,
            "order_date": row.order_date or False,
            "marketplace_id": get_id(lookups.marketplaces, row.marketplace),
            "order_ref": row.order_id,
            "sale_order_id": get_id(lookups.orders, row.order_id),
            "currency_id": get_id(lookups.currencies, row.currency)
            or report.company_id.currency_id.id,
            "scheme": row.scheme or False,
            "responsibility": row.responsibility or False,
            "is_collected_by_amazon": is_deemed(
                read_responsibility(row.responsibility), read_scheme(row.scheme)
            ),
            "is_export": bool(row.export_outside_eu),
            "jurisdiction": row.jurisdiction or False,
            "seller_vat": row.seller_vat or False,
            "seller_vat_country": row.seller_vat_country or False,
            "buyer_vat": row.buyer_vat or False,
            "buyer_vat_country": row.buyer_vat_country or False,
            "buyer_vat_type": row.buyer_vat_type or False,
            "ship_from_country_id": get_id(lookups.countries, row.ship_from_country),
            "ship_to_country_id": get_id(lookups.countries, row.ship_to_country),
            "return_country_id": get_id(lookups.countries, row.return_country),
            "invoice_currency_id": get_id(lookups.currencies, row.invoice_currency),
            "exchange_rate": float(row.exchange_rate or 0),
            "exchange_rate_date": row.exchange_rate_date or False,
            "is_corrected": bool(row.is_corrected),
            "correction_details": row.correction_details or False,
            "original_number": row.original_number or False,
            "url": row.url or False,
            "e_invoice_status": row.e_invoice_status or False,
            "e_invoice_error": " ".join(
                filter(None, (row.e_invoice_error, row.e_invoice_error_text))
            )
            or False,
        }

    def _prepare_line(self, report, document, work):
        """Return the values of ``amazon.vat.document.line`` of a row."""
        row = work.values
        components = row.components
        rate = row.rate or 0
        values = {
            "document_id": document.id,
            "row_key": work.line_key,
            "report_id": report.id,
            "sku": row.sku or False,
            "asin": row.asin or False,
            "quantity": row.quantity or 0,
            "tax_rate": float(rate),
            "rate_label": f"{float(rate * 100):g} %",
            "reason": row.reason or False,
            "scheme": row.scheme or False,
            "responsibility": row.responsibility or False,
            "jurisdiction": row.jurisdiction or False,
            "amount_untaxed": float(sum(part.net for part in components.values())),
            "amount_tax": float(sum(part.tax for part in components.values())),
            "amount_total": float(sum(part.gross for part in components.values())),
            "converted_tax": float(row.converted_tax or 0),
        }
        for name in COMPONENTS:
            part = components.get(name)
            values[f"{name}_net"] = float(part.net) if part else 0.0
            values[f"{name}_tax"] = float(part.tax) if part else 0.0
        return values

    # === DOCUMENTS OF EACH OTHER === #

    def _link_originals(self, documents):
        """Link credit notes and corrections with the document that they are about."""
        if not documents:
            return
        Document = self.env["amazon.vat.document"]
        numbers = set(documents.mapped("original_number")) - {False}
        originals = {
            document.number: document
            for document in documents
            | Document.search(
                [
                    ("company_id", "=", documents.company_id.id),
                    ("number", "in", list(numbers)),
                ]
            )
        }
        waiting = Document.search(
            [
                ("company_id", "=", documents.company_id.id),
                ("original_id", "=", False),
                ("original_number", "in", documents.mapped("number")),
            ]
        )
        for document in documents | waiting:
            original = originals.get(document.original_number)
            if original and original not in (document, document.original_id):
                document.original_id = original
