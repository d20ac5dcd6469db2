from collections import defaultdict

from odoo import api, models

from ...messages import Joined, Label, MessageError, get_message, message
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel
from ...trusted_context import get_trusted

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

    def _import_works(self, report, works):
        groups = defaultdict(list)
        for work in works:
            self._set_key(work)
            if self._is_importable(report, work):
                groups[self._get_document_key(work.values)].append(work)
        if groups:
            self._import_groups(report, dict(groups))
        self._link_unread(report, works)
        self._settle_older_rows(report, works)

    @api.private
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
            )
            return False
        if not row.amounts:
            self._set_outcome(
                work, "ignored", message("vat_data_no_amounts", order=row.order_id)
            )
            return False
        if wrong := self._find_wrong_amounts(row):
            self._set_outcome(work, "error", wrong)
            return False
        return True

    def _find_wrong_amounts(self, row):
        """Return the `Message` about amounts that do not add up, or None."""
        for part, amounts in row.amounts.items():
            if amounts.gross != amounts.net + amounts.vat:
                return message(
                    "vat_data_amounts_differ",
                    part=self._name_part(part),
                    order=row.order_id,
                    gross=amounts.gross,
                    net=amounts.net,
                    vat=amounts.vat,
                )
        return None

    def _name_part(self, line_type):
        return Label("amazon.vat.invoice.line", "line_type", line_type)

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
        return message("subject_vat_data", order=works[0].values.order_id)

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
        changes = self.env["amazon.vat.invoice.settler"].settle(joined)
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
            raise MessageError(
                self.env,
                message(
                    "vat_data_unknown_currency", currency=", ".join(sorted(missing))
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

        :raise MessageError: where two rows of an item differ
        """
        distinct = {}
        for work in works:
            first = distinct.setdefault(work.key, work)
            if (
                first.values.amounts != work.values.amounts
                or first.values.quantity != work.values.quantity
            ):
                raise MessageError(
                    self.env, message("vat_data_rows_differ", sku=work.values.sku)
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
        if row.is_invoice_corrected and row.transaction_type == "SHIPMENT":
            partners = self.env["amazon.partner.importer"]
            vals["billing"] = partners.prepare_billing(row) or False
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
        return message("vat_unknown_order", order=row.order_id)

    def _set_created(self, document, works):
        for work in works:
            outcome, reason = "created", None
            if document.state == "amazon":
                reason = message("vat_data_amazon_invoices")
            elif not document.sale_order_id:
                outcome, reason = "waiting", self._get_waiting_message(work.values)
            self._set_outcome(
                work,
                outcome,
                reason,
                sale_order_id=document.sale_order_id.id,
                vat_invoice_id=document.id,
            )

    def _tell_changes(self, groups, changes):
        """Have the first row of each corrected order tell what changed on it.

        :param changes: ``{sale.order: [Message]}``
        """
        told = {order.amazon_order_ref: texts for order, texts in changes.items()}
        for (order_ref, _type, _reference), works in groups.items():
            if texts := told.pop(order_ref, None):
                record = works[0].record
                texts = (get_message(record, "message"), *texts)
                record.message = message("lines", lines=Joined(texts, by="\n"))
