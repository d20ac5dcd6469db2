from collections import defaultdict

from odoo import api, models

from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel
from ...trusted_context import get_trusted
from ..order.importer import ImportProblem
from ..row_importer import RowWork

#: Documents made at once when a report is through; the rest is left to the
#: scheduled action.
MADE_AT_ONCE = 50


class AmazonVatInvoiceImporter(models.AbstractModel):
    """VCS Lite: rows become the invoices and credit notes that the seller has to make.

    One document for each shipment, return and refund of an order.
    """

    _name = "amazon.vat.invoice.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of VAT Invoice Data"

    @api.model
    def import_rows(self, report, pairs):
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        works = [RowWork(record.with_env(self.env), row) for record, row in pairs]
        groups = defaultdict(list)
        for work in works:
            self._set_key(work)
            if self._is_importable(report, work):
                groups[self._get_document_key(work.values)].append(work)
        if groups:
            self._import_groups(report, dict(groups))
        self._link_unread(report, works)
        self._settle_older_rows(report, works)
        self.env.flush_all()

    @api.model
    def finish_report(self, report):
        """Make the documents of the report, and tell uploads what became of them."""
        if get_trusted(self.env, "amazon_preview"):
            return
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        documents = self.env["amazon.vat.invoice"].search(
            [("report_id", "=", report.id)], order="id"
        )
        self._settle_unread(report, documents, "vat_invoice_id")
        documents = documents.filtered(lambda doc: doc.state == "to_invoice")
        self.env["amazon.vat.invoice.maker"].make(documents[:MADE_AT_ONCE])
        self.env["amazon.invoice.upload"]._read_report(report)
        self.env.ref("amazon_order_import.ir_cron_upload_invoices").sudo()._trigger()

    # === ROWS === #

    def _set_key(self, work):
        row = work.values
        if row:
            order_ref, sku = row.order_id, row.sku
            work.key = "/".join(
                (
                    row.transaction_type.lower(),
                    row.transaction_id or row.shipping_id,
                    row.order_item_id or row.sku,
                )
            )
        else:
            cells = self._get_cells(work.parsed.raw)
            order_ref = cells.get("order-id") or cells.get("amazon-order-id")
            sku = cells.get("sku")
        work.record.write(
            {"order_ref": order_ref, "sku": sku, "row_key": work.key or False}
        )

    def _get_document_key(self, row):
        return (
            row.order_id,
            row.transaction_type.lower(),
            row.transaction_id or row.shipping_id,
        )

    def _is_importable(self, report, work):
        """Set the outcome of rows that are not to be imported; return the others."""
        row = work.values
        if not self._is_read(report, work):
            return False
        if is_multi_channel(row.order_id):
            self._set_outcome(
                work,
                "ignored",
                self._explain_multi_channel(row.order_id),
                "multi_channel",
            )
            return False
        if not row.amounts:
            self._set_outcome(
                work,
                "ignored",
                self.env._(
                    "Amazon gives no amount for this item of order %(order)s: there is "
                    "nothing to invoice or to credit.",
                    order=row.order_id,
                ),
                "no_amounts",
            )
            return False
        for part, amounts in row.amounts.items():
            if amounts.gross != amounts.net + amounts.vat:
                self._set_outcome(
                    work,
                    "error",
                    self.env._(
                        "Amazon's figures for %(part)s of order %(order)s do not add "
                        "up: %(gross)s is not %(net)s and %(vat)s VAT. Compare them "
                        "with Seller Central and make the document by hand.",
                        part=part,
                        order=row.order_id,
                        gross=amounts.gross,
                        net=amounts.net,
                        vat=amounts.vat,
                    ),
                    "amounts_differ",
                )
                return False
        return True

    def _link_unread(self, report, works):
        """Link rows that cannot be read with the document that lacks them now."""
        unread = self._find_unread(report, works, "vat_invoice_id")
        if not unread:
            return
        documents = {
            (document.order_ref, document.transaction_type, document.reference): (
                document
            )
            for document in self.env["amazon.vat.invoice"].search(
                [
                    ("company_id", "=", report.company_id.id),
                    ("order_ref", "in", unread.mapped("order_ref")),
                ]
            )
        }
        rows_before = self._find_rows_before(report, unread)
        for row in unread:
            cells = self._get_whole_cells(row)
            if "transaction-type" not in cells or "transaction-id" not in cells:
                before = self._get_row_before(rows_before, row, cells)
                row.vat_invoice_id = before.vat_invoice_id
                continue
            reference = (
                cells["transaction-id"]
                or cells.get("shipping-id")
                or cells.get("shipment-id")
            )
            kind = cells["transaction-type"].lower()
            row.vat_invoice_id = documents.get((row.order_ref, kind, reference))

    # === DOCUMENTS: ALL AT ONCE, OR ONE BY ONE === #

    def _describe_group(self, works):
        return self.env._(
            "The VAT invoice data of order %(order)s", order=works[0].values.order_id
        )

    def _import_batch(self, report, groups):
        """Create or update documents, then bring their orders up to them."""
        known = self._find_documents(report.company_id, groups)
        orders = self._find_orders(report, {key[0] for key in groups})
        currencies = self._find_currencies(groups)
        marketplaces = self._find_marketplaces()
        missing = [key for key in groups if key not in known]
        created = self.env["amazon.vat.invoice"].create(
            [
                {
                    **self._prepare_document(
                        report, groups[key], orders, currencies, marketplaces
                    ),
                    "line_ids": [
                        (0, 0, vals)
                        for work in self._get_distinct(groups[key])
                        for vals in self._prepare_lines(work)
                    ],
                }
                for key in missing
            ]
        )
        for key, document in zip(missing, created, strict=True):
            self._set_created(document, groups[key])
        documents = created
        for key in groups.keys() - set(missing):
            document = known[key]
            documents |= document
            vals = self._prepare_document(
                report, groups[key], orders, currencies, marketplaces
            )
            self._update_document(report, document, groups[key], vals)
        joined = documents.filtered("sale_order_id")
        changes = self.env["amazon.vat.invoice.maker"].settle(joined)
        self._tell_changes(groups, changes)
        self.env.flush_all()

    def _find_documents(self, company, groups):
        return {
            (found.order_ref, found.transaction_type, found.reference): found
            for found in self.env["amazon.vat.invoice"].search(
                [
                    ("company_id", "=", company.id),
                    ("reference", "in", list({key[2] for key in groups})),
                ]
            )
        }

    def _find_orders(self, report, order_refs):
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", list(order_refs)),
            ]
        )
        return {order.amazon_order_ref: order for order in orders}

    def _find_currencies(self, groups):
        names = {work.values.currency for works in groups.values() for work in works}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(names))])
        )
        if missing := names - set(currencies.mapped("name")):
            raise ImportProblem(
                "unknown_currency",
                self.env._(
                    "Odoo has no currency “%(currency)s”. Create it under Accounting > "
                    "Configuration > Currencies.",
                    currency=", ".join(sorted(missing)),
                ),
            )
        return {currency.name: currency for currency in currencies}

    def _find_marketplaces(self):
        """Return marketplaces by Amazon's id and by country, as reports name either."""
        found = {}
        for marketplace in self.env["amazon.marketplace"].search([]):
            found[marketplace.api_ref] = marketplace
            found[marketplace.country_id.code] = marketplace
        return found

    def _get_distinct(self, works):
        """Return the rows of a document, each item once.

        :raise ImportProblem: where two rows of an item differ
        """
        distinct = {}
        for work in works:
            first = distinct.setdefault(work.key, work)
            if (
                first.values.amounts != work.values.amounts
                or first.values.quantity != work.values.quantity
            ):
                raise ImportProblem(
                    "rows_differ",
                    self.env._(
                        "The file tells of item %(sku)s twice, with different figures. "
                        "Compare them with Seller Central and make the document by "
                        "hand.",
                        sku=work.values.sku,
                    ),
                )
        return distinct.values()

    def _prepare_document(self, report, works, orders, currencies, marketplaces):
        row = works[0].values
        order = orders.get(row.order_id)
        registration = next(iter(self._get_vat_registrations(row)), None)
        vals = {
            "account_id": report.account_id.id,
            "order_ref": row.order_id,
            "marketplace_id": marketplaces[row.marketplace_id].id
            if row.marketplace_id in marketplaces
            else order and order.amazon_marketplace_id.id,
            "transaction_type": row.transaction_type.lower(),
            "reference": row.transaction_id or row.shipping_id,
            "shipping_ref": row.shipping_id or False,
            "transaction_ref": row.transaction_id or False,
            "amazon_status": row.invoice_status or False,
            "amazon_status_description": row.invoice_status_description or False,
            "invoice_number": row.invoice_number or False,
            "is_amazon_invoiced": bool(row.is_amazon_invoiced),
            "is_corrected": bool(row.is_invoice_corrected),
            "original_invoice_number": row.original_invoice_number or False,
            "correction_details": row.correction_details or False,
            "order_date": to_utc(row.order_date),
            "shipment_date": to_utc(row.shipment_date),
            "buyer_vat": registration.number if registration else False,
            "seller_vat": row.seller_vat_number or False,
            "is_business": bool(row.is_business_order),
            "purchase_order_number": row.purchase_order_number or False,
            "citations": row.citations or False,
            "is_export": bool(row.export_outside_eu),
            "ship_from_code": row.ship_from_country or False,
            "ship_to_code": row.recipient.country or False,
            "currency_id": currencies[row.currency].id,
            "report_id": report.id,
        }
        if order:
            vals["sale_order_id"] = order.id
        if row.is_amazon_invoiced:
            vals["state"] = "amazon"
        elif order:
            vals["state"] = "to_invoice"
        else:
            vals["state_note"] = self._get_waiting_message(row)
        return vals

    def _get_vat_registrations(self, row):
        """Return the buyer's registrations that are VAT numbers."""
        return [
            registration
            for registration in row.buyer_tax_registrations
            if registration.kind.upper().replace("_", "") in ("", "VAT", "VATNUMBER")
        ]

    def _prepare_lines(self, work):
        row = work.values
        return [
            {
                "row_key": work.key,
                "line_type": part,
                "order_item_ref": row.order_item_id or False,
                "sku": row.sku,
                "asin": row.asin or False,
                "name": row.product_name or False,
                "quantity": row.quantity if part == "item" else 1,
                "rate": float((amounts.rate or 0) * 100),
                "amount_untaxed": float(amounts.net),
                "amount_tax": float(amounts.vat),
                "amount_total": float(amounts.gross),
                "row_id": work.record.id,
            }
            for part, amounts in row.amounts.items()
        ]

    def _get_waiting_message(self, row):
        return self.env._(
            "Order %(order)s is not in Odoo yet. Its VAT data are kept and joined to "
            "it as soon as it is imported; if it stays away, request the order report "
            "of that time again.",
            order=row.order_id,
        )

    def _set_created(self, document, works):
        for work in works:
            if document.sale_order_id:
                outcome, message, code = "created", False, False
            else:
                outcome, code = "waiting", "data_before_order"
                message = self._get_waiting_message(work.values)
            if document.state == "amazon":
                outcome, code = "created", "amazon_invoices"
                message = self.env._(
                    "Amazon invoices this transaction itself: Odoo makes no document."
                )
            self._set_outcome(
                work,
                outcome,
                message,
                code,
                sale_order_id=document.sale_order_id.id,
                vat_invoice_id=document.id,
            )

    # === KNOWN DOCUMENTS === #

    def _update_document(self, report, document, works, vals):
        """Bring a known document up to what the rows say, as far as it is open."""
        if document.report_id.id > report.id:
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
                    "\n".join(changes[work.key]),
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
        """Return what differs as texts: ``[str]``."""
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
        currency = document.currency_id
        return self.env._(
            "%(sku)s, %(part)s: %(old)s → %(new)s (VAT %(old_tax)s → %(new_tax)s)",
            sku=vals["sku"],
            part=vals["line_type"],
            old=currency.format(line.amount_total) if line else "–",
            new=currency.format(vals["amount_total"]),
            old_tax=currency.format(line.amount_tax) if line else "–",
            new_tax=currency.format(vals["amount_tax"]),
        )

    def _write_lines(self, document, work):
        """Write the amounts of a row; return the changes as texts."""
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
        message = self.env._(
            "Amazon changed the figures of %(document)s after %(move)s was made.\n"
            "%(changes)s\nCorrect the document with a credit note where needed.",
            document=document.display_name,
            move=document.move_id.display_name,
            changes="\n".join(changed),
        )
        document._set_state("attention", message)
        for work in works:
            self._set_outcome(
                work,
                "waiting",
                message,
                "document_closed",
                sale_order_id=document.sale_order_id.id,
                vat_invoice_id=document.id,
            )

    def _tell_changes(self, groups, changes):
        """Have the first row of each corrected order tell what changed on it.

        :param changes: ``{sale.order: [text]}``
        """
        told = {order.amazon_order_ref: texts for order, texts in changes.items()}
        for (order_ref, _type, _reference), works in groups.items():
            texts = told.pop(order_ref, None)
            if texts:
                record = works[0].record
                record.message = "\n".join(filter(None, (record.message, *texts)))
