from odoo import models

from ...messages import Joined, Money, Name, message


class AmazonVatInvoiceImporter(models.AbstractModel):
    """What a row changes on VAT invoice data that are known already."""

    _inherit = "amazon.vat.invoice.importer"

    def _update_document(self, report, document, works, vals):
        """Bring a known document up to what the rows say, as far as it is open."""
        if document.report_id and report._is_older_than(document.report_id):
            self._set_known(document, works, "outdated")
            return
        for name in ("account_id", "state", "state_note"):
            vals.pop(name, None)
        head = {
            name: value
            for name, value in vals.items()
            if document._fields[name].convert_to_write(document[name], document)
            != value
        }
        changed = self._compare_lines(document, works)
        if changed and document.move_id:
            self._leave_to_person(document, changed, works)
            self._write_status(document, vals)
            return
        document.write(head)
        if document.state == "waiting" and document.sale_order_id:
            document.write({"state": "to_invoice", "state_note": False})
        if document.is_amazon_invoiced and not document.move_id:
            document.state = "amazon"
        known = set(document.line_ids.mapped("row_key"))
        changes = {
            work.key: texts
            for work in self._get_distinct(works)
            if (texts := self._write_lines(document, work))
        }
        if changes and document.state == "attention" and not document.move_id:
            # What stood in the way may be gone.
            document.write({"state": "to_invoice", "state_note": False})
        for work in works:
            if work.key not in changes:
                self._set_known(document, [work])
            elif work.key not in known:
                self._set_created(document, [work])
            else:
                self._set_outcome(
                    work,
                    "updated",
                    message(
                        "vat_data_changed",
                        changes=Joined(tuple(changes[work.key]), by="\n"),
                    ),
                    sale_order_id=document.sale_order_id.id,
                    vat_invoice_id=document.id,
                )

    def _write_status(self, document, vals):
        names = (
            "amazon_status",
            "amazon_status_description",
            "invoice_number",
            "report_id",
        )
        document.write({name: vals[name] for name in names})

    def _set_known(self, document, works, code=False):
        if not document.sale_order_id:
            self._set_created(document, works)
            return
        for work in works:
            known = work.record.outcome
            self._set_outcome(
                work,
                known if known in ("created", "updated") else "unchanged",
                code=code,
                sale_order_id=document.sale_order_id.id,
                vat_invoice_id=document.id,
            )

    def _index_lines(self, document):
        return {(line.row_key, line.line_type): line for line in document.line_ids}

    def _compare_lines(self, document, works):
        """Return what differs: list of `Message`."""
        known = self._index_lines(document)
        texts = []
        for work in self._get_distinct(works):
            for vals in self._prepare_lines(work):
                line = known.get((vals["row_key"], vals["line_type"]))
                if not line or self._differs(line, vals):
                    texts.append(self._describe(document, line, vals))
        return texts

    def _differs(self, line, vals):
        currency = line.currency_id
        return line.quantity != vals["quantity"] or any(
            currency.compare_amounts(line[name], vals[name])
            for name in ("amount_untaxed", "amount_tax", "amount_total")
        )

    def _describe(self, document, line, vals):
        currency = document.currency_id.id
        return message(
            "vat_amount_changed",
            sku=vals["sku"],
            part=self._name_part(vals["line_type"]),
            old=Money(line.amount_total, currency) if line else "–",
            new=Money(vals["amount_total"], currency),
            old_tax=Money(line.amount_tax, currency) if line else "–",
            new_tax=Money(vals["amount_tax"], currency),
        )

    def _write_lines(self, document, work):
        """Write the amounts of a row; return the changes: list of `Message`."""
        known = self._index_lines(document)
        texts, missing = [], []
        for vals in self._prepare_lines(work):
            line = known.get((vals["row_key"], vals["line_type"]))
            if line and not self._differs(line, vals):
                continue
            texts.append(self._describe(document, line, vals))
            if line:
                line.write(vals)
            else:
                missing.append({**vals, "vat_invoice_id": document.id})
        self.env["amazon.vat.invoice.line"].create(missing)
        return texts

    def _leave_to_person(self, document, changed, works):
        reason = message(
            "vat_data_changed_late",
            document=Name.of(document),
            move=Name.of(document.move_id),
            changes=Joined(tuple(changed), by="\n"),
        )
        document._set_state("attention", reason)
        for work in works:
            self._set_outcome(
                work,
                "waiting",
                reason,
                sale_order_id=document.sale_order_id.id,
                vat_invoice_id=document.id,
            )
