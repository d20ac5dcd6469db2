from dataclasses import dataclass

from odoo import models
from odoo.models import BaseModel

from ...messages import FieldName, Joined, message
from ...models.order.lookups import ProductLookups, SoldSku
from ..row_importer import RowWork
from .figures import COUNTS, FIGURES, Figures


@dataclass
class StockWork(RowWork):
    """A row of a report of FBA stock on its way."""

    country: BaseModel | None = None


class AmazonStockImporter(models.AbstractModel):
    _name = "amazon.stock.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of FBA Stock"

    _work_class = StockWork

    def _import_works(self, report, works):
        snapshot = self.env["amazon.stock.snapshot"].search(
            [("report_id", "=", report.id)]
        )
        for work in works:
            sku = work.values.sku if work.values else self._get_raw_sku(work)
            work.record.write({"sku": sku, "row_key": sku})
        works = [work for work in works if self._is_importable(report, work)]
        self._find_countries(works)
        works = [work for work in works if self._is_possible(work)]
        if works:
            self._import_levels(snapshot, works)

    # === ROWS === #

    def _get_raw_sku(self, work):
        cells = self._get_cells(work.parsed.raw)
        return cells.get("sku") or cells.get("seller-sku") or False

    def _is_importable(self, report, work):
        """Set the outcome of rows that tell of no stock at Amazon; keep others."""
        row = work.values
        if not self._is_read(report, work):
            return False
        if row.fulfilled_by_amazon is not False:
            return True
        reason = message("merchant", sku=row.sku)
        if held := (row.sellable or 0) + (row.unsellable or 0):
            reason = message("merchant_stranded", sku=row.sku, units=held)
        self._set_outcome(work, "ignored", reason)
        return False

    def _is_possible(self, work):
        """Set the outcome of rows that cannot be true; keep others."""
        row = work.values
        negative = [
            (name, getattr(row, name))
            for name in COUNTS
            if (getattr(row, name) or 0) < 0
        ]
        if negative:
            told = tuple(f"{name} = {units}" for name, units in negative)
            reason = message("stock_negative", sku=row.sku, counts=Joined(told))
        elif row.country and not work.country:
            reason = message("stock_country", sku=row.sku, country=row.country)
        else:
            return True
        self._set_outcome(work, "error", reason)
        return False

    def _find_countries(self, works):
        codes = [
            # Amazon writes UK where everybody else writes GB.
            work.values.country.upper().replace("UK", "GB")
            for work in works
        ]
        countries = {
            country.code: country
            for country in self.env["res.country"].search(
                [("code", "in", list(set(codes)))]
            )
        }
        nowhere = self.env["res.country"]
        for work, code in zip(works, codes, strict=True):
            work.country = countries.get(code, nowhere)

    def _import_levels(self, snapshot, works):
        """Create or update the levels of rows; tell what changed since the last."""
        products = self._find_products(snapshot, works)
        skus = [work.values.sku for work in works]
        current = self._index(snapshot, skus)
        previous = self._index(snapshot._get_previous(), skus)
        figures, wanted = {}, {}
        for work in works:
            row = work.values
            key = (row.sku, work.country)
            if key not in figures:
                figures[key] = self._get_known_figures(row, current.get(key))
                wanted[key] = self._prepare_level(snapshot, work, products[row.sku])
            figures[key].add(row)
        for key, values in wanted.items():
            values.update(figures[key].get_values())
        self.env["amazon.stock.level"].create(
            [values for key, values in wanted.items() if key not in current]
        )
        for key, level in current.items():
            if key in wanted:
                level.write(wanted[key])
        for work in works:
            key = (work.values.sku, work.country)
            self._tell_change(work, previous.get(key), figures[key])

    def _index(self, snapshot, skus):
        levels = self.env["amazon.stock.level"].search(
            [("snapshot_id", "in", snapshot.ids), ("sku", "in", skus)]
        )
        return {(level.sku, level.country_id): level for level in levels}

    def _prepare_level(self, snapshot, work, product):
        row = work.values
        return {
            "snapshot_id": snapshot.id,
            "sku": row.sku,
            "fnsku": row.fnsku or False,
            "asin": row.asin or False,
            "title": row.product_name or False,
            "condition": row.condition or False,
            "country_id": work.country.id,
            "product_id": product.id,
            "is_missing": False,
            "carrier_id": False,
        }

    def _get_known_figures(self, row, level):
        """Return what earlier rows said of the SKU in another condition, if any did."""
        if not level or not row.warehouse_condition:
            return Figures()
        unknown = (level.unknown_figures or "").split(",")
        return Figures({name: level[name] for name in FIGURES}, set(unknown) - {""})

    def _tell_change(self, work, before, figures):
        if not before:
            self._set_outcome(work, "created")
            return
        changes = tuple(
            message(
                "stock_figure",
                figure=FieldName(before._name, name),
                old=before[name],
                new=units,
            )
            for name, units in figures.units.items()
            if before[name] != units and not before.carrier_id
        )
        if changes:
            difference = message("stock_changed", figures=Joined(changes))
            self._set_outcome(work, "updated", difference)
        else:
            self._set_outcome(work, "unchanged")

    def _find_products(self, snapshot, works):
        """Return ``{SKU: product}``; SKUs without product are listed to be mapped."""
        nowhere = self.env["amazon.marketplace"]
        account = snapshot.account_id
        lookups = ProductLookups(account)
        self.env["amazon.product.finder"].find_products(
            lookups,
            [SoldSku(work.values.sku, nowhere, work.values.asin) for work in works],
        )
        found = {sku: match.product for (sku, _all), match in lookups.matches.items()}
        unlisted = {
            work.values.sku: work.values
            for work in works
            if not found[work.values.sku]
            and (work.values.sku, nowhere) not in lookups.offers
        }
        self.env["amazon.offer"].create(
            [
                {
                    "account_id": account.id,
                    "sku": sku,
                    "asin": row.asin or False,
                    "title": row.product_name or False,
                }
                for sku, row in unlisted.items()
            ]
        )
        return found
