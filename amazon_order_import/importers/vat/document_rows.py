"""Which line of which document a row of a VAT report tells of."""

from collections import Counter, defaultdict

from odoo import models


class AmazonVatDocumentImporter(models.AbstractModel):
    _inherit = "amazon.vat.document.importer"

    # === KEYS === #

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

    # === LINES THAT ARE KNOWN === #

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
