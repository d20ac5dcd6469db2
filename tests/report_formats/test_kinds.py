"""The kinds of report: their limits, and how a file is recognised."""

import io

import pytest
from report_formats import (
    KINDS,
    detect_file_kinds,
    detect_kinds,
)
from report_formats.kinds import KIND_SELECTION, ORDER_KINDS, find_order_kind

from .files import ORDER, SHIPMENT, refusal, rows, table

HEADER = list(ORDER)


def test_ten_kinds():
    assert list(KINDS) == [
        "fba_inventory",
        "fba_returns",
        "fba_orders_eu",
        "fba_orders_na",
        "vcs_lite",
        "vcs_invoices",
        "mfn_orders_eu",
        "mfn_orders_na",
        "all_orders",
        "settlement",
    ]
    assert {key for key, kind in KINDS.items() if kind.row_format} >= {
        "fba_inventory",
        "fba_returns",
        "fba_orders_eu",
        "fba_orders_na",
        "mfn_orders_eu",
        "mfn_orders_na",
        "all_orders",
        "vcs_invoices",
        "vcs_lite",
    }
    assert {key for key, kind in KINDS.items() if kind.restricted} == {
        "fba_orders_eu",
        "fba_orders_na",
        "vcs_invoices",
        "mfn_orders_eu",
        "mfn_orders_na",
    }
    assert {key for key, kind in KINDS.items() if not kind.dated} == {
        "fba_inventory",
        "vcs_lite",
        "settlement",
    }
    assert KINDS["mfn_orders_na"].options == {"ShowSalesChannel": "true"}
    for kind in KINDS.values():
        assert set(kind.regions) <= {"eu", "na", "fe"}
        assert kind.label
        assert kind.purpose.endswith(".")
        for region in kind.regions:
            assert kind.report_type_in(region) in (
                kind.report_type,
                *kind.alternate_types,
            )


LIMITS = {
    # key: longest period, how far back it may begin, minutes between, days kept
    "fba_inventory": (None, None, 30, 90),
    "fba_returns": (30, None, 240, 90),
    "fba_orders_eu": (30, 540, 30, 90),
    "fba_orders_na": (30, 540, 30, 90),
    "vcs_lite": (30, 90, 0, 90),
    "vcs_invoices": (30, None, 0, 90),
    "mfn_orders_eu": (30, 60, 0, 30),
    "mfn_orders_na": (30, 60, 0, 30),
    "all_orders": (30, 730, 0, 30),
    "settlement": (None, 90, 0, 90),
}


def test_limits_as_amazon_documents_them():
    """Source: reference/amazon-reports.md 1.1, 1.3 and 9."""
    assert {
        key: (
            kind.max_days,
            kind.lookback_days,
            kind.min_minutes,
            kind.retention_days,
        )
        for key, kind in KINDS.items()
    } == LIMITS


def test_kinds_that_bring_orders():
    assert ORDER_KINDS == (
        "mfn_orders_eu",
        "mfn_orders_na",
        "fba_orders_eu",
        "fba_orders_na",
    )
    assert {key for key, _label in KIND_SELECTION} == set(KINDS)
    found = {
        (fulfillment, region): find_order_kind(fulfillment, region)
        for fulfillment in ("mfn", "fba", "")
        for region in ("eu", "na", "fe", "xx")
    }
    assert {pair: key for pair, key in found.items() if key} == {
        ("mfn", "eu"): "mfn_orders_eu",
        ("mfn", "na"): "mfn_orders_na",
        ("mfn", "fe"): "mfn_orders_na",
        ("fba", "eu"): "fba_orders_eu",
        ("fba", "na"): "fba_orders_na",
        ("fba", "fe"): "fba_orders_na",
    }


def test_europe_and_america_have_one_header():
    assert detect_kinds(HEADER) == ("mfn_orders_eu", "mfn_orders_na")
    assert detect_kinds(list(SHIPMENT)) == ("fba_orders_eu", "fba_orders_na")
    assert rows(table([ORDER]), "mfn_orders_na")[0].values


VIDR = [
    "marketplace-id",
    "order-id",
    "order-item-id",
    "shipping-id",
    "transaction-id",
    "transaction-type",
    "quantity-purchased",
    "currency",
    "item-vat-incl-amount",
]
ALL_ORDERS = [
    "amazon-order-id",
    "merchant-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "sku",
    "asin",
    "item-status",
    "quantity",
    "currency",
    "item-price",
]


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (table([SHIPMENT]), "mfn_orders_eu", ("fba_orders_eu", "fba_orders_na")),
        (table([ORDER]), "fba_orders_na", ("mfn_orders_eu", "mfn_orders_na")),
        (table([VIDR], VIDR), "mfn_orders_eu", ("vcs_lite",)),
        (table([ALL_ORDERS], ALL_ORDERS), "mfn_orders_eu", ("all_orders",)),
        (table([ALL_ORDERS], ALL_ORDERS), "fba_orders_eu", ("all_orders",)),
    ],
)
def test_wrong_kind(content, kind, found):
    error = refusal(content, kind)
    assert error.code == "wrong_kind"
    assert error.params["kinds"] == found
    assert KINDS[found[0]].label in str(error)
    assert KINDS[kind].label in str(error)
    assert detect_file_kinds(io.BytesIO(content)) == found


def test_kind_that_cannot_be_read_yet():
    unread = [key for key, kind in KINDS.items() if kind.row_format is None]
    for key in unread:
        assert refusal(table([ORDER]), key).code == "unsupported_kind"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_file_with_just_the_columns_that_tell_its_kind(kind):
    assert kind.matches(sorted(kind.marks))
    assert kind.format_of(sorted(kind.marks)) is kind.row_format
    for variant in kind.variants:
        assert kind.matches(sorted(variant.marks))
        assert kind.format_of(sorted(variant.marks)) is variant.row_format
