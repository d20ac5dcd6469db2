import logging
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import REFUSALS, get_error_message, message
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats.moments import to_utc
from ..row_importer import RowWork

_logger = logging.getLogger(__name__)

#: Statuses of an order that say nothing certain about single items, or all.
UNSURE_STATUSES = ("pending", "cancelled", "other")
#: What every list tells anew: of itself, that changes nothing about an order.
ALWAYS_NEW = {"report_id", "last_update"}


@dataclass(frozen=True)
class ControlLookups:
    """What the rows of a list name, as records.

    - `channels`: ``amazon.marketplace`` by its name in small letters
    - `currencies`: ``res.currency`` by its code
    """

    channels: dict
    currencies: dict


class AmazonControlImporter(models.AbstractModel):
    """Reads Amazon's list of all orders, which proves whether Odoo has them.

    No row of it makes an order: it holds no addresses, and its amounts are not final.
    """

    _name = "amazon.control.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Amazon's List of All Orders"

    def _import_works(self, report, works):
        groups = defaultdict(list)
        for work in works:
            if self._is_readable(report, work):
                groups[work.values.order_id].append(work)
        self._set_keys(report, groups)
        controls = self._import_orders(report, groups)
        self._cancel_orders(report, groups, controls)

    @api.model
    def finish_report(self, report):
        if not report.date_from:
            self._set_period(report)

    def _set_period(self, report):
        """Note which time a list covers that was uploaded by hand."""
        [(first, last)] = self.env["amazon.control.order"]._read_group(
            [("report_id", "=", report.id)], [], ["last_update:min", "last_update:max"]
        )
        if first and first < last:
            report.write({"date_from": first, "date_to": last})

    # === ROWS === #

    def _is_readable(self, report, work):
        """Set the outcome of a row that cannot be read; return whether it can be."""
        row = work.values
        if row:
            work.record.write({"order_ref": row.order_id, "sku": row.sku})
            return True
        raw = work.parsed.raw or {}
        work.record.write(
            {
                "order_ref": work.parsed.order_ref or False,
                "sku": raw.get("sku"),
            }
        )
        return self._is_read(report, work)

    def _set_keys(self, report, groups):
        """Give each row a key within its order.

        Older lists have no order-item-id: it is the SKU and the ordinal among the
        order's rows with this SKU.
        """
        numbers = [w.parsed.number for works in groups.values() for w in works]
        counts = defaultdict(int)
        if numbers:
            for order_ref, sku, count in self.env["amazon.report.row"]._read_group(
                [
                    ("report_id", "=", report.id),
                    ("order_ref", "in", list(groups)),
                    ("number", "<", min(numbers)),
                ],
                ["order_ref", "sku"],
                ["__count"],
            ):
                counts[order_ref, sku] = count
        for order_ref, works in groups.items():
            for work in works:
                sku = work.values.sku
                counts[order_ref, sku] += 1
                work.key = f"{sku}#{counts[order_ref, sku]}"
                work.record.row_key = work.key

    # === ORDERS === #

    def _import_orders(self, report, groups):
        """Store what the list says; return ``{order number: amazon.control.order}``."""
        Control = self.env["amazon.control.order"]
        known = {
            control.order_ref: control
            for control in Control.search(
                [
                    ("account_id", "=", report.account_id.id),
                    ("order_ref", "in", list(groups)),
                ]
            )
        }
        lookups = self._get_lookups(groups)
        new = []
        for order_ref, works in groups.items():
            control = known.get(order_ref, Control)
            if control and self._is_outdated(control, works):
                continue
            vals = self._prepare_control_values(report, control, works, lookups)
            outcome = "created"
            if not control:
                new.append(vals)
            else:
                changed = self._get_changes(control, vals)
                outcome = "updated" if changed.keys() - ALWAYS_NEW else "unchanged"
                if changed:
                    control.write({**changed, "to_check": True})
            self._set_outcomes(works, outcome)
        for control in Control.create(new):
            known[control.order_ref] = control
        return known

    def _get_lookups(self, groups):
        rows = [work.values for works in groups.values() for work in works]
        currencies = self.env["res.currency"].with_context(active_test=False)
        return ControlLookups(
            channels={
                marketplace.name.casefold(): marketplace
                for marketplace in self.env["amazon.marketplace"].search([])
            },
            currencies={
                currency.name: currency
                for currency in currencies.search(
                    [("name", "in", list({row.currency for row in rows}))]
                )
            },
        )

    def _is_outdated(self, control, works):
        """Whether a later list has told of the order: an old one changes nothing."""
        if control.last_update <= max(to_utc(w.values.last_update) for w in works):
            return False
        for work in works:
            self._set_outcome(
                work,
                "unchanged",
                message("told_by_later_list", order=control.order_ref),
            )
        return True

    def _prepare_control_values(self, report, control, works, lookups):
        """Return the values of an ``amazon.control.order``.

        :param control: the known record, or an empty one
        :param works: list of ``RowWork`` of one order
        :param lookups: `ControlLookups`
        """
        latest = max(works, key=lambda work: work.values.last_update).values
        items = dict(control.items or {})
        for work in works:
            row = work.values
            items[work.key] = [
                row.quantity or 0,
                row.is_cancelled,
                str(row.amount),
            ]
        live = [item for item in items.values() if not item[1]]
        last_update = to_utc(latest.last_update)
        due = self.env["amazon.control.order"]._get_due(
            latest.fulfillment, latest.status, last_update
        )
        currency = latest.currency or next(
            (w.values.currency for w in works if w.values.currency), ""
        )
        return {
            "account_id": report.account_id.id,
            "order_ref": latest.order_id,
            "marketplace_id": lookups.channels.get(
                latest.sales_channel.casefold(), self.env["amazon.marketplace"]
            ).id,
            "sales_channel": latest.sales_channel or False,
            "fulfillment": latest.fulfillment or False,
            "is_multi_channel": latest.is_multi_channel,
            "purchase_date": to_utc(latest.purchase_date),
            "last_update": last_update,
            "status": latest.status,
            "amazon_status": latest.order_status or False,
            "items": items,
            "item_count": len(live),
            "unit_count": sum(item[0] for item in live),
            "amount_total": float(sum(Decimal(item[2]) for item in live)),
            "currency_id": lookups.currencies.get(currency, control.currency_id).id,
            # What is due already stays so, whatever Amazon changes about it.
            "due_at": due and min(filter(None, (due, control.due_at))),
            "report_id": report.id,
        }

    def _get_changes(self, control, vals):
        """Return the values that differ from those of a known record."""
        changed = {}
        for name, value in vals.items():
            known = control[name]
            if isinstance(known, models.BaseModel):
                known = known.id
            if (known or False) != (value or False):
                changed[name] = value
        return changed

    def _set_outcomes(self, works, outcome):
        """Set the outcome of an order's rows.

        :param str outcome: ``created``, ``updated`` or ``unchanged``
        """
        for work in works:
            if work.values.is_multi_channel:
                self._set_outcome(
                    work,
                    "ignored",
                    self._explain_multi_channel(work.values.order_id),
                )
            else:
                again = work.record.outcome in ("created", "updated")
                kept = again and outcome == "unchanged"
                self._set_outcome(work, work.record.outcome if kept else outcome)

    # === CANCELLED ORDERS === #

    def _cancel_orders(self, report, groups, controls):
        """Cancel orders in Odoo that Amazon cancelled, as far as they are open."""
        cancelled = [
            order_ref
            for order_ref in groups
            if controls[order_ref].status == "cancelled"
            and controls[order_ref].report_id == report
        ]
        self._cancel_all(
            report,
            {ref: groups[ref] for ref in cancelled},
            self.env["amazon.order.importer"].cancel_order,
        )
        self._cancel_items(report, groups, controls)

    def _cancel_items(self, report, groups, controls):
        """Cancel items that Amazon cancelled of orders that go on otherwise.

        Only a list with the order items tells for sure which they are. What FBA does
        not ship is in no report, so that Odoo has it not.
        """
        items = defaultdict(list)
        for order_ref, works in groups.items():
            control = controls[order_ref]
            if (
                control.fulfillment != "mfn"
                or control.status in UNSURE_STATUSES
                or control.report_id != report
            ):
                continue
            for work in works:
                item_id = work.values.order_item_id
                if item_id and work.values.is_cancelled:
                    items[order_ref].append(RowWork(work.record, work.parsed, item_id))
        self._cancel_all(report, items, self.env["amazon.order.importer"].cancel_items)

    @api.private
    def cancel_created(self, report):
        """Cancel orders that a report has made, but a list told before are cancelled.

        :param report: ``amazon.report`` record of orders, all rows imported
        """
        self = self.with_context(**IMPORT_CONTEXT)
        Row = self.env["amazon.report.row"]
        made = [("report_id", "=", report.id), ("outcome", "=", "created")]
        refs = [ref for (ref,) in Row._read_group(made, ["order_ref"])]
        cancelled = self.env["amazon.control.order"].search(
            [
                ("account_id", "=", report.account_id.id),
                ("status", "=", "cancelled"),
                ("order_ref", "in", refs),
            ]
        )
        groups = defaultdict(list)
        for row in Row.search(
            [*made, ("order_ref", "in", cancelled.mapped("order_ref"))]
        ):
            groups[row.order_ref].append(RowWork(row, None, row.row_key or ""))
        self._cancel_all(report, groups, self.env["amazon.order.importer"].cancel_order)

    def _cancel_all(self, report, groups, cancel):
        """Cancel the orders of rows by the rules for changes.

        :param groups: ``{order number: [RowWork]}``
        :param cancel: function of ``(order, works)``, of the importer of orders
        """
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", list(groups)),
                ("state", "!=", "cancel"),
            ]
        )
        for order in orders:
            works = groups[order.amazon_order_ref]
            try:
                with self.env.cr.savepoint():
                    cancel(order, works)
                    self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except REFUSALS as error:
                self._fail(works, order, error)
            except Exception as error:
                # Any addon may be in the way; the other rows must not suffer.
                _logger.exception(
                    "Report %s: order %s cannot be cancelled", report.id, order.name
                )
                self._fail(works, order, error)

    def _fail(self, works, order, error):
        reason = message(
            "not_cancelled",
            order=order.amazon_order_ref,
            name=order.name,
            error=get_error_message(error),
        )
        for work in works:
            self._set_outcome(work, "error", reason, sale_order_id=order.id)
