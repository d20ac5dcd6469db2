"""What Amazon settles by itself is found, booked and set off against invoices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from setup.lib.demo_amazon import tell
from setup.lib.demo_seller import ensure_rates
from tests.simulator.settlements import REPORT_TYPE
from tests.simulator.world.sellers import FINANCE

from .seller import Seller
from .test_returns_and_stock import imported

DAY = 86400


class Accountant(Seller):
    """A seller whose orders are invoiced, and whose settlements are fetched."""

    def __init__(self, env, amazon, key="eu"):
        super().__init__(env, amazon, key)
        self.account.write({"order_workflow": "invoice", "settlement_import": True})
        env.cr.commit()

    def close(self, **how):
        """What Amazon says of the settlements that it closes now, by their number."""
        body = {"seller": self.key, **how}
        made = tell(self.amazon.url, "settlements", **body)["settlements"]
        return {settlement["settlement_id"]: settlement for settlement in made}

    def look(self):
        """Six hours later, the scheduled actions run."""
        if self.account.settlements_looked:
            self.account.settlements_looked -= timedelta(hours=7)
        self.env.cr.commit()
        self.wait()
        self.work(3)
        self.env.invalidate_all()

    def looks(self):
        """How often Amazon was asked for settlements."""
        return sum(
            entry["query"].get("reportTypes") == [REPORT_TYPE]
            for entry in self.calls("getReports")
        )

    def settlements(self):
        return self.env["amazon.settlement"].search(
            [("account_id", "=", self.account.id)]
        )

    def reports(self):
        return self.env["amazon.report"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "settlement")]
        )


@pytest.fixture
def seller(env, amazon):
    amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
    return Accountant(env, amazon)


def sell(seller, count=3, **particulars):
    """Orders of both ways of fulfilment, imported; too new to be returned by chance."""
    refs = []
    for fulfillment in ("mfn", "fba"):
        refs += seller.sell(
            count, fulfillment=fulfillment, age=3 * DAY, spread=DAY, **particulars
        )
    region = seller.account.region
    imported(seller.env, seller, f"mfn_orders_{region}")
    imported(seller.env, seller, f"fba_orders_{region}")
    return refs


def cents(amount):
    return Decimal(f"{amount:.2f}")


def check(settlement, told):
    """The settlement in Odoo is Amazon's, row by row, order by order and booked."""
    assert settlement.state == "posted", settlement.note
    total = Decimal(told["total"])
    assert cents(settlement.amount_total) == total
    assert settlement.currency_id.name == told["currency"]
    assert len(settlement.line_ids) == told["rows"]
    assert cents(sum(settlement.line_ids.mapped("amount"))) == total
    assert not settlement.unknown_line_ids
    found = {
        order.order_ref: {
            "sale": cents(order.amount_sale),
            "refund": cents(order.amount_refund),
            "fee": cents(order.amount_fee),
        }
        for order in settlement.order_ids
    }
    assert found == {
        ref: {part: Decimal(amount) for part, amount in parts.items()}
        for ref, parts in told["orders"].items()
    }
    move = settlement.move_id
    assert move.state == "posted"
    transit = move.line_ids.filtered(
        lambda line: line.account_id == move.company_id.transfer_account_id
    )
    assert cents(sum(transit.mapped("amount_currency"))) == max(total, 0)


def receivables(orders):
    """The receivable lines of the posted invoices of orders."""
    moves = orders.invoice_ids.filtered(lambda move: move.state == "posted")
    return moves.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )


def test_a_settlement_is_found_booked_and_pays_the_invoices(env, seller):
    refs = sell(seller, marketplace="DE")
    orders = seller.orders()
    assert set(orders.mapped("amazon_order_ref")) == set(refs)
    owed = receivables(orders)
    # Of what costs nothing, as a replacement, there is no invoice.
    assert owed.move_id.invoice_line_ids.sale_line_ids.order_id == orders.filtered(
        "amount_total"
    )
    assert cents(sum(owed.mapped("amount_residual"))) == cents(
        sum(orders.mapped("amount_total"))
    )
    told = seller.close()
    assert refs_of(told) == set(refs)

    seller.look()
    settlements = seller.settlements()
    assert set(settlements.mapped("settlement_id")) == set(told)
    for settlement in settlements:
        check(settlement, told[settlement.settlement_id])
    assert set(settlements.order_ids.mapped("state")) == {"matched"}
    assert settlements.order_ids.sale_order_id == orders
    assert cents(sum(owed.mapped("amount_residual"))) == 0
    assert set(owed.move_id.mapped("payment_state")) == {"paid"}
    assert set(seller.reports().mapped("state")) == {"done"}

    # A look that finds the same, and one that is not due.
    reports, lines = seller.reports(), settlements.line_ids
    moves = settlements.move_id
    looks = seller.looks()
    seller.look()
    looks += 1
    assert seller.looks() == looks
    seller.work(2)
    assert seller.looks() == looks
    assert seller.reports() == reports
    assert seller.settlements() == settlements
    assert (settlements.line_ids, settlements.move_id) == (lines, moves)


def refs_of(told):
    return {ref for settlement in told.values() for ref in settlement["orders"]}


def test_the_same_settlement_in_two_reports(env, seller):
    sell(seller, count=1, marketplace="DE")
    told = seller.close(reports=2)
    seller.look()
    settlements = seller.settlements()
    assert sorted(settlements.mapped("settlement_id")) == sorted(told)
    for settlement in settlements:
        check(settlement, told[settlement.settlement_id])
    assert len(seller.reports()) == 2 * len(told)
    assert set(seller.reports().mapped("state")) == {"done"}


def test_refund_reserve_and_the_next_settlement(env, amazon, seller):
    refs = sell(seller, count=2, marketplace="DE")
    first = seller.close()
    seller.look()
    returned = next(
        ref
        for ref in refs
        if amazon.state.market.order(seller.simulated, ref).fulfillment == "fba"
    )
    tell(amazon.url, "returns", seller="eu", order_id=returned, age=DAY)
    second = seller.close()
    seller.look()
    told = first | second
    settlements = seller.settlements()
    assert set(settlements.mapped("settlement_id")) == set(told)
    for settlement in settlements:
        check(settlement, told[settlement.settlement_id])
    (refund,) = settlements.order_ids.filtered("amount_refund")
    assert refund.order_ref == returned
    assert refund.state == "no_credit_note"
    # The credit note closes it.
    order = refund.sale_order_id
    note = order.invoice_ids._reverse_moves()
    note.action_post()
    assert refund.state == "matched"
    assert cents(sum(receivables(order).mapped("amount_residual"))) == 0
    # All that is left in the clearing account, is what Amazon still holds.
    clearing = settlements.move_id.line_ids.filtered(
        lambda line: line.account_id == line.journal_id.default_account_id
    )
    held = sum(
        settlements.line_ids.filtered(
            lambda line: "reserve" in line.amount_description.lower()
            or line.amount_description == "Payable to Amazon"
        ).mapped("amount")
    )
    unpaid = sum(min(s.amount_total, 0) for s in settlements)
    assert cents(sum(clearing.mapped("amount_currency"))) == cents(unpaid - held)


def test_pounds_are_settled_by_themselves(env, seller):
    ensure_rates(env)
    sell(seller, count=1, marketplace="DE")
    sell(seller, count=1, marketplace="GB")
    told = seller.close()
    assert {entry["currency"] for entry in told.values()} == {"EUR", "GBP"}
    seller.look()
    settlements = seller.settlements()
    assert set(settlements.mapped("settlement_id")) == set(told)
    for settlement in settlements:
        check(settlement, told[settlement.settlement_id])
    assert len(settlements.move_id.journal_id) == 2


def test_tax_that_amazon_withholds_is_not_the_sellers(env, amazon):
    amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
    ensure_rates(env)
    seller = Accountant(env, amazon, "na")
    sell(seller, count=4, marketplace="US")
    told = seller.close()
    seller.look()
    settlements = seller.settlements()
    assert set(settlements.mapped("settlement_id")) == set(told)
    for settlement in settlements:
        check(settlement, told[settlement.settlement_id])
    assert any("Tax" in name for name in settlements.line_ids.mapped("amount_type"))
    assert set(settlements.order_ids.mapped("state")) == {"matched"}
    owed = receivables(seller.orders())
    assert owed
    assert cents(sum(owed.mapped("amount_residual_currency"))) == 0


def test_a_look_that_fails_loses_no_settlement(env, amazon, seller):
    """Amazon refuses for days, from the first look on; what it made then, comes."""
    sell(seller, count=1, marketplace="DE")
    account = seller.account
    account.settlements_looked = False
    seller.simulated.roles.discard(FINANCE)
    told = seller.close()
    seller.look()
    looks = seller.looks()
    seller.work(2)
    assert seller.looks() == looks
    assert not seller.settlements()
    # Its report was made long ago when Amazon lets Odoo look again.
    for report in amazon.state.reports.values():
        report.created -= timedelta(days=30)
    seller.simulated.roles.add(FINANCE)
    account.settlements_retry -= timedelta(hours=2)
    seller.look()
    settlements = seller.settlements()
    assert set(settlements.mapped("settlement_id")) == set(told)
    assert set(settlements.mapped("state")) == {"posted"}
    assert not account.settlements_retry


def test_nothing_is_looked_for_where_it_is_not_wanted(env, seller):
    seller.account.settlement_import = False
    seller.close()
    seller.look()
    assert not seller.reports()
    assert not seller.looks()
    seller.account.settlement_import = True
    env.cr.commit()
    seller.look()
    assert len(seller.settlements()) == 1
