from odoo import models

from ...messages import message
from ...report_formats.kinds import KINDS

#: What an account does not take: the reasons, and those that Amazon's list of all
#: orders cannot tell.
FULFILMENT_OFF, BUSINESS_OFF, PICKUP_OFF = (
    "fulfilment_off",
    "business_off",
    "store_pickup_off",
)


class AmazonOrderImporter(models.AbstractModel):
    """Orders that the account does not take, or that a person left out."""

    _inherit = "amazon.order.importer"

    def _choose_importable(self, report, works):
        works = super()._choose_importable(report, works)
        reasons = self._find_unwanted(report, works)
        for work in works:
            if work.values.order_id in reasons:
                self._set_outcome(work, "ignored", reasons[work.values.order_id])
        return [work for work in works if work.values.order_id not in reasons]

    def _find_unwanted(self, report, works):
        """Return why orders are not imported, by number, as messages.

        Orders that Odoo has all the same are updated like any other.
        """
        reasons = {}
        for work in works:
            if reason := self._explain_unwanted(report, work.values):
                reasons[work.values.order_id] = reason
        if not reasons:
            return reasons
        known = self.env["sale.order"]._read_group(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", list(reasons)),
            ],
            ["amazon_order_ref"],
        )
        for (ref,) in known:
            del reasons[ref]
        return reasons

    def _explain_unwanted(self, report, row):
        """Return why an order is not imported as a message, or None.

        :param row: ``SaleRow``
        """
        account = report.account_id
        values = {"order": row.order_id, "account": account.name}
        if row.order_id in (report.left_out_refs or ()):
            return message("left_out_by_person", order=row.order_id)
        if not account._takes(KINDS[report.kind].fulfillment):
            return message(FULFILMENT_OFF, **values)
        if row.is_business_order and not account.import_business:
            return message(BUSINESS_OFF, **values)
        if row.is_store_pickup and not account.import_store_pickup:
            return message(PICKUP_OFF, **values)
        return None
