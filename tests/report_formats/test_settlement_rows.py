"""Settlements: the sum is the total, and decides how amounts are written."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from report_formats import KINDS, detect_kinds, get_fingerprint, read_raw

from .files import opened, refusal, table

HEADER = """settlement-id settlement-start-date settlement-end-date deposit-date
total-amount currency transaction-type order-id merchant-order-id adjustment-id
shipment-id marketplace-name amount-type amount-description amount fulfillment-id
posted-date posted-date-time order-item-code merchant-order-item-id
merchant-adjustment-item-id sku quantity-purchased promotion-id""".split()
KIND = "settlement"
DAYS = {
    "dot": ("01.10.2026 00:00:00 UTC", "15.10.2026 00:00:00 UTC"),
    "iso": ("2026-10-01 00:00:00 UTC", "2026-10-15 00:00:00 UTC"),
    "slash": ("2026/10/01 00:00:00 UTC", "2026/10/15 00:00:00 UTC"),
    "old": ("2026-10-01T00:00:00+00:00", "2026-10-15T00:00:00+00:00"),
    "british": ("01/10/2026 00:00:00 UTC", "15/10/2026 00:00:00 UTC"),
    "american": ("10/01/2026 00:00:00 UTC", "10/15/2026 00:00:00 UTC"),
}


def control(total, style="dot", **cells):
    start, end = DAYS[style]
    return _row(
        **{
            "settlement_start_date": start,
            "settlement_end_date": end,
            "deposit_date": end,
            "total_amount": total,
            "currency": "EUR",
            **cells,
        }
    )


def sale(amount, description="Principal", **cells):
    return _row(
        **{
            "transaction_type": "Order",
            "order_id": "302-1000001-1000001",
            "amount_type": "ItemPrice",
            "amount_description": description,
            "amount": amount,
            "posted_date_time": DAYS["dot"][0],
            **cells,
        }
    )


def _row(**cells):
    cells = {name.replace("_", "-"): cell for name, cell in cells.items()}
    return {**dict.fromkeys(HEADER, ""), "settlement-id": "11223344556", **cells}


def read(*rows, **options):
    report = opened(table(rows, HEADER, **options), KIND)
    return [row.values for row in report.rows()]


def lines(*rows):
    return table(rows, HEADER).decode().splitlines(keepends=True)


@pytest.mark.parametrize("style", DAYS)
def test_moments_of_each_country(style):
    first, row = read(
        control("10.00", style), sale("10.00", posted_date_time=DAYS[style][1])
    )
    assert first.is_control
    assert not row.is_control
    assert first.start == datetime(2026, 10, 1, tzinfo=timezone.utc)
    assert first.end == first.deposit == row.posted
    assert row.posted == datetime(2026, 10, 15, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("total", "amounts", "sum_"),
    [
        ("1141.18", ("1200.00", "-58.82"), "1141.18"),
        ("1141,18", ("1200,00", "-58,82"), "1141.18"),
        ("1.141,18", ("1.200,00", "-58,82"), "1141.18"),
        ("1,141.18", ("1,200.00", "-58.82"), "1141.18"),
        ("1 141,18", ("1 200", "-58,82"), "1141.18"),
        ("1141", ("1200", "-59"), "1141"),
        # Each could be read in two ways: no currency here has three decimals.
        ("3,000", ("1,000", "2,000"), "3000"),
        ("3.000", ("1.000", "2.000"), "3000"),
        ("-12,5", ("-12,50", "0,00"), "-12.50"),
        ("0,00", ("0.10", "-0.10"), None),
    ],
)
def test_the_sum_decides_what_a_comma_is(total, amounts, sum_):
    rows = [control(total), *map(sale, amounts)]
    if sum_ is None:
        assert refusal(table(rows, HEADER), KIND).code == "settlement_amount"
        return
    first, *others = read(*rows)
    assert first.total == Decimal(sum_)
    assert sum(row.amount for row in others) == Decimal(sum_)


def test_a_cent_too_much_refuses_the_file():
    error = refusal(table([control("10,00"), sale("10,01")], HEADER), KIND)
    assert error.code == "settlement_sum"
    assert error.params["difference"] == "-0.01"
    assert "10.01" in str(error)


def test_without_the_row_with_the_total():
    error = refusal(table([sale("10.00")], HEADER), KIND)
    assert error.code == "settlement_no_total"
    assert "11223344556" in str(error)


@pytest.mark.parametrize(
    "cells",
    [
        {"currency": ""},
        {"currency": "EURO"},
        {"settlement_end_date": "31.02.2026 00:00:00 UTC"},
        {"settlement_end_date": "", "deposit_date": ""},
        {"settlement_start_date": "yesterday"},
    ],
)
def test_a_total_without_what_it_needs(cells):
    """Half a settlement is none: the file is refused, not one row of it."""
    error = refusal(table([control("10,00", **cells), sale("10,00")], HEADER), KIND)
    assert error.code == "settlement_row"
    assert "Row 1" in str(error)


def test_a_total_beside_each_amount():
    rows = [control("30,00", amount="10,00"), control("30,00", amount="20,00")]
    assert [row.amount for row in read(*rows)] == [10, 20]


def test_cut_off_file_is_refused():
    content = "".join(lines(control("30.00"), sale("10.00"), sale("20.00")))
    cut = content.rstrip()[: content.rindex("20.00") + 1]
    assert refusal(cut.encode(), KIND).code == "settlement_sum"


def test_identical_rows_are_real():
    rows = read(control("20.00"), sale("10.00"), sale("10.00"))
    assert rows[1] == rows[2]
    assert sum(row.amount for row in rows[1:]) == 20


def test_short_rows():
    head, first, row = lines(control("10.00"), sale("10.00"))
    content = head + first.rstrip() + "\n" + row.rstrip() + "\n"
    found = [row.values for row in opened(content.encode(), KIND).rows()]
    assert [row.amount for row in found] == [None, Decimal("10.00")]
    assert found[1].promotion_id == ""


@pytest.mark.parametrize("torn", ["Base\nfee", "Base\r\nfee"])
def test_a_line_break_inside_a_description(torn):
    rows = [control("9.00"), sale("-1.00", "Base fee"), sale("10.00")]
    content = "".join(lines(*rows)).replace("Base fee", torn)
    found = [row.values for row in opened(content.encode(), KIND).rows()]
    assert [row.amount_description for row in found] == ["", "Base fee", "Principal"]


def test_a_tab_too_much_names_its_row():
    rows = [control("9.00"), sale("-1.00", "Base\tfee"), sale("10.00")]
    error = refusal(table(rows, HEADER), KIND)
    assert error.code == "settlement_row"
    assert "Row 2" in str(error)


@pytest.mark.parametrize("order", ["FBA19CD9HGQ8", "", "S01-1234567-1234567"])
def test_numbers_that_are_no_orders(order):
    row = read(control("1.00"), sale("1.00", order_id=order))[1]
    assert row.order_id == order


def test_nothing_but_a_total():
    [row] = read(control("0.00"))
    assert row.total == 0


def test_two_settlements_in_one_file():
    rows = [control("1.00"), sale("1.00")]
    rows += [{**row, "settlement-id": "99887766"} for row in rows]
    assert len(read(*rows)) == 4
    rows[-1]["amount"] = "2.00"
    error = refusal(table(rows, HEADER), KIND)
    assert error.params["settlement"] == "99887766"


def test_the_kind():
    assert detect_kinds(HEADER) == (KIND,)
    kind = KINDS[KIND]
    assert not kind.requestable
    assert not kind.restricted
    assert kind.row_format.unknown(HEADER) == []


def test_fingerprint_knows_the_rows_not_the_file():
    rows = [control("10.00"), sale("10.00")]
    prints = [
        get_fingerprint(opened(content, KIND))
        for content in (
            table(rows, HEADER),
            table(rows, HEADER, eol="\r\n"),
            table(
                [
                    control("10,00", "iso"),
                    sale("10,0", posted_date_time=DAYS["iso"][0]),
                ],
                HEADER,
            ),
            table([*rows[:1], sale("10.00", sku="X")], HEADER),
        )
    ]
    assert prints[0] == prints[1] == prints[2] != prints[3]


def test_a_stored_row():
    raw = {name: sale("-58,82")[name] for name in HEADER}
    assert read_raw(KIND, 2, raw).values.amount == Decimal("-58.82")
