import logging
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, models
from odoo.models import BaseModel
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import (
    MessageError,
    Money,
    Name,
    compose,
    get_error_message,
    message,
)
from ...trusted_context import Trusted
from .booking import STAND_IN_LOT

_logger = logging.getLogger(__name__)


@dataclass
class Adjustment:
    """What would be booked of a difference, or why nothing is.

    - ``sellable``: False for the unsellable goods, which lie apart
    - ``quantity``: units that Amazon has more (above 0) or less than Odoo
    - ``value``: ``quantity`` at cost, in the currency of the company
    - ``skipped``: why nothing is booked, or ``""``
    - ``parts``: list of ``(stock.location, stock.lot, quantity)``
    """

    snapshot: BaseModel
    product: BaseModel
    sellable: bool
    quantity: float
    value: float = 0.0
    skipped: str = ""
    parts: list[tuple[BaseModel, BaseModel, float]] = field(default_factory=list)

    @property
    def key(self):
        return self.snapshot, self.product, self.sellable


class AmazonStockAdjuster(models.AbstractModel):
    """Brings the FBA locations to what Amazon counted, as inventory adjustment."""

    _name = "amazon.stock.adjuster"
    _description = "Inventory Adjustment by Amazon's Count"

    # === BY THE ACCOUNT'S CHOICE === #

    @api.private
    def settle(self, snapshot):
        """Show, propose or book the differences of a new snapshot, as the account says.

        A failure leaves the snapshot as it is and becomes a to-do.

        :param snapshot: ``amazon.stock.snapshot`` record
        """
        account = snapshot.account_id
        if (
            account.fba_inventory_policy == "show"
            or snapshot.booking_state == "booked"
            or snapshot._get_unbookable_reason()
        ):
            return
        self._drop_older_proposals(snapshot)
        adjustments = [a for a in self.plan(snapshot) if not a.skipped]
        if not adjustments:
            snapshot.booking_state = "none"
            return
        if account.fba_inventory_policy == "propose":
            self._ask(snapshot, "proposed", adjustments)
            return
        if beyond := self._explain_beyond(account, adjustments):
            self._ask(snapshot, "approval", adjustments, beyond)
            return
        try:
            with self.env.cr.savepoint():
                self.book(snapshot, adjustments)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("Snapshot %s cannot be booked", snapshot.id)
            reason = message("stock_not_booked", error=get_error_message(error))
            self._ask(snapshot, "proposed", adjustments, reason)

    def _explain_beyond(self, account, adjustments):
        """Return a `Message` of the limit that adjustments go beyond, or None."""
        units = sum(abs(a.quantity) for a in adjustments)
        value = sum(abs(a.value) for a in adjustments)
        currency = account.company_id.currency_id
        if units > account.fba_inventory_limit_units:
            return message(
                "stock_beyond_units",
                units=Decimal(f"{units:g}"),
                limit=Decimal(account.fba_inventory_limit_units),
            )
        if currency.compare_amounts(value, account.fba_inventory_limit_value) > 0:
            return message(
                "stock_beyond_value",
                value=Money(value, currency.id),
                limit=Money(account.fba_inventory_limit_value, currency.id),
            )
        return None

    def _ask(self, snapshot, state, adjustments, reason=None):
        """Leave a snapshot to a person, with a to-do on the account.

        :param reason: `Message` that says why it is not booked by itself, or None
        """
        account = snapshot.account_id
        snapshot.write({"booking_state": state, "booking_note": reason or False})
        values = {"count": len(adjustments), "snapshot": Name.of(snapshot)}
        note = message("stock_differs", **values)
        if reason:
            note = message("stock_differs_held", reason=reason, **values)
        account._schedule_amazon_todo(
            account.user_id or self.env.user, self._get_summary(snapshot), note
        )

    def _get_summary(self, snapshot):
        return message("stock_differs_summary", pool=snapshot.stock_pool)

    def _drop_older_proposals(self, snapshot):
        """Forget what older snapshots proposed: their figures do not hold any more."""
        older = self.env["amazon.stock.snapshot"].search(
            [
                ("account_id", "=", snapshot.account_id.id),
                ("stock_pool", "=", snapshot.stock_pool),
                ("booking_state", "in", ("proposed", "approval")),
            ]
        )
        older.booking_state = "none"
        self._drop_activities(snapshot)

    def _drop_activities(self, snapshot):
        summary = compose(self.env, self._get_summary(snapshot))
        snapshot.account_id.activity_ids.filtered(
            lambda activity: activity.summary == summary
        ).unlink()

    # === PLAN === #

    @api.private
    def plan(self, snapshots):
        """Return what would be booked to bring Odoo to what snapshots say.

        :param snapshots: ``amazon.stock.snapshot`` records
        :return: list of `Adjustment`
        """
        self.env.flush_all()
        differences = self.env["amazon.stock.difference"].search(
            [("snapshot_id", "in", snapshots.ids), ("has_difference", "=", True)]
        )
        skipped = self.explain_skipped(differences.product_id, differences.company_id)
        adjustments = []
        for difference in differences:
            product = difference.product_id.with_company(difference.company_id)
            reason = skipped.get((difference.product_id, difference.company_id), "")
            if not product:
                reason = self.env._("%(skus)s: no product", skus=difference.skus)
            for sellable, quantity in (
                (True, difference.difference_sellable),
                (False, difference.difference_unsellable),
            ):
                if quantity:
                    adjustments.append(
                        Adjustment(
                            snapshot=difference.snapshot_id,
                            product=difference.product_id,
                            sellable=sellable,
                            quantity=quantity,
                            value=quantity * product.standard_price,
                            skipped=reason,
                        )
                    )
        return adjustments

    @api.private
    def explain_skipped(self, products, companies):
        """Return why products are not adjusted by themselves.

        :return: dict ``{(product, company): reason}`` of those that are not
        """
        kits = set()
        if "mrp.bom" in self.env:
            for company in companies:
                boms = (
                    self.env["mrp.bom"]
                    .sudo()
                    ._bom_find(products, company_id=company.id, bom_type="phantom")
                )
                kits |= {(product, company) for product in products if boms[product]}
        reasons = {}
        for product in products:
            for company in companies:
                if (product, company) in kits:
                    reason = self.env._("a kit: its components have the stock")
                elif not product.is_storable:
                    reason = self.env._("Odoo keeps no stock of this product")
                elif product.tracking == "serial":
                    reason = self.env._(
                        "tracked by serial number, which Amazon does not tell: count it"
                        " by hand"
                    )
                else:
                    continue
                reasons[product, company] = reason
        return reasons

    # === BOOK === #

    @api.private
    def book(self, snapshot, adjustments):
        """Book adjustments of a snapshot; never twice, never from old figures.

        :param snapshot: ``amazon.stock.snapshot`` record
        :param adjustments: list of `Adjustment`; those with a reason are left out
        :return: ``stock.move``, done
        :raise MessageError: where the snapshot is not to be booked
        """
        snapshot = snapshot.sudo().with_company(snapshot.company_id)
        if not snapshot.try_lock_for_update(allow_referencing=True):
            busy = message("snapshot_busy", snapshot=Name.of(snapshot))
            raise MessageError(self.env, busy)
        if reason := snapshot._get_unbookable_reason():
            raise MessageError(self.env, reason)
        chosen = [a for a in adjustments if not a.skipped]
        self = self.with_env(snapshot.env)
        self._locate(snapshot, chosen)
        quants = self._set_counts(chosen)
        known = snapshot.move_ids
        quants.with_context(
            amazon_snapshot_id=Trusted(snapshot.id),
            inventory_name=self.env._("Amazon's count %s", snapshot.display_name),
        )._apply_inventory()
        snapshot.invalidate_recordset(["move_ids"])
        snapshot.write({"booking_state": "booked", "booking_note": False})
        self._drop_activities(snapshot)
        moves = snapshot.move_ids - known
        snapshot.report_id.message_post(
            body=self.env._(
                "Booked as inventory adjustment by %(user)s: %(units)s units in "
                "%(count)s moves.",
                user=self.env.user.name,
                units=f"{sum(abs(a.quantity) for a in chosen):g}",
                count=len(moves),
            )
        )
        return moves

    def _locate(self, snapshot, adjustments):
        """Decide in which locations adjustments are booked; fills their ``parts``.

        What is missing is taken from where there is most; what is too much fills
        places below zero first, then goes to the main location of the stock.
        """
        stock = self._find_stock(snapshot, adjustments)
        for adjustment in adjustments:
            quants = stock[adjustment.product, adjustment.sellable]
            compare = adjustment.product.uom_id.compare
            left = adjustment.quantity
            sign = 1 if left > 0 else -1
            # Below zero where something is to be added, above where it is to go.
            fitting = [q for q in quants if compare(q[2] * sign, 0.0) < 0]
            if sign < 0:
                # Where nobody knows which lot it is, first.
                fitting.sort(key=lambda q: (q[1].name != STAND_IN_LOT, -q[2]))
            for location, lot, quantity in fitting:
                part = sign * min(abs(left), abs(quantity))
                if compare(part, 0.0):
                    adjustment.parts.append((location, lot, part))
                    left -= part
            if compare(left, 0.0):
                location = self._get_main_location(snapshot, adjustment.sellable)
                lot = self.env["stock.lot"]
                if adjustment.product.tracking == "lot":
                    lot = self._get_stand_in_lot(snapshot, adjustment.product)
                adjustment.parts.append((location, lot, left))

    def _find_stock(self, snapshot, adjustments):
        """Return ``{(product, sellable): [(location, lot, quantity)]}``."""
        products = self.env["product.product"].union(*(a.product for a in adjustments))
        lines = snapshot.account_id.fba_location_ids.filtered(
            lambda line: line.stock_pool == snapshot.stock_pool
        )
        stock = defaultdict(list)
        for sellable, locations in (
            (True, lines.location_id),
            (False, lines.unsellable_location_id),
        ):
            for product, location, lot, quantity in self.env["stock.quant"]._read_group(
                [
                    ("product_id", "in", products.ids),
                    ("location_id", "child_of", locations.ids),
                    ("package_id", "=", False),
                    ("owner_id", "=", False),
                ],
                ["product_id", "location_id", "lot_id"],
                ["quantity:sum"],
            ):
                stock[product, sellable].append((location, lot, quantity))
        return stock

    def _get_main_location(self, snapshot, sellable):
        """Return where stock is booked of which nobody says in which country it lies.

        In the company's own country, if the stock is there too.
        """
        account = snapshot.account_id
        lines = account.fba_location_ids.filtered(
            lambda line: line.stock_pool == snapshot.stock_pool
        )
        home = account.company_id.account_fiscal_country_id
        line = lines.filtered(lambda line: line.country_id == home) or lines
        country = line[:1].country_id
        if not line:
            country = home
            if account._get_stock_pool_of(home) != snapshot.stock_pool:
                code = "DE" if snapshot.stock_pool == "EU" else snapshot.stock_pool
                country = self.env["res.country"].search([("code", "=", code)])
        return account._get_fba_location(country, sellable=sellable)

    def _get_stand_in_lot(self, snapshot, product):
        values = {
            "name": STAND_IN_LOT,
            "product_id": product.id,
            "company_id": snapshot.company_id.id if product.company_id else False,
        }
        Lot = self.env["stock.lot"]
        domain = [(name, "=", value) for name, value in values.items()]
        return Lot.search(domain, limit=1) or Lot.create(values)

    def _set_counts(self, adjustments):
        """Enter the new counts of the places; return their ``stock.quant``."""
        Quant = self.env["stock.quant"]
        changes = defaultdict(float)
        for adjustment in adjustments:
            for location, lot, quantity in adjustment.parts:
                changes[adjustment.product, location, lot] += quantity
        products = self.env["product.product"].union(*(key[0] for key in changes))
        locations = self.env["stock.location"].union(*(key[1] for key in changes))
        known = {}
        for quant in Quant.search(
            [
                ("product_id", "in", products.ids),
                ("location_id", "in", locations.ids),
                ("package_id", "=", False),
                ("owner_id", "=", False),
            ]
        ):
            known.setdefault((quant.product_id, quant.location_id, quant.lot_id), quant)
        new = [key for key in changes if key not in known]
        for key, quant in zip(
            new,
            Quant.create(
                [
                    {
                        "product_id": product.id,
                        "location_id": location.id,
                        "lot_id": lot.id,
                    }
                    for product, location, lot in new
                ]
            ),
            strict=True,
        ):
            known[key] = quant
        for key, change in changes.items():
            known[key].inventory_quantity = known[key].quantity + change
        return Quant.union(*(known[key] for key in changes))
