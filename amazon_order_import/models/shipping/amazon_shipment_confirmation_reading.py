import logging
import re
from datetime import timedelta

from odoo import api, fields, models

from ...messages import message
from ...selling_partner.errors import RetryableError, SellingPartnerError

_logger = logging.getLogger(__name__)

#: Orders looked at in one run.
ORDERS_PER_RUN = 100
#: When Amazon is looked at again that does not show a parcel.
LOOKS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
#: After this look, the parcel is told once more.
SEND_AGAIN = 1
#: When it is tried again where the order cannot be read.
UNREADABLE_RETRY = timedelta(hours=6)


class AmazonShipmentConfirmation(models.Model):
    """Looks whether Amazon shows what it was told: its yes is no proof.

    Source: reference/amazon-after-import.md 1.3 (models#5232).
    """

    _inherit = "amazon.shipment.confirmation"

    @api.model
    def _get_look_domain(self, account):
        return [
            ("account_id", "=", account.id),
            ("state", "in", ("confirmed", "refused")),
            ("look_at", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _look_due(self, account, client, commit):
        """Look at the orders that are due; return whether all were looked at."""
        parcels = self.search(self._get_look_domain(account), order="look_at, id")
        orders = list(parcels.grouped("order_id").values())
        for parcels in orders[:ORDERS_PER_RUN]:
            if not self._wait_for_quota(account, "getOrder", commit):
                # The quota fills up until the next run.
                return True
            if not parcels.try_lock_for_update():
                continue
            try:
                order = client.get_order(parcels.order_id.amazon_order_ref)
            except RetryableError as error:
                account._note_api_error(error)
                commit()
                return True
            except SellingPartnerError as error:
                # What is confirmed stays so; only whether it is seen cannot be told.
                _logger.info("Order %s is not read: %s", parcels.order_id.id, error)
                parcels.look_at = fields.Datetime.now() + UNREADABLE_RETRY
                commit()
                continue
            for parcel in parcels:
                parcel._read_order(order)
            if not commit(1):
                return False
        return len(orders) <= ORDERS_PER_RUN

    def _read_order(self, order):
        """Take over what Amazon shows of the parcel.

        :param order: ``selling_partner.records.Order``
        """
        self.ensure_one()
        own = next(
            (p for p in order.packages if p.reference == self.package_reference), None
        )
        if own and _same(own.tracking_number, self.tracking_number):
            self._note(None, state="seen", seen_at=fields.Datetime.now(), look_at=False)
        elif self.state == "refused":
            self._read_refused(order)
        elif order.status == "CANCELLED":
            self._give_up(message("shipment_cancelled_at_amazon"))
        else:
            self._read_missing()

    def _read_refused(self, order):
        """Amazon has nothing left to ship: who has shipped it?"""
        self.look_at = False
        if order.status == "SHIPPED":
            numbers = ", ".join(
                filter(None, (p.tracking_number for p in order.packages))
            )
            self._note(
                message("shipment_elsewhere", numbers=numbers or "–"),
                state="not_needed",
            )
        elif order.status == "CANCELLED":
            self._note(message("shipment_cancelled_at_amazon"))
            self._call_person(message("shipment_cancelled_at_amazon"))
        else:
            self._call_person(message("shipment_refused_already"))

    def _read_missing(self):
        looks = self.looks + 1
        if looks > len(LOOKS):
            self.looks = 0
            self._give_up(message("shipment_not_seen"))
            return
        later = fields.Datetime.now() + LOOKS[looks - 1]
        self.write({"looks": looks, "look_at": later})
        if looks == SEND_AGAIN + 1:
            self._note(message("shipment_sent_again"), state="queued")
        else:
            self._note(message("shipment_not_seen_yet"))


def _same(theirs, ours):
    """Whether Amazon shows our tracking number, however it writes it."""
    plain = [re.sub(r"\W", "", text or "").upper() for text in (theirs, ours)]
    return not plain[0] or plain[0] == plain[1]
