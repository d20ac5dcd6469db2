from collections import Counter, defaultdict
from dataclasses import dataclass

from odoo import api, models

from ...messages import words
from ...models.invoicing.amazon_tax_correction import TaxFigures
from ...models.invoicing.amazon_vat_document_line import COMPONENTS
from ...models.order.lookups import TaxLookups
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats.order_numbers import is_multi_channel
from ...trusted_context import get_trusted
from ..row_importer import RowWork


@dataclass
class VatWork(RowWork):
    """A row of a VAT report on its way.

    ``line_key``: as ``key``, but counted among the rows of the same document only: a
    correction names the transaction of the invoice that it replaces, and may come in
    a file with it or without.
    """

    line_key: str = ""


class AmazonVatDocumentImporter(models.AbstractModel):
    """Makes Amazon's own invoices and credit notes of the rows of a VAT report."""

    _name = "amazon.vat.document.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Amazon VAT Documents"

    @api.model
    def import_rows(self, report, pairs):
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        works = [VatWork(record.with_env(self.env), row) for record, row in pairs]
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
        self._book(read)
        self.env.flush_all()

    @api.model
    def finish_report(self, report):
        report._check_vat_totals()
        last = self._get_document_at(report, [("number", "=", report.next_row)])
        self._settle_unread(report, last, "vat_document_id")
        self._book(last)

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

    @api.model
    def join_orders(self, account, orders):
        """Join documents that came before their order, once the order is there.

        Orders that are known already get Amazon's tax figures again, which reading an
        order report anew may have set back.

        :param account: ``amazon.account`` record
        :param orders: ``sale.order`` records that have just been imported
        """
        self = self.with_context(**IMPORT_CONTEXT)
        documents = self.env["amazon.vat.document"].search(
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
        self._correct(documents)
        self._book(documents)
        rows.report_id._update_attention()

    # === ROWS === #

    def _set_keys(self, report, works):
        """Store order number, SKU and key of each row on its record."""
        counts = self._get_key_counts(report, works)
        for work in works:
            row, line = work.values, work.record.vat_line_id
            if not row:
                cells = self._get_cells(work.parsed.raw)
                work.record.write(
                    {"order_ref": cells.get("order-id"), "sku": cells.get("sku")}
                )
                continue
            head = self._get_key_head(row)
            work.key = work.record.row_key or self._count(counts, row, head)
            if line.document_id.number == row.number:
                work.line_key = line.row_key
            else:
                work.line_key = self._count(counts, row, head, row.number)
            work.record.write(
                {
                    "order_ref": row.order_id or False,
                    "sku": row.sku,
                    "row_key": work.key,
                }
            )

    def _count(self, counts, row, head, number=None):
        """Return a key with the row's place among equal ones (of a document)."""
        place = row.order_id, number, head
        counts[place] += 1
        return f"{head}#{counts[place]}"

    def _get_key_head(self, row):
        """Return what identifies a row but for its position among equal ones.

        The number is no part of it: it may be told later.
        """
        return "/".join(
            (
                row.transaction_type,
                row.transaction_id or row.shipment_id,
                row.sku or row.asin,
                row.jurisdiction,
            )
        )

    def _get_key_counts(self, report, works):
        """Return how often keys occurred in other rows of the file.

        :return: Counter ``{(order number, document number or None, head): count}``
        """
        counts = Counter()
        orders = {work.values.order_id for work in works if work.values}
        for row in self.env["amazon.report.row"].search(
            [
                ("report_id", "=", report.id),
                ("order_ref", "in", list(orders)),
                ("row_key", "!=", False),
            ]
        ):
            counts[row.order_ref, None, row.row_key.rpartition("#")[0]] += 1
            if line := row.vat_line_id:
                head = line.row_key.rpartition("#")[0]
                counts[row.order_ref, line.document_id.number, head] += 1
        return counts

    def _is_importable(self, report, work):
        """Set the outcome of rows that never make a document; choose the others."""
        if not self._is_read(report, work):
            return False
        if reason := self._get_no_sale(work.values):
            self._set_outcome(work, "ignored", *reason)
            return False
        return True

    @api.model
    def _get_no_sale(self, row):
        """Return ``(message, code)`` of a row that tells of no sale of Amazon's.

        :param row: ``VatRow``
        :return: None for any other row
        """
        if row.is_movement:
            return (
                self.env._(
                    "%(transaction)s: goods only changed their place, nothing was sold "
                    "to a buyer.",
                    transaction=row.transaction_type,
                ),
                "no_sale",
            )
        if is_multi_channel(row.order_id):
            return (
                self._explain_multi_channel(row.order_id),
                "multi_channel",
            )
        return None

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
                self._set_document_outcome(
                    line.document_id,
                    work,
                    "unchanged",
                    self.env._(
                        "Amazon has given it the number %(number)s meanwhile.",
                        number=line.document_id.number,
                    ),
                    "settled_elsewhere",
                )
                continue
            self._set_outcome(
                work,
                "waiting",
                self._explain_pending(work.values),
                "number_pending",
            )

    def _explain_pending(self, row):
        if row.is_amazon_invoiced is False:
            return self.env._(
                "Amazon gives no number for a document about order %(order)s, and says "
                "that it does not invoice it. Look into Seller Central: if Amazon has "
                "made none by now, invoice the order yourself.",
                order=row.order_id,
            )
        return self.env._(
            "Amazon gives no number yet for its document about order %(order)s. A "
            "later report brings it; do not invoice the order yourself meanwhile.",
            order=row.order_id,
        )

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

    def _is_same_row(self, report, line, work):
        """Whether a row without a number tells of a line that is known with one."""
        document, row = line.document_id, work.values
        return (
            document.order_ref == row.order_id
            and document.is_corrected == bool(row.is_corrected)
            and line.row_key.rpartition("#")[0] == self._get_key_head(row)
            and not self._get_figure_changes(report, line, work)
        )

    def _get_figure_changes(self, report, line, work):
        """Return how quantity and amounts of a row differ from those of a line."""
        values = self._prepare_line(report, line.document_id, work)
        return self._get_changes(
            line,
            {
                name: value
                for name, value in values.items()
                if name.startswith("amount_") or name == "quantity"
            },
        )

    def _has_currency(self, lookup, work):
        row = work.values
        if not row.currency or row.currency in lookup["currencies"]:
            return True
        self._set_outcome(
            work,
            "error",
            self.env._(
                "Odoo has no currency “%(currency)s”, in which %(number)s is. Create "
                "it under Accounting > Configuration > Currencies, then process the "
                "report again.",
                currency=row.currency,
                number=row.number,
            ),
            "unknown_currency",
        )
        return False

    def _describe_group(self, works):
        return self.env._(
            "Amazon's document %(number)s of order %(order)s",
            number=works[0].values.number,
            order=works[0].values.order_id,
        )

    def _import_batch(self, report, groups):
        works = [work for members in groups.values() for work in members]
        lookup = self._get_lookup(report, works)
        works = [work for work in works if self._has_currency(lookup, work)]
        documents = self._upsert(report, lookup, works)
        self._link_originals(documents)
        self._correct(documents)
        self.env.flush_all()

    # === LOOK-UPS === #

    def _get_lookup(self, report, works):
        """Return what the rows of a batch refer to, each found by one query."""
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
        return {
            "currencies": {currency.name: currency for currency in currencies},
            "countries": {
                country.code: country
                for country in self.env["res.country"].search(
                    [("code", "in", list(countries - {""}))]
                )
            },
            "marketplaces": marketplaces,
            "orders": {order.amazon_order_ref: order for order in orders},
            "documents": {document.number: document for document in documents},
        }

    # === DOCUMENTS === #

    def _upsert(self, report, lookup, works):
        """Create or update the documents of rows, and set the rows' outcomes.

        :return: the ``amazon.vat.document`` records
        """
        groups = defaultdict(list)
        for work in works:
            groups[work.values.number].append(work)
        known = lookup["documents"]
        new = [number for number in groups if number not in known]
        created = self.env["amazon.vat.document"].create(
            [
                self._prepare_document(report, lookup, groups[number][0].values)
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
                    self._update_line(report, lookup, document, line, work)
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
                    f"+ {line.quantity} × {line.sku or line.asin}: "
                    f"{line.currency_id.format(line.amount_total)}"
                    for line in lines
                ],
            )
        return documents

    def _align(self, report, document, works):
        """Give rows that are alike the keys of the lines that say the same.

        Several items of one SKU come in any order, and not always together.
        """
        by_head = defaultdict(list)
        for work in works:
            if work.record.vat_line_id.document_id != document:
                by_head[work.line_key.rpartition("#")[0]].append(work)
        told = {work.record for work in works}
        for head, members in by_head.items():
            lines = document.line_ids.filtered(
                lambda line, head=head: line.row_key.rpartition("#")[0] == head
                and not any(
                    row.report_id == report and row not in told for row in line.row_ids
                )
            ).sorted("id")
            if not lines or len(lines) == len(members) == 1:
                continue
            keys = [work.line_key for work in members]
            rest = []
            for work in members:
                same = lines.filtered(
                    lambda line, work=work: not self._get_figure_changes(
                        report, line, work
                    )
                )[:1]
                if same:
                    work.line_key = same.row_key
                    lines -= same
                else:
                    rest.append(work)
            used = {work.line_key for work in members if work not in rest}
            free = dict.fromkeys([*lines.mapped("row_key"), *keys])
            left = [key for key in free if key not in used]
            for work, key in zip(rest, left, strict=False):
                work.line_key = key

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
            self.env._(
                "%(number)s is about order %(known)s in %(currency)s, but this row is "
                "about %(order)s in %(other)s. Compare them in Seller Central, then "
                "process the report again.",
                number=document.number,
                known=document.order_ref,
                currency=document.currency_id.name,
                order=row.order_id,
                other=row.currency,
            ),
            "other_order",
        )
        return True

    def _update_line(self, report, lookup, document, line, work):
        work.record.vat_line_id = line
        if line.report_id.id > report.id:
            self._set_document_outcome(
                document,
                work,
                "unchanged",
                self.env._(
                    "%(report)s is a later report; that counts.",
                    report=line.report_id.display_name,
                ),
                "outdated",
            )
            return
        changed = {}
        if line == document.line_ids.sorted("id")[:1]:
            # The first line speaks for the document: others may tell of another day,
            # transaction or jurisdiction.
            head = self._prepare_document(report, lookup, work.values)
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
            self._describe_change(record, name, values[name])
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
        self._set_document_outcome(document, work, "updated", "\n".join(told))

    def _tell_booked(self, document, told):
        """Have a document that is booked already tell what Amazon changed since."""
        if not document.move_id:
            return
        document.write(
            {
                "entry_state": "difference",
                "entry_message": self.env._(
                    "Amazon changed %(number)s after it was booked as %(entry)s:\n"
                    "%(changes)s\nReset the entry to draft and cancel it, then "
                    "choose Book to make it anew.",
                    number=document.number,
                    entry=document.move_id.display_name,
                    changes="\n".join(told),
                ),
            }
        )

    def _get_changes(self, record, values):
        """Return those of the values that differ from what is stored."""
        changes = {}
        for name, value in values.items():
            field = record._fields[name]
            stored = field.convert_to_write(record[name], record)
            if field.type in ("float", "monetary"):
                digits = 10 if name == "exchange_rate" else 4
                if round((value or 0.0) - (stored or 0.0), digits) == 0:
                    continue
            elif (value or False) == (stored or False):
                continue
            changes[name] = value
        return changes

    def _describe_change(self, record, name, value):
        """Return a change as text: ``Tax: 3.19 → 3.20``."""
        label = record._fields[name]._description_string(self.env)
        if record._fields[name].type == "many2one":
            value = record[name].display_name
        return f"{label} → {value or '–'}"

    def _set_document_outcome(self, document, work, outcome, message=False, code=False):
        if not document.sale_order_id:
            outcome, code = "waiting", "order_pending"
            message = self.env._(
                "Order %(order)s of %(number)s is not in Odoo yet. The document is "
                "kept and joined with the order once a report brings it.",
                order=document.order_ref,
                number=document.number,
            )
        elif not message and not work.values.is_consistent:
            message = self.env._(
                "In Amazon's row, net and tax do not add up to the total. Total and "
                "tax were taken as they stand."
            )
        self._set_outcome(
            work,
            outcome,
            message,
            code,
            sale_order_id=document.sale_order_id.id,
            vat_document_id=document.id,
        )

    def _prepare_document(self, report, lookup, row):
        """Return the values of ``amazon.vat.document`` that a row gives."""

        def get_id(kind, key):
            record = lookup[kind].get(key)
            return record.id if record else False

        company = report.company_id
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
            "marketplace_id": get_id("marketplaces", row.marketplace),
            "order_ref": row.order_id,
            "sale_order_id": get_id("orders", row.order_id),
            "currency_id": get_id("currencies", row.currency) or company.currency_id.id,
            "scheme": row.scheme or False,
            "responsibility": row.responsibility or False,
            "is_collected_by_amazon": row.is_collected_by_amazon,
            "is_export": bool(row.export_outside_eu),
            "jurisdiction": row.jurisdiction or False,
            "seller_vat": row.seller_vat or False,
            "seller_vat_country": row.seller_vat_country or False,
            "buyer_vat": row.buyer_vat or False,
            "buyer_vat_country": row.buyer_vat_country or False,
            "buyer_vat_type": row.buyer_vat_type or False,
            "ship_from_country_id": get_id("countries", row.ship_from_country),
            "ship_to_country_id": get_id("countries", row.ship_to_country),
            "return_country_id": get_id("countries", row.return_country),
            "invoice_currency_id": get_id("currencies", row.invoice_currency),
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

    # === WHAT FOLLOWS === #

    def _correct(self, documents):
        """Bring the orders of documents to Amazon's figures; find their items."""
        for account, group in documents.grouped("account_id").items():
            if orders := group.sale_order_id:
                self._correct_orders(account, orders)
                self.env["amazon.vat.document.booker"].match_items(account, group)

    def _book(self, documents):
        if not get_trusted(self.env, "amazon_preview"):
            self.env["amazon.vat.document.booker"].book(documents)

    def _correct_orders(self, account, orders):
        """Bring open orders to Amazon's figures; note where others differ."""
        documents = orders.amazon_vat_document_ids.filtered(
            lambda doc: not doc.is_refund and doc.document_type != "receipt"
        )
        documents -= documents._get_superseded()
        lookups = TaxLookups(account)
        figures = {
            order: [
                figure
                for document in members
                if document.currency_id == order.currency_id
                for figure in self._get_figures(lookups, document)
            ]
            for order, members in documents.grouped("sale_order_id").items()
        }
        corrections = self.env["amazon.tax.correction"].correct_orders(account, figures)
        for order, correction in corrections.items():
            for figure in figures[order]:
                if figure.line and figure.source.sale_line_id != figure.line:
                    figure.source.sale_line_id = figure.line
            self._tell_difference(order, documents, correction)

    def _get_figures(self, lookups, document):
        """Return the lines of a document as a list of ``TaxFigures``."""
        treatment = self.env["amazon.tax.advisor"].get_document_treatment(
            lookups, document
        )
        return [
            TaxFigures(
                sku=line.sku or "",
                quantity=line.quantity,
                amounts=line._get_amounts(),
                shipment_id=document.shipment_ref or "",
                collected_by_amazon=document.is_collected_by_amazon,
                fiscal_position=treatment.fiscal_position,
                source=line,
            )
            for line in document.line_ids
            if line.quantity and not self._is_empty_share(line)
        ]

    def _is_empty_share(self, line):
        """Whether a line only says that another jurisdiction gets no tax of an item."""
        return not line._get_amounts() and any(
            other.sku == line.sku
            and other.jurisdiction != line.jurisdiction
            and other._get_amounts()
            for other in line.document_id.line_ids
        )

    def _tell_difference(self, order, documents, correction):
        """Show on documents and order where the order stands on other amounts."""
        members = documents.filtered(lambda doc: doc.sale_order_id == order)
        texts = dict.fromkeys(members, False)
        if correction.differences:
            text = self.env._(
                "Order %(order)s is %(state)s with other amounts than Amazon's:\n"
                "%(differences)s\nCorrect the documents where needed.",
                order=order.amazon_order_ref,
                state=correction.closed,
                differences="\n".join(correction.differences),
            )
            texts = dict.fromkeys(members, text)
        else:
            for figure in correction.unmatched:
                texts[figure.source.document_id] = self.env._(
                    "Order %(order)s has no open item for %(quantity)s × %(sku)s. "
                    "Compare it with Seller Central.",
                    order=order.amazon_order_ref,
                    quantity=figure.quantity,
                    sku=figure.sku,
                )
        for document, text in texts.items():
            if (document.order_difference or False) == text:
                continue
            document.order_difference = text
            if correction.differences:
                order._schedule_amazon_activity(
                    words(text),
                    words(self.env._("Amazon's invoice differs from this order")),
                )
