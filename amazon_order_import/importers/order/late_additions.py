from dataclasses import dataclass

from odoo import api, models
from odoo.models import BaseModel
from odoo.tools import split_every

from ...messages import Name, format_message, get_message, message
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES, OPEN_OUTCOMES
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats import ParsedRow
from ...report_formats.kinds import KINDS, ORDER_KINDS
from ..row_importer import RowWork
from .importer import OrderRowWork

#: Orders whose further lines are added in one call.
BATCH_ORDERS = 100


@dataclass
class KnownItem:
    """An item that an order has: its line, and the row that told of it last."""

    line: BaseModel
    row: BaseModel
    parsed: ParsedRow


class AmazonOrderImporter(models.AbstractModel):
    """Further lines of items that stand in another report, or were imported before.

    Each is added to the one item of its order that it fits; what is not clear holds
    its order for a person.
    """

    _inherit = "amazon.order.importer"

    @api.private
    def finish_report(self, report):
        result = super().finish_report(report)
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        groups = self._find_late_additions(report).grouped("order_ref")
        reports = self.env["amazon.report"]
        for refs in split_every(BATCH_ORDERS, groups):
            rows = self.env["amazon.report.row"].union(*(groups[ref] for ref in refs))
            self._join_late_additions(report, {ref: groups[ref] for ref in refs})
            self.env["amazon.order.workflow"].run(report, list(refs))
            reports |= rows.filtered(
                lambda row: row.outcome not in OPEN_OUTCOMES
            ).report_id
        self.env.flush_all()
        (reports - report)._update_attention()
        return result

    def _find_late_additions(self, report):
        """Return open further lines of the report, and others of its orders."""
        fulfillment = KINDS[report.kind].fulfillment
        kinds = [key for key in ORDER_KINDS if KINDS[key].fulfillment == fulfillment]
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("is_addition", "=", True),
                ("outcome", "in", OPEN_OUTCOMES),
                ("report_id.kind", "in", kinds),
            ],
            order="id",
        )
        # What waits together with its item comes in with it.
        rows -= rows.filtered(lambda row: row.item_row_id.outcome in OPEN_OUTCOMES)
        others = rows.filtered(lambda row: row.report_id != report)
        if others:
            told = self.env["amazon.report.row"]._read_group(
                [
                    ("report_id", "=", report.id),
                    ("order_ref", "in", others.mapped("order_ref")),
                ],
                ["order_ref"],
            )
            refs = {ref for (ref,) in told}
            rows -= others.filtered(lambda row: row.order_ref not in refs)
        return rows

    def _join_late_additions(self, report, groups):
        """Add further lines to the items of known orders, or tell why not.

        :param dict groups: ``{order number: amazon.report.row records}``
        """
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", list(groups)),
            ]
        )
        added = self._find_added(orders)
        repeated = self._find_repeated(groups)
        orders = {order.amazon_order_ref: order for order in orders}
        works = {}
        for ref, rows in groups.items():
            order = orders.get(ref, self.env["sale.order"])
            known = added.get(order, rows.browse())
            if found := self._choose_items(order, rows, known, repeated):
                works[ref] = found
        if works:
            self._add_to_known_items(report, works)

    # === WHICH ITEM === #

    def _choose_items(self, order, rows, added, repeated):
        """Find the items that further lines of an order add to.

        :param rows: the further lines
        :param added: those that were added to items of the order before
        :param repeated: see ``_find_repeated``
        :return: list of `OrderRowWork` of the items, with what adds to them
        """
        items = self._get_known_items(order)
        works = {}
        taken = {row.row_key: row for row in added}
        for row in rows:
            work = RowWork(row, row._read_again(), row.row_key)
            if self._settle_addition(order, work, taken):
                continue
            item = None
            if (row.report_id, row.order_ref, row.row_key) not in repeated:
                item = self._get_meant_item(work, items, added)
            if not item:
                self._leave_addition(order, work)
                continue
            if item.line not in works:
                works[item.line] = self._prepare_item_work(order, item, added)
            self._add_row(works[item.line], row)
            taken[row.row_key] = row
        return list(works.values())

    def _get_known_items(self, order):
        lines = order.order_line.filtered(
            lambda line: (
                line.amazon_line_type == "item"
                and line.product_uom_qty
                and line.amazon_row_id.raw
            )
        )
        items = []
        for line in lines:
            parsed = line.amazon_row_id._read_again()
            if parsed.values:
                items.append(KnownItem(line, line.amazon_row_id, parsed))
        return items

    def _settle_addition(self, order, work, taken):
        """Give a further line its outcome, where it adds nothing to the order.

        :param dict taken: ``{row_key: row}`` of those that count for the order already
        :return: whether it has its outcome now
        """
        row, line = work.record, work.parsed.continuation
        if not line:
            return True
        same = taken.get(work.key)
        if same and same.report_id != row.report_id:
            told = message("addition_known", row=Name.of(same))
            self._set_outcome(work, "unchanged", told, sale_order_id=order.id)
        elif not order:
            self._set_outcome(work, "error", format_message(work.parsed.error))
        elif order.state == "cancel":
            told = message("addition_cancelled", order=row.order_ref)
            self._set_outcome(work, "cancelled", told, sale_order_id=order.id)
        elif not line.amounts and not work.parsed.unknown_money:
            told = message("addition_empty", order=row.order_ref)
            self._set_outcome(work, "ignored", told, sale_order_id=order.id)
        else:
            return False
        return True

    def _get_meant_item(self, work, items, added):
        """Return the `KnownItem` that a further line adds to, where it is clear."""
        row, line = work.record, work.parsed.continuation
        meant = [item for item in items if line.matches(item.parsed.values)]
        if len(meant) != 1:
            return None
        item = meant[0]
        if line.repeats(item.parsed.values):
            return None
        if item.row.report_id != row.report_id:
            if line.is_within(item.parsed.values):
                return None
            later = row.report_id._is_older_than(item.row.report_id)
            if later and any(more.item_row_id == item.row for more in added):
                # The later report tells of the item with all that belongs to it.
                return None
        return item

    def _find_repeated(self, groups):
        """Return the lines that their file has more than once.

        :param dict groups: ``{order number: amazon.report.row records}``
        :return: set of ``(report, order number, key)``
        """
        names = ["report_id", "order_ref", "row_key"]
        counts = self.env["amazon.report.row"]._read_group(
            [("order_ref", "in", list(groups)), ("is_addition", "=", True)],
            names,
            having=[("__count", ">", 1)],
        )
        return set(counts)

    def _leave_addition(self, order, work):
        """Hold an order for a person, as a line of it is not clear."""
        line = work.parsed.continuation
        amounts = {**line.amounts, **work.parsed.unknown_money}
        told = ", ".join(f"{name} {amount}" for name, amount in amounts.items())
        self._leave_to_person(
            order,
            work,
            message("addition_unclear", order=work.record.order_ref, amounts=told),
            message("todo_order_addition"),
        )

    # === INTO THE ORDER === #

    def _prepare_item_work(self, order, item, added):
        """Return an item on its way once more, with what was added to it before."""
        work = OrderRowWork(
            item.row,
            item.parsed,
            marketplace=order.amazon_marketplace_id,
            is_known=True,
        )
        kind = KINDS[item.row.report_id.kind]
        work.key, work.fingerprint, work.ordinal = self._get_row_key(
            kind.fulfillment, work, {}
        )
        for row in added:
            if row.item_row_id == item.row:
                self._add_row(work, row)
        return work

    def _add_to_known_items(self, report, groups):
        """Bring the lines of items up to what further lines add to them.

        The row of the item keeps what became of it; the further line tells the rest.

        :param dict groups: ``{order number: [OrderRowWork]}``
        """
        works = [work for members in groups.values() for work in members]
        names = ("outcome", "code", "message", "needs_attention")
        before = {
            work.record: {name: work.record[name] for name in names}
            | {"message": get_message(work.record, "message")}
            for work in works
        }
        self._import_groups(report, groups)
        for work in works:
            item = work.record
            order = item.sale_order_id
            now = {name: item[name] for name in names}
            now["message"] = get_message(item, "message")
            joined = item.outcome in IMPORTED_OUTCOMES
            for added in work.additions:
                if added.record.outcome not in OPEN_OUTCOMES:
                    continue
                told = message("addition_joined", row=Name.of(item))
                self._set_outcome(
                    added,
                    "updated" if joined else now["outcome"],
                    told if joined else now["message"],
                    None if joined else now["code"],
                    item_row_id=item.id if joined else False,
                    sale_order_id=order.id,
                    needs_attention=False,
                )
            item.report_id.has_additions = True
            item.write(
                {**before[item], "needs_attention": now["needs_attention"]}
                if not (joined and now["needs_attention"])
                else {"outcome": before[item]["outcome"]}
            )
