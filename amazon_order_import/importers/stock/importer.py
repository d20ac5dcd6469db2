from collections import defaultdict
from dataclasses import dataclass

from odoo import api, models

from ...models.order.lookups import ProductLookups, SoldSku
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES
from ...models.report.importing import IMPORT_CONTEXT, RefusedFile
from ...report_formats import StockConditionRow, StockCountryRow
from ...trusted_context import get_trusted
from ..row_importer import RowWork

#: Fields of ``amazon.stock.level`` -> attribute of the rows.
FIGURES = {
    "qty_sellable": "sellable",
    "qty_unsellable": "unsellable",
    "qty_reserved": "reserved",
    "qty_inbound": "inbound",
    "qty_researching": "researching",
}
#: Grade and Resell: offers that Amazon makes itself of a seller's returned goods.
GRADED_SKU = "amzn.gr."
#: With fewer rows, half of them is no sign of a file cut off.
FEW_ROWS = 10


@dataclass
class StockWork(RowWork):
    """A row of a report of FBA stock on its way."""

    country: object = None


class AmazonStockImporter(models.AbstractModel):
    _name = "amazon.stock.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of FBA Stock"

    @api.model
    def start_report(self, report, parsed):
        """Refuse a file that is not whole: its gaps would pass for missing stock."""
        values = self._prepare_snapshot(report, parsed.row_format)
        if not (report.next_row or report.is_accepted):
            self._check_whole(report, parsed, values)
        Snapshot = self.env["amazon.stock.snapshot"]
        if snapshot := Snapshot.search([("report_id", "=", report.id)]):
            snapshot.write(values)
        else:
            Snapshot.create(values)

    def _check_whole(self, report, parsed, values):
        last = None
        for row in parsed.rows():
            last = row
        if last and last.error and last.error.code == "short_row":
            raise RefusedFile(
                "cut_file",
                self.env._(
                    "The last row of the file (%(number)s) is cut off: the file is not "
                    "whole, and nothing of it is used. Download it from Amazon again, "
                    "or request the report again.",
                    number=last.number,
                ),
            )
        previous = self.env["amazon.stock.snapshot"]._find_previous(values)
        share = report.account_id.fba_inventory_min_share
        rows, before = parsed.row_count, previous.row_count
        if before and (
            not rows or (before >= FEW_ROWS and 100 * rows < share * before)
        ):
            raise RefusedFile(
                "half_file",
                self.env._(
                    "The file has %(rows)s rows only, the last one (%(date)s) had "
                    "%(before)s. Most likely it is not whole, so nothing of it is used."
                    " Request the report again. If so many articles have really gone, "
                    "press File Is Right.",
                    rows=rows,
                    before=before,
                    date=previous.moment.date(),
                ),
            )

    @api.model
    def import_rows(self, report, pairs):
        """Make levels of report rows and store the outcome of every row.

        :param report: ``amazon.report`` record
        :param pairs: list of ``(amazon.report.row, ParsedRow)``
        """
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        works = [StockWork(record.with_env(self.env), row) for record, row in pairs]
        snapshot = self.env["amazon.stock.snapshot"].search(
            [("report_id", "=", report.id)]
        )
        for work in works:
            sku = work.values.sku if work.values else self._get_raw_sku(work)
            work.record.write({"sku": sku, "row_key": sku})
        works = [work for work in works if self._is_importable(report, work)]
        if works:
            self._find_countries(works)
            self._import_levels(snapshot, works)
        self.env.flush_all()

    @api.model
    def finish_report(self, report):
        snapshot = self.env["amazon.stock.snapshot"].search(
            [("report_id", "=", report.id)]
        )
        if snapshot:
            self._finish_snapshot(report, snapshot)
            if not get_trusted(self.env, "amazon_preview"):
                self.env["amazon.stock.adjuster"].settle(snapshot)

    # === SNAPSHOT === #

    def _prepare_snapshot(self, report, row_format):
        return {
            "account_id": report.account_id.id,
            "report_id": report.id,
            "stock_pool": report._get_stock_pool(),
            "source": {
                StockConditionRow: "available",
                StockCountryRow: "country",
            }.get(row_format.row_class, "managed"),
            "moment": report._get_stock_moment(),
            "row_count": report.row_count,
            "complete": False,
        }

    def _finish_snapshot(self, report, snapshot):
        """Do what needs all rows: aliases, articles that are gone, completeness."""
        errors = report.row_ids.filtered(lambda row: row.outcome == "error")
        self._note_unread(snapshot, errors)
        self._count_aliases_once(snapshot)
        complete = all(errors.mapped("sku"))
        if complete:
            self._zero_missing(snapshot, set(errors.mapped("sku")))
        snapshot.complete = complete
        self.env.flush_all()

    def _note_unread(self, snapshot, errors):
        """Note that nothing is known of SKUs whose row cannot be read."""
        known = set(snapshot.level_ids.mapped("sku"))
        previous = {
            level.sku: level for level in snapshot._get_previous().level_ids[::-1]
        }
        self.env["amazon.stock.level"].create(
            [
                {
                    "snapshot_id": snapshot.id,
                    "sku": sku,
                    "product_id": previous[sku].product_id.id
                    if sku in previous
                    else False,
                    "unknown_figures": ",".join(FIGURES),
                }
                for sku in sorted(set(filter(None, errors.mapped("sku"))) - known)
            ]
        )

    def _zero_missing(self, snapshot, unread):
        """Note that there is no stock of SKUs which the file does not name any more."""
        known = {(level.sku, level.country_id) for level in snapshot.level_ids}
        self.env["amazon.stock.level"].create(
            [
                {
                    "snapshot_id": snapshot.id,
                    "sku": level.sku,
                    "fnsku": level.fnsku,
                    "asin": level.asin,
                    "title": level.title,
                    "condition": level.condition,
                    "country_id": level.country_id.id,
                    "product_id": level.product_id.id,
                    "is_missing": True,
                }
                for level in snapshot._get_previous().level_ids
                if (level.sku, level.country_id) not in known
                and level.sku not in unread
                # Told once is enough.
                and any(level[name] for name in FIGURES)
            ]
        )

    def _count_aliases_once(self, snapshot):
        """Leave the units of one FNSKU with one of the SKUs that Amazon repeats it for.

        With the one that tells of most units, has a product, and is the seller's own.
        """
        groups = defaultdict(self.env["amazon.stock.level"].browse)
        for level in snapshot.level_ids:
            if level.fnsku and not level.is_missing:
                groups[level.fnsku, level.country_id] |= level
        carriers = set(
            snapshot._get_previous()
            .level_ids.filtered(lambda level: level.fnsku and not level.carrier_id)
            .mapped("sku")
        )
        for levels in groups.values():
            if len(levels) < 2:
                continue
            carrier = min(
                levels,
                key=lambda level: (
                    -sum(level[name] for name in FIGURES),
                    not level.product_id,
                    level.sku.startswith(GRADED_SKU),
                    level.sku not in carriers,
                    level.id,
                ),
            )
            carrier.carrier_id = False
            aliases = levels - carrier
            aliases.write({**dict.fromkeys(FIGURES, 0), "carrier_id": carrier.id})
            # The same goods are one product, whatever they are called.
            aliases.filtered(lambda level: not level.product_id).write(
                {"product_id": carrier.product_id.id, "unknown_figures": False}
            )
            skus = set(aliases.mapped("sku"))
            rows = self.env["amazon.report.row"].union(
                *(
                    row
                    for row in snapshot.report_id.row_ids
                    if row.sku in skus and row.outcome in IMPORTED_OUTCOMES
                )
            )
            rows.write(
                {
                    "outcome": "ignored",
                    "code": "alias",
                    "message": self.env._(
                        "Amazon repeats the units of %(sku)s here (FNSKU %(fnsku)s): "
                        "they are counted once, with %(sku)s.",
                        sku=carrier.sku,
                        fnsku=carrier.fnsku,
                    ),
                }
            )

    # === ROWS === #

    def _get_raw_sku(self, work):
        cells = self._get_cells(work.parsed.raw)
        return cells.get("sku") or cells.get("seller-sku") or False

    def _is_importable(self, report, work):
        """Set the outcome of rows that tell of no stock at Amazon; keep others."""
        row = work.values
        if not self._is_read(report, work):
            return False
        if getattr(row, "fulfilled_by_amazon", None) is not False:
            return True
        message = self.env._(
            "You ship %(sku)s yourself: Amazon lists it without an offer by FBA.",
            sku=row.sku,
        )
        if held := (row.sellable or 0) + (row.unsellable or 0):
            message += " " + self.env._(
                "Amazon still holds %(units)s units of it: make its offer FBA again or "
                "have them sent back, in Seller Central (Fix stranded inventory).",
                units=held,
            )
        self._set_outcome(work, "ignored", message, "merchant")
        return False

    def _find_countries(self, works):
        codes = [
            # Amazon writes UK where everybody else writes GB.
            getattr(work.values, "country", "").upper().replace("UK", "GB")
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
        Level = self.env["amazon.stock.level"]
        current = self._index(snapshot, skus)
        previous = self._index(snapshot._get_previous(), skus)
        wanted = {}
        for work in works:
            key = (work.values.sku, work.country)
            if key not in wanted:
                wanted[key] = self._prepare_level(
                    snapshot, work, products[work.values.sku]
                )
                if key in current:
                    self._start_from(wanted[key], current[key], work)
            self._add_figures(wanted[key], work.values)
        new = [values for key, values in wanted.items() if key not in current]
        for values in wanted.values():
            unknown = values.pop("unknown")
            names = [name for name in FIGURES if name in unknown]
            values["unknown_figures"] = ",".join(names)
        Level.create(new)
        for key, values in wanted.items():
            if key in current:
                current[key].write(values)
        for work in works:
            key = (work.values.sku, work.country)
            self._tell_change(work, previous.get(key), wanted[key])

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
            "title": getattr(row, "product_name", "") or False,
            "condition": row.condition or False,
            "country_id": work.country.id,
            "product_id": product.id,
            "is_missing": False,
            "carrier_id": False,
            **dict.fromkeys(FIGURES, 0),
            "unknown": set(FIGURES),
        }

    def _start_from(self, values, known, work):
        """Go on with what earlier rows said of the SKU in another condition."""
        if isinstance(work.values, StockConditionRow):
            values.update({name: known[name] for name in FIGURES})
            unknown = (known.unknown_figures or "").split(",")
            values["unknown"] = set(filter(None, unknown))

    def _add_figures(self, values, row):
        """Add what a row says; what it leaves open stays unknown."""
        if isinstance(row, StockConditionRow):
            sellable = row.warehouse_condition.upper() == "SELLABLE"
            name = "qty_sellable" if sellable else "qty_unsellable"
            values["unknown"] -= {"qty_sellable", "qty_unsellable"}
            if row.available is None:
                values["unknown"].add(name)
            else:
                values[name] += row.available
            return
        for name, attribute in FIGURES.items():
            figure = getattr(row, attribute, None)
            if figure is not None:
                values[name] = figure
                values["unknown"].discard(name)

    def _tell_change(self, work, before, values):
        if not before:
            self._set_outcome(work, "created")
            return
        changes = [
            (name, before[name], values[name])
            for name in FIGURES
            if before[name] != values[name] and not before.carrier_id
        ]
        labels = self.env["amazon.stock.level"]._fields
        message = ", ".join(
            f"{labels[name]._description_string(self.env)}: {old} → {new}"
            for name, old, new in changes
        )
        self._set_outcome(work, "updated" if changes else "unchanged", message or False)

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
                    "title": getattr(row, "product_name", "") or False,
                }
                for sku, row in unlisted.items()
            ]
        )
        return found
