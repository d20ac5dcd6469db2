"""Which returns are known, and which of them a row tells of."""

from dataclasses import dataclass, field

from odoo.models import BaseModel

from ..row_importer import RowWork

#: A return says the same as before where these do not differ.
TOLD_FIELDS = (
    "return_date",
    "quantity",
    "disposition",
    "status",
    "reason",
    "fulfillment_center_id",
    "comment",
    "license_plate",
)


@dataclass(eq=False)
class KnownReturn:
    """A return that is known, or just being made: ``record`` is empty then."""

    record: BaseModel
    values: dict
    works: list[RowWork] = field(default_factory=list)
    changed: bool = False


class KnownReturns:
    """The returns of some articles of some orders."""

    def __init__(self, entries, sold):
        """
        :param entries: ``{(order number, SKU): [KnownReturn]}``, the oldest first
        :param sold: ``{(sale.order, SKU): sale.order.line of its items}``
        """
        self._entries = entries
        self._sold = sold

    def _get_entries(self, work):
        return self._entries.get((work.values.order_id, work.values.sku), [])

    def add(self, work, record, values):
        """Note the return that a row makes; see `KnownReturn`."""
        entry = KnownReturn(record, values)
        key = work.values.order_id, work.values.sku
        self._entries.setdefault(key, []).append(entry)
        return entry

    def match(self, work, values):
        """Return the `KnownReturn` that a row tells of, or None.

        Without label, rows that say the same are as many units as the file has of
        them. A row with another date may be the same return with a new date, or
        another unit: as long as all units of the article are not back, it is another
        unit.
        """
        row = work.values
        entries = self._get_entries(work)
        if row.license_plate:
            for entry in entries:
                if entry.values["return_key"] == work.key:
                    return entry
        elif alike := self._get_alike(entries, work):
            # Rows of one moment come in any order.
            return max(
                alike,
                key=lambda entry: (
                    self._says_same(entry, values),
                    entry.values["return_key"] == work.key,
                ),
            )
        same, others = [], []
        for entry in entries:
            has_label = bool(entry.values["license_plate"])
            if entry.values["return_date"] == values["return_date"]:
                # Amazon names the label in one file, and not in another.
                if has_label != bool(row.license_plate):
                    same.append(entry)
            elif not has_label:
                others.append(entry)
        for entry in same:
            if not self._is_in_report(entry, work):
                return entry
        lines = self._sold.get((work.order, row.sku))
        returned = sum(entry.values["quantity"] for entry in entries)
        if lines and others and not row.license_plate:
            quantity = sum(lines.mapped("product_uom_qty"))
            if returned + row.quantity > quantity:
                return others[-1]
        return None

    def _get_alike(self, entries, work):
        """Return those of a moment that no other row of the report tells of."""
        moment = work.key.rpartition("#")[0]
        return [
            entry
            for entry in entries
            if entry.values["return_key"].rpartition("#")[0] == moment
            and not self._is_in_report(entry, work)
        ]

    def has_same(self, work, values):
        """Whether a return without label is known as a row tells of it."""
        return not work.values.license_plate and any(
            self._says_same(entry, values) for entry in self._get_entries(work)
        )

    def _says_same(self, entry, values):
        return all(entry.values[name] == values[name] for name in TOLD_FIELDS)

    def _is_in_report(self, entry, work):
        """Whether another row of the same report tells of a return."""
        rows = entry.record.row_ids.union(*(other.record for other in entry.works))
        return any(
            row.report_id == work.record.report_id and row != work.record
            for row in rows
        )
