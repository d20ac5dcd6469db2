from collections import defaultdict

from odoo import api, models

from ...messages import message
from ...models.order.lookups import ProductLookups, SoldSku
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES
from ...models.report.importing import RefusedFile
from ...report_formats import BROKEN_OFF
from ...report_formats.stock_rows import (
    STOCK_CONDITION_ROWS,
    STOCK_COUNTRY_ROWS,
    STOCK_ROWS,
)
from ...trusted_context import get_trusted
from .figures import FIGURES

#: Which of Amazon's files it was.
SOURCES = {
    STOCK_ROWS: "managed",
    STOCK_CONDITION_ROWS: "available",
    STOCK_COUNTRY_ROWS: "country",
}
#: Grade and Resell: offers that Amazon makes itself of a seller's returned goods.
GRADED_SKU = "amzn.gr."
#: With fewer rows, half of them is no sign of a file cut off.
FEW_ROWS = 10


class AmazonStockImporter(models.AbstractModel):
    """The file as a whole: the snapshot of all its rows, and whether all are there."""

    _inherit = "amazon.stock.importer"

    @api.private
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
        if last and last.error and last.error.code in BROKEN_OFF:
            raise RefusedFile(self.env, message("cut_file", number=last.number))
        previous = self.env["amazon.stock.snapshot"]._find_previous(values)
        share = report.account_id.fba_inventory_min_share
        rows, before = parsed.row_count, previous.row_count
        if before and (
            not rows or (before >= FEW_ROWS and 100 * rows < share * before)
        ):
            raise RefusedFile(
                self.env,
                message(
                    "half_file",
                    rows=rows,
                    before=before,
                    date=previous.moment.date(),
                ),
            )

    @api.private
    def finish_report(self, report):
        snapshot = self.env["amazon.stock.snapshot"].search(
            [("report_id", "=", report.id)]
        )
        if snapshot:
            self._finish_snapshot(report, snapshot)
            if not get_trusted(self.env, "amazon_preview"):
                self.env["amazon.stock.adjuster"].settle(snapshot)

    def _prepare_snapshot(self, report, row_format):
        return {
            "account_id": report.account_id.id,
            "report_id": report.id,
            "stock_pool": report._get_stock_pool(),
            "source": SOURCES[row_format],
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
        """Note that nothing is known of SKUs of which a row cannot be read, or be true.

        Other rows of such a SKU, in another condition or country, are not all of it.
        """
        skus = set(filter(None, errors.mapped("sku")))
        everything = ",".join(FIGURES)
        told = snapshot.level_ids.filtered(
            lambda level: level.sku in skus and not level.country_id
        )
        told.unknown_figures = everything
        missing = sorted(skus - set(told.mapped("sku")))
        products = self._find_known_products(snapshot, missing)
        self.env["amazon.stock.level"].create(
            [
                {
                    "snapshot_id": snapshot.id,
                    "sku": sku,
                    "product_id": products[sku].id,
                    "unknown_figures": everything,
                }
                for sku in missing
            ]
        )

    def _find_known_products(self, snapshot, skus):
        """Return ``{SKU: product}``, that of the last snapshot, or of the SKU."""
        levels = (snapshot | snapshot._get_previous()).level_ids
        products = {level.sku: level.product_id for level in levels if level.product_id}
        nowhere = self.env["amazon.marketplace"]
        lookups = ProductLookups(snapshot.account_id)
        unknown = [SoldSku(sku, nowhere, "") for sku in skus if sku not in products]
        if unknown:
            self.env["amazon.product.finder"].find_products(lookups, unknown)
        for (sku, _all), match in lookups.matches.items():
            products[sku] = match.product
        return products

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
            reason = message("alias", sku=carrier.sku, fnsku=carrier.fnsku)
            rows.write({"outcome": "ignored", "code": reason.reason, "message": reason})
