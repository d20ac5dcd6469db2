"""What the number of an order tells."""

from datetime import datetime, timedelta, timezone

import pytest
from report_formats.kinds import KINDS, ORDER_KINDS, find_order_kind
from report_formats.moments import to_utc
from report_formats.order_numbers import (
    find_order_number,
    is_multi_channel,
    is_order_number,
)


@pytest.mark.parametrize(
    ("number", "channel", "expected"),
    [
        ("S01-1234567-1234567", "", True),
        ("s02-1234567-1234567", "Amazon.de", True),
        ("302-1234567-1234567", "Non-Amazon DE", True),
        ("302-1234567-1234567", "Amazon.de", False),
        ("302-1234567-1234567", "", False),
        ("S00042", "", False),
    ],
)
def test_multi_channel(number, channel, expected):
    assert is_multi_channel(number, channel) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("302-1234567-1234567", True),
        ("D01-1234567-1234567", True),
        ("S00042", False),
        ("302-1234567-12345678", False),
        ("", False),
    ],
)
def test_order_number(text, expected):
    assert is_order_number(text) is expected


def test_who_ships_the_orders_of_a_kind():
    assert [KINDS[key].fulfillment for key in ORDER_KINDS] == ["mfn"] * 2 + ["fba"] * 2
    assert find_order_kind("mfn", "eu") == "mfn_orders_eu"
    assert find_order_kind("fba", "fe") == "fba_orders_na"
    assert find_order_kind("", "eu") == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("302-1234567-1234567", "302-1234567-1234567"),
        ("Order # 302-1234567-1234567, thank you", "302-1234567-1234567"),
        ("S02-1234567-1234567", "S02-1234567-1234567"),
        ("Order 302-1234567", ""),
        ("", ""),
    ],
)
def test_a_number_in_a_pasted_text(text, number):
    assert find_order_number(text) == number


def test_moments_as_odoo_stores_them():
    told = datetime(2026, 10, 5, 8, 15, 0, 999, timezone(timedelta(hours=2)))
    assert to_utc(told) == datetime(2026, 10, 5, 6, 15)
    assert to_utc(None) is False
