"""Sold, shipped, returned and counted at the simulated Amazon, over HTTP."""

from setup.lib.demo_amazon import ask, tell

from .seller import Seller


def imported(env, seller, kind):
    """The reports of a kind, requested and worked off."""
    reports = seller.request(kind)
    for _round in range(8):
        if set(reports.mapped("state")).isdisjoint(
            ("requested", "ready", "processing")
        ):
            break
        seller.wait()
        seller.work()
        env.invalidate_all()
    assert not reports.filtered(lambda r: r.state == "failed"), reports.mapped(
        "failure_reason"
    )
    return reports


def fba_stock(env, account, sellable=True):
    """What Odoo has at Amazon, by internal reference."""
    lines = account.fba_location_ids
    places = lines.location_id if sellable else lines.unsellable_location_id
    return {
        product.default_code: quantity
        for product, quantity in env["stock.quant"]._read_group(
            [("location_id", "child_of", places.ids)], ["product_id"], ["quantity:sum"]
        )
        if quantity
    }


def send_back(amazon, seller, order_ref, **how):
    """Have the buyer of an order return its goods to Amazon."""
    tell(
        amazon.url,
        "returns",
        seller=seller.key,
        order_id=order_ref,
        age=86400,
        **how,
    )


def check_returns(env, amazon, seller):
    """Amazon's returns are those in Odoo; return them."""
    told = ask(amazon.url, "expected_returns", seller=seller.key)["rows"]
    found = env["amazon.return"].search([("account_id", "=", seller.account.id)])
    assert sorted(
        (r.order_ref, r.sku, r.license_plate, r.quantity, r.disposition) for r in found
    ) == sorted(
        (
            row["amazon_order_id"],
            row["sku"],
            row["license_plate"],
            row["quantity"],
            row["disposition"],
        )
        for row in told
    )
    return found


def check_snapshots(env, reports, pools):
    """There is one report for each stock, which says what Amazon counts."""
    snapshots = env["amazon.stock.snapshot"].search([("report_id", "in", reports.ids)])
    assert sorted(snapshots.mapped("stock_pool")) == sorted(pools)
    assert set(snapshots.mapped("complete")) == {True}
    for snapshot in snapshots:
        articles = pools[snapshot.stock_pool]["articles"]
        for name in ("sellable", "unsellable", "reserved", "inbound", "researching"):
            levels = snapshot.level_ids
            assert {
                fnsku: sum(
                    level[f"qty_{name}"] for level in levels if level.fnsku == fnsku
                )
                for fnsku in articles
            } == {fnsku: article[name] for fnsku, article in articles.items()}, name
    assert set(snapshots.mapped("booking_state")) <= {"booked", "none"}


def check_stock(env, account, pools):
    """What Amazon counts stands in Odoo, but for what has no product there."""
    env["amazon.stock.difference"].invalidate_model()
    left = env["amazon.stock.difference"].search(
        [("account_id", "=", account.id), ("has_difference", "=", True)]
    )
    assert not left.filtered("product_id"), left.mapped(lambda d: (d.skus, d.hint))
    expected = sum(
        article["sellable"] + article["reserved"]
        for pool in pools.values()
        for article in pool["articles"].values()
    )
    unknown = sum(left.mapped("difference_sellable"))
    assert sum(fba_stock(env, account).values()) + unknown == expected


def test_returns_come_back_and_stock_agrees(env, amazon):
    amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
    seller = Seller(env, amazon)
    account = seller.account
    account.write(
        {
            "fba_stock_policy": "move",
            "fba_inventory_policy": "book",
            "fba_inventory_limit_units": 10**6,
            "fba_inventory_limit_value": 10**9,
        }
    )
    env.cr.commit()
    first, second, third = seller.sell(
        3, fulfillment="fba", marketplace="DE", scenario="simple", age=9 * 86400
    )
    intact = {"disposition": "SELLABLE", "status": "Unit returned to inventory"}
    broken = {"disposition": "CUSTOMER_DAMAGED", "comment": "Loch drin"}
    send_back(amazon, seller, first, **intact)
    send_back(amazon, seller, second, **broken)

    # The returns come before their orders, and wait for them.
    reports = imported(env, seller, "fba_returns")
    rows = reports.row_ids
    assert set(rows.mapped("outcome")) == {"waiting"}
    imported(env, seller, "fba_orders_eu")
    assert set(rows.mapped("outcome")) == {"created"}
    assert set(reports.mapped("state")) == {"done"}
    found = check_returns(env, amazon, seller)
    assert set(found.sale_order_id.mapped("amazon_order_ref")) == {first, second}
    for record in found:
        sellable = record.order_ref == first
        place = account._get_fba_location(record.country_id, sellable=sellable)
        assert record.location_id == place
    units = len(found.filtered(lambda r: r.order_ref == second))
    assert sum(fba_stock(env, account, sellable=False).values()) == units
    assert third not in found.mapped("order_ref")

    # Read once more, nothing comes twice.
    moves = found.move_ids
    imported(env, seller, "fba_returns")
    again = env["amazon.return"].search([("account_id", "=", account.id)])
    assert again == found
    assert found.move_ids == moves

    reports = imported(env, seller, "fba_inventory")
    pools = ask(amazon.url, "expected_stock", seller=seller.key)["pools"]
    check_snapshots(env, reports, pools)
    check_stock(env, account, pools)

    # Counted once more, nothing is booked any more.
    count = env["stock.move"].search_count([("amazon_snapshot_id", "!=", False)])
    imported(env, seller, "fba_inventory")
    assert count == env["stock.move"].search_count(
        [("amazon_snapshot_id", "!=", False)]
    )
