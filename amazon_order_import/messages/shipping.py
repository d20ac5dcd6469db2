"""Parcels that Amazon is told of."""

from ..report_formats.marking import mark as _
from .template import Template

_CONFIRM = _("Press Confirm to try again.")
_WAITING = {
    "shipment_empty": Template(
        _(
            "Nothing of the order left with this parcel: what was in it has come back "
            "before, or it is no item of Amazon's order."
        )
    ),
    "shipment_prime": Template(
        _(
            "This is a Prime order: its parcel is confirmed with the label that is "
            "bought from Amazon."
        ),
        _("If you have sent it with a label of your own, press Confirm."),
    ),
    "shipment_cancelled_here": Template(
        _("The order %(order)s is cancelled in Odoo, though its goods have left."),
        _("Set it back to quotation and confirm it, or press Not Needed."),
    ),
    "shipment_cancel_asked": Template(
        _("The buyer has asked to cancel this order (%(why)s)."),
        _(
            "If it is on its way all the same, press Confirm; if not, take the goods "
            "back and cancel it in Seller Central."
        ),
    ),
    "shipment_too_many": Template(
        _(
            "Of the order item %(item)s, %(ordered)s were ordered, but %(told)s have "
            "left."
        ),
        _("Check the deliveries of the order; press Confirm if Amazon is to be told."),
    ),
    "shipment_no_method": Template(
        _("The delivery %(picking)s has no delivery method, so no carrier."),
        _("Choose one on the delivery, under Additional Info."),
    ),
    "shipment_no_carrier": Template(
        _("What Amazon calls the carrier of “%(method)s” is not said."),
        _("Press Map Carrier and choose it on the tab Shipping of the account."),
    ),
    "shipment_other": Template(
        _("For “%(method)s”, Amazon is to be told “Other” without the carrier's name."),
        _("Press Map Carrier and enter the name on the tab Shipping of the account."),
    ),
    "shipment_no_tracking": Template(
        _("The delivery %(picking)s has no tracking number for this parcel yet."),
        _("Enter it on the delivery, under Additional Info: it goes on by itself."),
    ),
    "shipment_tracking_form": Template(
        _("%(number)s does not look like a tracking number of %(carrier)s."),
        _(
            "Correct it on the delivery, or map the delivery method to the right "
            "carrier. Press Confirm to send it as it is."
        ),
    ),
    "shipment_other_country": Template(
        _(
            "The first parcel of this order left from %(first)s, this one from "
            "%(country)s: Amazon wants all parcels of an order from one country, as it "
            "decides the VAT."
        ),
        _("Press Confirm to tell Amazon all the same."),
    ),
    "shipment_by_hand": Template(
        _("The account confirms shipments by hand."), _("Press Confirm.")
    ),
    "shipment_off": Template(
        _("The account %(account)s does not confirm shipments."),
        _("Press Confirm for this one, or change Confirm Shipments on the account."),
    ),
    "shipment_left_out": Template(_("%(user)s has left it out.")),
}
_REFUSED = {
    "shipment_refused_already": Template(
        _(
            "Amazon says that nothing of this order is left to ship, but its list of "
            "parcels does not show it as shipped."
        ),
        _("Look at the order in Seller Central."),
    ),
    "shipment_refused_reference": Template(
        _("Amazon does not take the parcel's number."),
        _("Please report this: the number has to be a positive one."),
    ),
    "shipment_refused_date": Template(
        _("Amazon does not take the ship date."),
        _("Check the clock of the server and the purchase date, then press Confirm."),
    ),
    "shipment_refused_ship_plus": Template(
        _("This is a Ship+ order: Amazon's own label confirms it.")
    ),
    "shipment_refused_location": Template(
        _(
            "Amazon invoices this order itself: it has to leave from a place that has "
            "a valid VAT number in the same tax region."
        ),
        _("Confirm it in Seller Central, where you can choose the place."),
    ),
    "shipment_refused_tracking": Template(
        _("Amazon says that %(number)s is no tracking number of %(carrier)s."),
        _("Correct the number on the delivery, or map the right carrier."),
    ),
    "shipment_refused_item": Template(
        _("Amazon does not know an item of this parcel in this order."),
        _("Compare the lines of the order with Seller Central."),
    ),
    "shipment_refused_cancelled": Template(
        _("The order is cancelled at Amazon: nothing of it may be shipped."),
        _("Stop the parcel if you can, take it back, and cancel the order."),
    ),
    "shipment_refused_quantity": Template(
        _(
            "More units are in this parcel than Amazon still expects: another parcel, "
            "another program or a cancellation has them."
        ),
        _("Compare the parcels with Seller Central, then press Not Needed or Confirm."),
    ),
    "shipment_refused_carrier": Template(
        _("Amazon does not know the carrier “%(carrier)s” for this marketplace."),
        _("Press Map Carrier and choose another one."),
    ),
    "shipment_refused_order": Template(
        _("Amazon does not know this order for this seller."),
        _("Check that the order belongs to this account, then press Confirm."),
    ),
    "shipment_refused_pending": Template(
        _("The order is still pending at Amazon and must not ship yet."),
        _CONFIRM,
    ),
    "shipment_refused_other": Template(
        _("Amazon refuses this parcel: %(words)s"),
        _("Correct this, then press Confirm."),
    ),
}
_LATER = {
    "shipment_cancelled_at_amazon": Template(
        _("Amazon has cancelled the order."),
        _("Stop the parcel if you can, take it back, and cancel the order."),
    ),
    "shipment_elsewhere": Template(
        _(
            "Amazon knows this order as shipped already, by Seller Central or another "
            "program (tracking numbers: %(numbers)s)."
        )
    ),
    "shipment_not_seen_yet": Template(
        _("Amazon has said yes, but does not show the parcel yet. It is looked again.")
    ),
    "shipment_sent_again": Template(
        _("Amazon has said yes, but does not show the parcel: it is told once more.")
    ),
    "shipment_not_seen": Template(
        _("Amazon has said yes twice, but does not show the parcel."),
        _("Look at the order in Seller Central; press Confirm to try again."),
    ),
    "shipment_given_up": Template(
        _("Amazon could not be told in %(attempts)s attempts since %(first)s."),
        _CONFIRM,
    ),
    "shipment_unexpected": Template(
        _("Something unforeseen (%(error)s) stopped it; the server's log has more."),
        _CONFIRM,
    ),
    "todo_shipment": Template(_("Parcel %(parcel)s of %(order)s not confirmed")),
}
SHIPPING = {**_WAITING, **_REFUSED, **_LATER}
