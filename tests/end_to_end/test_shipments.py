"""What leaves Odoo is told to Amazon over HTTP: every item once."""

import pytest

from tests.simulator import shipments

from .seller import Seller

NUMBERS = ("00340434161094000001", "00340434161094000002")


@pytest.fixture
def shop(env, amazon):
    """A seller with an account that confirms by itself, and a mapped carrier."""
    seller = Seller(env, amazon)
    product = env["product.product"].create({"name": "Parcel", "type": "service"})
    seller.method = env["delivery.carrier"].create(
        {"name": "DHL Parcel", "product_id": product.id}
    )
    seller.account.write(
        {
            "order_workflow": "confirm",
            "shipment_confirmation": "auto",
            "shipment_carrier_ids": [
                (
                    0,
                    0,
                    {
                        "carrier_id": seller.method.id,
                        "code_id": env.ref("amazon_order_import.carrier_dhl").id,
                    },
                )
            ],
        }
    )
    env.cr.commit()
    return seller


def order_of_several_units(shop):
    """A confirmed order in Odoo of which at least two units are to leave."""
    for _attempt in range(40):
        (ref,) = shop.sell(1, marketplace="DE", scenario="quantity")
        order = shop.amazon.state.market.order(shop.simulated, ref)
        if sum(line.quantity for line in order.lines) > 1:
            break
    else:
        raise AssertionError("no order has several units")
    shop.request()
    shop.work(3)
    found = shop.orders().filtered(lambda o: o.amazon_order_ref == ref)
    assert found.state == "sale", found.amazon_workflow_note
    return found


def ship(shop, order, number, quantity=None):
    picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
    picking.write({"carrier_id": shop.method.id, "carrier_tracking_ref": number})
    for move in picking.move_ids:
        move.quantity = move.product_uom_qty if quantity is None else quantity
        move.picked = True
    # What Validate does after its questions (back orders, text messages).
    picking._action_done()
    assert picking.state == "done"
    shop.env.cr.commit()
    return picking.amazon_confirmation_ids


def send(shop):
    failure = shop.env.ref(
        "amazon_order_import.ir_cron_confirm_shipments"
    ).method_direct_trigger()
    assert not isinstance(failure, dict), failure
    shop.env.cr.commit()
    shop.env.invalidate_all()


def at_amazon(shop, order):
    simulated = shop.amazon.state.market.order(shop.simulated, order.amazon_order_ref)
    state = shop.amazon.state
    return (
        shipments.status(state, shop.simulated, simulated),
        shipments.packages(state, shop.simulated, simulated),
        shipments.left(state, shop.simulated, simulated),
    )


def test_two_parcels_with_a_back_order_ship_every_item_once(shop):
    order = order_of_several_units(shop)
    first = ship(shop, order, NUMBERS[0], quantity=1)
    send(shop)
    assert first.state == "confirmed", first.reason
    assert at_amazon(shop, order)[0] == "PARTIALLY_SHIPPED"
    # Amazon takes it, but its answer is lost: told again, it is the same parcel.
    shop.amazon.state.faults.add("lost_answer", {"operation": "confirmShipment"})
    second = ship(shop, order, NUMBERS[1])
    send(shop)
    assert second.state == "sending"
    second.next_attempt = False
    shop.env.cr.commit()
    send(shop)
    assert second.state == "confirmed", second.reason
    status, packages, left = at_amazon(shop, order)
    assert status == "SHIPPED"
    assert not any(left.values()), "an item more or less than once"
    assert [package.tracking for package in packages.values()] == list(NUMBERS)
    parcels = first + second
    parcels.look_at = shop.env.cr.now().replace(microsecond=0)
    shop.env.cr.commit()
    send(shop)
    assert set(parcels.mapped("state")) == {"seen"}


def test_who_ships_in_seller_central_is_recognised(shop):
    order = order_of_several_units(shop)
    simulated = shop.amazon.state.market.order(shop.simulated, order.amazon_order_ref)
    shop.amazon.state.market.ship(
        shop.simulated, order.amazon_order_ref, shop.amazon.clock.now()
    )
    parcel = ship(shop, order, NUMBERS[0])
    send(shop)
    assert parcel.state == "not_needed", parcel.reason
    assert parcel.reason_code == "shipment_elsewhere"
    assert simulated.shipped_at
