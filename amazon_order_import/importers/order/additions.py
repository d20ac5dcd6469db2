from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.tools import split_every

from ...messages import Joined, Name, get_message, message
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES, OPEN_OUTCOMES
from ...report_formats import ItemPlace, find_items
from ...report_formats.kinds import KINDS
from ..row_importer import RowWork

#: Rows that are made known in one call.
AHEAD_ROWS = 500


class AmazonOrderImporter(models.AbstractModel):
    """Further lines of an item, which only add to it: a second promotion.

    The file is looked through before its first row is imported, so that an item has
    all that adds to it, and no order is finished while a row of it is unread. What
    finds no item in its file is left to ``late_additions``.
    """

    _inherit = "amazon.order.importer"

    # === BEFORE THE FIRST ROW === #

    @api.private
    def start_report(self, report, parsed):
        result = super().start_report(report, parsed)
        if not report.next_row:
            self._read_ahead(report, parsed)
        return result

    def _read_ahead(self, report, parsed):
        """Make the rows known that cannot be read, or only add to an item."""
        lines, ids, unread = defaultdict(list), {}, set()
        for batch in split_every(
            AHEAD_ROWS, (row for row in parsed.rows() if row.error)
        ):
            records = report._get_row_records(batch, ahead=True)
            for record, row in zip(records, batch, strict=True):
                if row.continuation:
                    lines[row.order_ref].append((row.number, row.continuation))
                    ids[row.number] = record.id
                elif row.order_ref:
                    unread.add(row.order_ref)
                if record.is_ahead and row.order_ref and not record.order_ref:
                    record.order_ref = row.order_ref
                    self._set_ahead(record)
        if lines:
            report.has_additions = True
            self._find_items(report, parsed, lines, ids, unread)

    def _set_ahead(self, record):
        told = message("read_ahead", order=record.order_ref)
        self._set_outcome(RowWork(record, None), "waiting", told)

    def _find_items(self, report, parsed, lines, ids, unread):
        """Store to which rows of the file further lines add, where it is clear.

        :param dict lines: ``{order number: [(row number, ContinuationRow)]}``
        :param dict ids: ``{row number: id of amazon.report.row}`` of the lines
        :param unread: set of order numbers with other rows that cannot be read
        """
        items = defaultdict(list)
        for row in parsed.rows():
            if row.values and row.values.order_id in lines:
                place = ItemPlace.of(row.number, row.values)
                items[row.values.order_id].append(place)
        in_parcels = KINDS[report.kind].fulfillment == "fba"
        Row = self.env["amazon.report.row"]
        again = Row._get_reread_codes()
        for order_ref, told in lines.items():
            found = find_items(
                items[order_ref], told, order_ref in unread, in_parcels=in_parcels
            )
            for number, line in told:
                record = Row.browse(ids[number])
                record.write(
                    {
                        "is_addition": True,
                        "item_number": found.get(number, 0),
                        "order_ref": line.order_id,
                        "sku": line.sku,
                        "row_key": line.key,
                    }
                )
                if record.outcome in OPEN_OUTCOMES or record.code in again:
                    self._set_ahead(record)

    # === WITH THEIR ITEM === #

    def _take_additions(self, report, works):
        """Add to the items of a batch what further lines tell of them."""
        if not report.has_additions:
            return
        by_number = {work.record.number: work for work in works if work.values}
        by_id = {work.record.id: work for work in by_number.values()}
        rows = self.env["amazon.report.row"].search(
            [
                ("is_addition", "=", True),
                "|",
                "&",
                ("report_id", "=", report.id),
                ("item_number", "in", list(by_number)),
                "&",
                ("item_row_id", "in", list(by_id)),
                ("outcome", "in", IMPORTED_OUTCOMES),
            ],
            order="id",
        )
        for row in rows:
            known = by_id.get(row.item_row_id.id)
            if row.report_id == report:
                known = by_number.get(row.item_number, known)
            self._add_row(known, row)
        self._share_additions(by_number.values())

    def _share_additions(self, works):
        """Add to each row of an item that a file tells more than once the same."""
        whole = {(w.record.order_ref, w.key): w for w in works if w.additions}
        for work in works:
            same = whole.get((work.record.order_ref, work.key))
            if same and not work.additions:
                for added in same.additions:
                    self._add_row(work, added.record)

    def _add_row(self, work, row):
        """Have an item's row carry what a further line adds to it."""
        added = RowWork(row, row._read_again(), row.row_key)
        if not added.parsed.continuation:
            # Its cells are not what they were: a version that reads them otherwise.
            return
        work.bare = work.bare or work.parsed
        work.additions.append(added)
        work.parsed = self._add_up(work.parsed, [added])

    def _add_up(self, parsed, additions):
        """Return the ``ParsedRow`` of an item with what further lines add to it."""
        row = parsed.values
        money = defaultdict(Decimal, parsed.unknown_money)
        for work in additions:
            row = work.parsed.continuation.added_to(row)
            for column, amount in work.parsed.unknown_money.items():
                money[column] += amount
        return parsed._replace(values=row, unknown_money=dict(money))

    def _set_added(self, works):
        """Give the further lines of items the outcome of their item."""
        done = set()
        for work in works:
            item = work.record
            if not work.additions:
                continue
            told = get_message(item, "message")
            if item.outcome in IMPORTED_OUTCOMES:
                told = message("addition_joined", row=Name.of(item))
            for added in work.additions:
                if added.record in done:
                    continue
                done.add(added.record)
                self._set_outcome(
                    added,
                    item.outcome,
                    told,
                    told and told.reason,
                    item_row_id=item.id,
                    sale_order_id=item.sale_order_id.id,
                    needs_attention=False,
                )

    # === ITEMS THAT ARE TOLD WITHOUT THEM === #

    def _find_left_out(self, lookups, order, work, line):
        """Return what added to an item before, and is not told again by its report.

        :return: list of `RowWork`, each content once
        """
        if lookups.additions is None:
            lookups.additions = self._find_added(lookups.orders.values())
        told = {added.key for added in work.additions}
        left = {
            row.row_key: row
            for row in lookups.additions.get(order, ())
            if row.item_row_id.row_key in (work.key, line.amazon_row_key)
            and row.row_key not in told
        }
        return [RowWork(row, row._read_again(), row.row_key) for row in left.values()]

    def _find_added(self, orders):
        """Return ``{order: rows}`` of further lines that were added to items."""
        ids = [order.id for order in orders]
        return (
            self.env["amazon.report.row"]
            .search(
                [
                    ("sale_order_id", "in", ids),
                    ("is_addition", "=", True),
                    ("outcome", "in", IMPORTED_OUTCOMES),
                    ("item_row_id", "!=", False),
                ],
                order="id",
            )
            .grouped("sale_order_id")
        )

    def _take_left_out(self, lookups, order, work, line, case):
        """Deal with an item that a report tells without what added to it before.

        If that is all that differs, the item stays as it is.

        :return: whether the row has its outcome now
        """
        left = self._find_left_out(lookups, order, work, line)
        if not left:
            return False
        whole = replace(work, parsed=self._add_up(work.parsed, left))
        known = self._get_row_lines(order, line)
        same = replace(case, retax=False)
        wanted = self._prepare_row_lines(lookups, whole, line.product_id, case)
        rows = Joined(tuple(Name.of(added.record) for added in left))
        if not self._compare_lines(known, wanted, same):
            if case.retax:
                work.parsed = whole.parsed
                return False
            self._set_unchanged(
                lookups, order, work, message("additions_kept", rows=rows)
            )
            return True
        if self._is_outdated(order, work, line):
            return True
        self._leave_to_person(
            order,
            work,
            message(
                "additions_missing",
                sku=work.values.sku,
                rows=rows,
                old=self._describe_figures(known),
                new=self._describe_figures(
                    self._prepare_row_lines(lookups, work, line.product_id, case)
                ),
            ),
        )
        return True

    def _only_adds(self, lookups, order, work, line, case):
        """Whether a row differs from its lines just by what further lines add.

        Then they count, even where a later report has told of the item without them.
        """
        if not work.additions:
            return False
        bare = replace(work, parsed=work.bare)
        wanted = self._prepare_row_lines(lookups, bare, line.product_id, case)
        return not self._compare_lines(self._get_row_lines(order, line), wanted, case)
