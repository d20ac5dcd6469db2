"""What the rows of one SKU say in figures."""

from dataclasses import dataclass, field

#: Fields of ``amazon.stock.level``.
FIGURES = (
    "qty_sellable",
    "qty_unsellable",
    "qty_reserved",
    "qty_inbound",
    "qty_researching",
)
#: Counts of ``report_formats.StockRow``: fewer than none there cannot be.
COUNTS = (
    "sellable",
    "unsellable",
    "reserved",
    "inbound_working",
    "inbound_shipped",
    "inbound_receiving",
    "researching",
    "available",
)


@dataclass
class Figures:
    """Units by the fields of ``FIGURES``, and those fields that stay open."""

    units: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIGURES, 0))
    unknown: set[str] = field(default_factory=lambda: set(FIGURES))

    def add(self, row):
        """Add what a row says; what it leaves open stays unknown.

        :param row: ``report_formats.StockRow``
        """
        if row.warehouse_condition:
            self._add_condition(row)
            return
        told = {
            "qty_sellable": row.sellable,
            "qty_unsellable": row.unsellable,
            "qty_reserved": row.reserved,
            "qty_inbound": row.inbound,
            "qty_researching": row.researching,
        }
        for name, units in told.items():
            if units is not None:
                self.units[name] = units
                self.unknown.discard(name)

    def _add_condition(self, row):
        """Add a row about the units in one condition; a SKU has several of them."""
        sellable = row.warehouse_condition.upper() == "SELLABLE"
        name = "qty_sellable" if sellable else "qty_unsellable"
        self.unknown -= {"qty_sellable", "qty_unsellable"}
        if row.available is None:
            self.unknown.add(name)
        else:
            self.units[name] += row.available

    def get_values(self):
        """Return the values for an ``amazon.stock.level``."""
        unknown = [name for name in FIGURES if name in self.unknown]
        return {**self.units, "unknown_figures": ",".join(unknown)}
