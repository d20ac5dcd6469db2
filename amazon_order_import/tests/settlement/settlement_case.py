"""Settlement files, and a German seller whose books (SKR03) they reach."""

from ..common import AmazonCase

HEADER = """settlement-id settlement-start-date settlement-end-date deposit-date
total-amount currency transaction-type order-id merchant-order-id adjustment-id
shipment-id marketplace-name amount-type amount-description amount fulfillment-id
posted-date posted-date-time order-item-code merchant-order-item-id
merchant-adjustment-item-id sku quantity-purchased promotion-id""".split()
NUMBER = "11223344556"
ORDER = "302-0000001-0000001"


def settlement_file(*rows, number=NUMBER, currency="EUR", total=None, comma=True):
    """A file of rows ``(transaction, order, amount type, description, amount)``."""
    if total is None:
        total = sum(round(row[4] * 100) for row in rows) / 100

    def money(amount):
        text = f"{amount:.2f}"
        return text.replace(".", ",") if comma else text

    lines = [
        {
            "settlement-start-date": "01.10.2026 00:00:00 UTC",
            "settlement-end-date": "14.10.2026 22:30:00 UTC",
            "deposit-date": "16.10.2026 22:30:00 UTC",
            "total-amount": money(total),
            "currency": currency,
        }
    ]
    names = ("transaction-type", "order-id", "amount-type", "amount-description")
    for row in rows:
        lines.append(
            {
                **dict(zip(names, row[:4], strict=True)),
                "amount": money(row[4]),
                "posted-date-time": "06.10.2026 10:00:00 UTC",
                **(row[5] if len(row) > 5 else {}),
            }
        )
    text = ["\t".join(HEADER)]
    for line in lines:
        line["settlement-id"] = number
        text.append("\t".join(line.get(name, "") for name in HEADER))
    return ("\n".join(text) + "\n").encode()


def sold(amount, order=ORDER, description="Principal"):
    return ("Order", order, "ItemPrice", description, amount)


def refunded(amount, order=ORDER, description="Principal"):
    return ("Refund", order, "ItemPrice", description, amount)


def fee(amount, description="Commission", order=ORDER, transaction="Order"):
    return (transaction, order, "ItemFees", description, amount)


def other(amount, description):
    return ("other-transaction", "", "other-transaction", description, amount)


class SettlementCase(AmazonCase):
    """A German seller with the chart SKR03."""

    def settle(self, *rows, **options):
        report = self.import_file("settlement", settlement_file(*rows, **options))
        number = options.get("number", NUMBER)
        settlement = self.env["amazon.settlement"].search(
            [("settlement_id", "=", number)]
        )
        return report, settlement

    def sell(self, price="119.00", order=ORDER, kind="mfn_orders_eu", **cells):
        ref = "order-id" if kind == "mfn_orders_eu" else "amazon-order-id"
        self.import_lines(kind, {ref: order, "item-price": price, **cells})
        return self.get_order(order)

    def invoice(self, order):
        if order.state == "draft":
            order.action_confirm()
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-10-06"
        invoice.action_post()
        return invoice

    def balances(self, settlement):
        """``{code of the account: balance}`` of the entry, the clearing one as C."""
        move = settlement.move_id
        clearing = move.journal_id.default_account_id
        found = {}
        for line in move.line_ids:
            code = "C" if line.account_id == clearing else line.account_id.code[:4]
            found[code] = round(found.get(code, 0) + line.balance, 2)
        self.assertAlmostEqual(sum(found.values()), 0, 2)
        return {code: amount for code, amount in found.items() if amount}
