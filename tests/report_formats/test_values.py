"""Cells to values."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_formats import RowError, values

from .files import order, shipment


def _code(parse, cell):
    with pytest.raises(values.BadCell) as problem:
        parse(cell)
    return problem.value.code


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("19.99", "19.99"),
        ("-3.85", "-3.85"),
        ("24732", "24732"),
        ("24732.00", "24732.00"),
        ("+1.00", "1.00"),
        (" 5.00 ", "5.00"),
        ("0.12345", "0.12345"),
        ("007", "7"),
    ],
)
def test_money(cell, amount):
    value = values.money(cell)
    assert value == Decimal(amount)
    assert str(value) == amount


def test_no_money_is_not_zero():
    assert values.money("") is None
    assert values.money("0.00") == 0
    assert not values.money("-0.00").is_signed()


@pytest.mark.parametrize(
    "cell",
    [
        "9,99 EUR",
        "9,99",
        "1,234.50",
        "1.234,50",
        "1 234.50",
        "€5.00",
        "5.00-",
        "NaN",
        "Infinity",
        "1E3",
        "1e-2",
        "0x10",
        "1_000",
        ".50",
        "5.",
        "--5",
        "١٢",
        "five",
        "1" * 16,
        "1.000000001",
    ],
)
def test_no_amount(cell):
    assert _code(values.money, cell) == "bad_amount"
    assert _code(values.discount, cell) == "bad_amount"
    assert order(item_price=cell).error == RowError("bad_amount", "item-price", cell)


@pytest.mark.parametrize("field", ["item_price", "shipping_price"])
def test_nobody_pays_less_than_nothing(field):
    name = field.replace("_", "-")
    assert order(**{field: "-5.00"}).error == RowError("bad_amount", name, "-5.00")
    assert order(**{field: "-0.00"}).error is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_is_exact(amount):
    assert values.money(str(amount)) == amount
    assert values.discount(str(amount)) == -abs(amount)


@pytest.mark.parametrize("cell", ["3.99", "-3.99"])
def test_promotions_reduce_whatever_the_sign(cell):
    row = shipment(ship_promotion_discount=cell).values
    assert row.ship_promotion == Decimal("-3.99")
    assert order(ship_promotion_discount=cell).values.ship_promotion == -Decimal("3.99")
    assert not values.discount("0.00").is_signed()


@pytest.mark.parametrize(
    ("cell", "count"), [("0", 0), ("1", 1), ("12", 12), ("2.0", 2), (" 3 ", 3)]
)
def test_quantity(cell, count):
    assert values.quantity(cell) == count
    assert type(values.quantity(cell)) is int


@pytest.mark.parametrize("cell", ["-1", "1.5", "1,0", "two", "1e2", "+1", "1234567890"])
def test_no_quantity(cell):
    assert order(quantity_purchased=cell).error.code == "bad_quantity"


PLUS2 = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (
            "2026-10-05T08:15:00+00:00",
            datetime(2026, 10, 5, 8, 15, tzinfo=timezone.utc),
        ),
        ("2026-10-05T08:15:00Z", datetime(2026, 10, 5, 8, 15, tzinfo=timezone.utc)),
        ("2026-10-05 08:15:00 UTC", datetime(2026, 10, 5, 8, 15, tzinfo=timezone.utc)),
        ("2026-10-05T10:15:00+0200", datetime(2026, 10, 5, 10, 15, tzinfo=PLUS2)),
        ("2026-10-05T10:15+02", datetime(2026, 10, 5, 10, 15, tzinfo=PLUS2)),
        (
            "2026-10-05T08:15:00.250Z",
            datetime(2026, 10, 5, 8, 15, 0, 250000, tzinfo=timezone.utc),
        ),
        (
            "2017-06-01T00:05:48-07:00",
            datetime(2017, 6, 1, 7, 5, 48, tzinfo=timezone.utc),
        ),
    ],
)
def test_moment(cell, moment):
    value = values.moment(cell)
    assert value == moment
    assert value.utcoffset() is not None
    assert order(purchase_date=cell).values.purchase_date == moment


@pytest.mark.parametrize(
    "cell",
    [
        "2026-10-05T08:15:00",
        "2026-10-05",
        "05.10.2026 08:15",
        "10/5/2026 8:15",
        "2026-13-05T08:15:00+00:00",
        "2026-02-30T08:15:00Z",
        "2026-10-05T25:15:00+00:00",
        "2026-10-05T08:15:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "46300.34375",
        "yesterday",
    ],
)
def test_no_moment(cell):
    assert _code(values.moment, cell) == "bad_date"
    assert order(purchase_date=cell).error.code == "bad_date"


@given(
    st.datetimes(datetime(1996, 1, 1), datetime(2099, 12, 31)),
    st.integers(-14 * 60, 14 * 60),
)
def test_every_moment_with_an_offset(naive, minutes):
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert values.moment(moment.isoformat()) == moment
    assert values.moment(moment.isoformat(" ", "milliseconds")) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )


@pytest.mark.parametrize(
    ("cell", "flag"),
    [
        ("true", True),
        ("TRUE", True),
        ("Yes", True),
        ("1", True),
        ("false", False),
        ("no", False),
        ("0", False),
        ("", None),
        ("N/A", None),
    ],
)
def test_flag(cell, flag):
    assert order(is_business_order=cell).values.is_business_order is flag


@pytest.mark.parametrize(
    "cell",
    [
        "5.10141E+13",
        "5,10141E+13",
        "7.0E+13",
        "50000000000011.0",
        "50000000000011,00",
        "#########",
        "#NAME?",
        "302-1\x01000",
    ],
)
def test_damaged_identifier(cell):
    for column in ("order_id", "order_item_id"):
        error = order(**{column: cell}).error
        assert (error.code, error.value) == ("damaged_identifier", cell)
    assert shipment(shipment_item_id=cell).error.code == "damaged_identifier"


@pytest.mark.parametrize(
    "cell",
    [
        "302-1000001-1000001",
        "S01-5000005-5000005",
        "10000000000011",
        "00000000000011",
        "123456789012345678901234567890",
        "D1E10x",
        "51e13",
        "dAAa1",
        "amzn1:crow:r1",
    ],
)
def test_identifier_is_kept_exactly(cell):
    assert values.identifier(cell) == cell
    assert values.identifier(f" {cell}\xa0") == cell


@pytest.mark.parametrize("sku", ["1E5", "12.0", "00012", "a b  c", "&amp;x", "#1", "-"])
def test_sku_is_the_sellers_own_text(sku):
    assert order(sku=sku).values.sku == sku


@pytest.mark.parametrize("sku", ["4.00638E+12", "4,00638E+12", "#N/A"])
def test_damaged_sku(sku):
    assert order(sku=sku).error.code == "damaged_identifier"


@pytest.mark.parametrize(
    "column",
    [
        "order_id",
        "order_item_id",
        "sku",
        "quantity_purchased",
        "purchase_date",
        "item_price",
        "currency",
    ],
)
@pytest.mark.parametrize("cell", ["", "  "])
def test_missing_value(column, cell):
    error = order(**{column: cell}).error
    assert error == RowError("missing_value", column.replace("_", "-"), cell)


def test_money_that_may_be_missing():
    assert order(item_price="", quantity_purchased="0").values.item_price is None
    assert order(item_price="", is_replacement_order="true").values
    empty = {"item_price": "", "currency": "", "ship_promotion_discount": ""}
    row = shipment(**empty, shipping_price="0.00", sales_channel="Non-Amazon DE")
    assert row.values.currency == ""
    assert shipment(
        **empty, shipping_price="", amazon_order_id="S01-0000001-0000002"
    ).values
    assert shipment(**empty, shipping_price="").error.column == "item-price"
    assert shipment(currency="").error.column == "currency"
    assert order(
        currency="", item_price="0.00", item_tax="", shipping_price="0", shipping_tax=""
    ).values


@pytest.mark.parametrize("cell", ["EURO", "€", "E1R", "12"])
def test_bad_currency(cell):
    assert order(currency=cell).error.code == "bad_currency"


def test_currency_in_capitals():
    assert order(currency=" eur ").values.currency == "EUR"


def test_bad_optional_cells_are_warnings():
    row = order(
        payments_date="soon",
        is_prime="perhaps",
        points_granted="many",
        latest_ship_date="2026-10-05",
        vat_exclusive_item_price="1,00",
    )
    assert row.error is None
    assert row.values.item_price == Decimal("19.99")
    assert row.values.payments_date is None
    assert row.values.is_prime is None
    assert row.values.points_granted is None
    assert {(w.code, w.column) for w in row.warnings} == {
        ("bad_date", "payments-date"),
        ("bad_flag", "is-prime"),
        ("bad_number", "points-granted"),
        ("bad_date", "latest-ship-date"),
        ("bad_amount", "vat-exclusive-item-price"),
    }
    tracked = shipment(tracking_number="1.2E+11")
    assert tracked.values.tracking_number == ""
    assert [w.code for w in tracked.warnings] == ["damaged_identifier"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("O&#39;Neil &amp; Söhne", "O'Neil & Söhne"),
        ("R&D, Bed&Bath &copy", "R&D, Bed&Bath &copy"),
        ("&lt;b&gt; &#x41; &nosuchthing;", "<b> A &nosuchthing;"),
        ("a\xa0b\u2003c", "a b c"),
        ("a\x0b\x0c\x85\u2028\u2029b", "a b"),
        ("a\x00\x01\x7fb", "a b"),
        ("  a   b ", "a b"),
        ("a\u200bb\ufeffc", "abc"),
        ("zero&#0;&#9;x", "zero\ufffd x"),
        ("👩\u200d🔧 it’s “fine”", "👩\u200d🔧 it’s “fine”"),
        ("--", "--"),
    ],
)
def test_text(cell, text):
    assert values.text(cell) == text


def test_text_is_cleaned_in_values_and_kept_in_raw():
    cell = "O&#39;Neil\xa0\x0bLtd "
    row = order(recipient_name=cell)
    assert row.values.recipient.name == "O'Neil Ltd"
    assert row.raw["recipient-name"] == cell


def test_no_city():
    row = order(ship_city="--", ship_state="--", ship_address_2="--")
    assert (row.values.recipient.city, row.values.recipient.state) == ("", "")
    assert row.values.recipient.street2 == "--"


def test_tax_registrations():
    row = order(
        buyer_vat_number="ATU37675002",
        buyer_tax_registration_id="ATU37675002, DE136695976",
        buyer_tax_registration_country="AT, DE",
        buyer_tax_registration_type="VAT",
    ).values
    assert row.buyer_tax_registrations == (
        ("ATU37675002", "AT", "VAT"),
        ("DE136695976", "DE", "VAT"),
    )
    assert order(buyer_vat_number="X1").values.buyer_tax_registrations == (
        ("X1", "", "VAT"),
    )
    assert order().values.buyer_tax_registrations == ()


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_clean_line_is_one_that_cleaning_leaves_alone(cell):
    cell = cell.replace("\t", "")
    if values.is_clean(f"x\t{cell}\tx"):
        assert values.text(cell) == values.code(cell) == values.place(cell) == cell


def test_messages_name_the_cell_and_the_next_step():
    message = str(order(item_price="9,99 EUR").error)
    assert "“9,99 EUR”" in message
    assert "item-price" in message
    assert "Upload the file" in message
    assert len(str(order(item_price="9" * 5000).error)) < 400


def test_invisible_marks_are_no_part_of_a_code():
    assert values.code(" MUG\u200b-RED\ufeff ") == "MUG-RED"
    assert values.code(" Größe 1  a") == "Größe 1  a"
    assert values.optional_sku("\u2060A 1\u2060") == "A 1"
    assert values.optional_sku(" ") == ""
