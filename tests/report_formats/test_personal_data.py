import io

import pytest
from report_formats import KINDS, open_report, read_raw
from report_formats.personal_data import (
    get_personal_cells,
    is_personal,
    strip_file,
    strip_row,
)

from .files import ORDER, SHIPMENT, table

PERSON = {
    "recipient-name": "Élodie Lefèvre",
    "buyer-name": "Jörg Weißhaupt",
    "buyer-email": "b1@marketplace.amazon.de",
    "buyer-phone-number": "+49 89 1234",
    "ship-address-1": "3 rue de l'Église",
    "ship-city": "Orléans",
    "ship-phone-number": "0170 555",
    "gift-message-text": "Alles Gute!",
    "delivery-instructions": "Bei Meier klingeln",
    "buyer-company-name": "Weißhaupt privat",
    "buyer-tax-registration-id": "WSSJRG80A01H501U",
}
CONSUMER = {**ORDER, **PERSON, "buyer-tax-registration-type": "CitizenId"}
BUSINESS = {
    **CONSUMER,
    "is-business-order": "true",
    "buyer-company-name": "Lefèvre SARL",
    "buyer-tax-registration-id": "FR23334175221",
    "buyer-tax-registration-type": "VAT",
}
#: Words in names of columns that are about the buyer, and the columns with one of them
#: that are not.
TELLING = (
    "name address phone email mail buyer recipient city comment message instruction cpf"
    " citizen licensee license customized nip siren siret peppol routing location url"
    " correction reason postal tax-id vat-number registration"
).split()
TELLS_NOTHING = set(
    """
    product-name item-name buyer-tax-registration-country buyer-tax-registration-type
    buyer-tax-registration-jurisdiction buyer-identification-type address-type
    is-buyer-requested-cancellation buyer-requested-cancel is-buyer-physically-present
    default-ship-from-address-1 default-ship-from-address-2 default-ship-from-address-3
    default-ship-from-address-name default-ship-from-city default-ship-from-postal-code
    seller-vat-number seller-tax-registration seller-tax-registration-jurisdiction
    seller-nip seller-siren seller-siret seller-peppol-id seller-routing-code
    ship-from-city ship-from-postal-code ship-from-tax-location-code
    ship-to-location-code jurisdiction-name marketplace-name
    tax-calculation-reason-code invoice-url einvoice-url e-invoice-url reason
    is-invoice-corrected invoice-business-tax-office
    license-state license-expiration-date license-plate-number tax-address-role
    """.split()
)


def shorten(_country, postcode):
    return postcode[:2]


def strip(cells, kind="mfn_orders_eu"):
    return get_personal_cells(kind, tuple(cells)).strip(cells, shorten)


def read(content, kind="mfn_orders_eu"):
    with open_report(io.BytesIO(content), kind) as report:
        return list(report.rows())


def strip_content(content, kind="mfn_orders_eu", numbers=None):
    with open_report(io.BytesIO(content), kind) as report:
        return b"".join(strip_file(report, shorten, numbers))


@pytest.mark.parametrize("key", KINDS)
def test_each_column_is_classified(key):
    """A column whose name speaks of the buyer is personal, or is known not to be."""
    row_format = KINDS[key].row_format
    names = set(row_format.kept).union(*(c.names for c in row_format.columns))
    personal = row_format.personal
    known = personal.always | personal.consumers | {c for c, _ in personal.postcodes}
    doubtful = {
        name
        for name in names - known - TELLS_NOTHING
        if any(word in name for word in TELLING)
    }
    if key == "fba_inventory":
        return
    assert not doubtful
    # A settlement tells of numbers and amounts only.
    assert is_personal(key) == (key != "settlement")


def test_consumer_is_forgotten_and_the_sale_stays():
    kept = strip(CONSUMER)
    assert list(kept) == list(CONSUMER)
    assert not {name for name in PERSON if kept[name]}
    assert kept["ship-postal-code"] == "45"
    for name in ("order-id", "item-price", "item-tax", "ship-country", "sku"):
        assert kept[name] == ORDER[name]


def test_business_keeps_its_name_and_tax_number_only():
    kept = strip(BUSINESS)
    assert kept["buyer-company-name"] == "Lefèvre SARL"
    assert kept["buyer-tax-registration-id"] == "FR23334175221"
    assert not kept["recipient-name"]
    assert not kept["ship-address-1"]
    assert not kept["buyer-email"]


def test_tax_number_of_a_person_is_no_business_number():
    kept = strip({**BUSINESS, "buyer-tax-registration-type": "CitizenId"})
    assert kept["buyer-company-name"] == "Lefèvre SARL"
    assert not kept["buyer-tax-registration-id"]
    assert not strip({**CONSUMER, "buyer-tax-registration-type": "VAT,CitizenId"})[
        "buyer-tax-registration-id"
    ]


def test_texts_about_the_buyer():
    cells = get_personal_cells("mfn_orders_eu", tuple(CONSUMER))
    found = cells.find(CONSUMER)
    assert {"Élodie Lefèvre", "0170 555", "Alles Gute!"} <= found
    assert not {"Orléans", "45000", "MUG-RED", ""} & found
    business = get_personal_cells("mfn_orders_eu", tuple(BUSINESS))
    assert "Lefèvre SARL" not in business.find(BUSINESS)


def test_unknown_columns_keep_amounts_only():
    kept = strip(
        {
            **ORDER,
            "second-recipient": "Erika Weißhaupt",
            "door-code": "4711",
            "eco-fee": "0.50",
        }
    )
    assert not kept["second-recipient"]
    assert not kept["door-code"]
    assert kept["eco-fee"] == "0.50"


def test_columns_that_stand_there_twice():
    cells = {**ORDER, "recipient-name (2)": "Erika", "buyer-tax-registration-id": ""}
    assert not strip(cells)["recipient-name (2)"]


def test_row_whose_cells_are_shifted_keeps_its_number_only():
    cells = list(ORDER.values())
    content = table([ORDER, ORDER], header=list(ORDER))
    lines = content.split(b"\n")
    lines[2] = "\t".join([*cells[:16], "extra", *cells[16:]]).encode()
    rows = read(b"\n".join(lines))
    assert rows[1].error
    kept = strip_row(rows[1], "mfn_orders_eu", shorten)
    assert {cell for cell in kept.values() if cell} == {ORDER["order-id"]}


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
@pytest.mark.parametrize("separator", ["\t", ","])
def test_file_without_its_personal_columns(charset, separator):
    other = {**CONSUMER, "order-id": "302-1000002-1000002", "sku": 'A "B" C'}
    content = table([CONSUMER, other], charset=charset, separator=separator)
    if separator == ",":
        quoted = [
            ",".join('"{}"'.format(c.replace('"', '""')) for c in cells)
            for cells in (CONSUMER, CONSUMER.values(), other.values())
        ]
        content = "\n".join(quoted).encode(charset)
    stripped = strip_content(content)
    text = stripped.decode(charset)
    assert not [cell for cell in PERSON.values() if cell in text]
    assert "recipient-name" not in text
    before, after = read(content), read(stripped)
    assert [row.values.order_id for row in after] == [
        row.values.order_id for row in before
    ]
    assert after[1].values.sku == before[1].values.sku
    assert after[0].values.item_price == before[0].values.item_price
    assert not after[0].error


def test_file_without_some_of_its_rows():
    other = {
        **CONSUMER,
        "order-id": "302-1000002-1000002",
        "recipient-name": "Somebody Else",
    }
    content = table([CONSUMER, other, CONSUMER])
    rows = read(strip_content(content, numbers={1, 3}))
    assert [row.values.recipient.name for row in rows] == ["", "Somebody Else", ""]
    assert rows[1].raw == read(content)[1].raw


def test_numbers_of_rows_stay_where_nothing_is_left_of_one():
    content = table([CONSUMER, CONSUMER])
    lines = content.split(b"\n")
    lines.insert(1, b"Erika Mustermann\tLindenweg 1")
    stripped = strip_content(b"\n".join(lines))
    assert b"Erika" not in stripped
    rows = read(stripped)
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[0].error
    assert rows[1].order_ref == CONSUMER["order-id"]


def test_what_stays_of_a_shipment_can_be_read():
    cells = {**SHIPMENT, "recipient-name": "Élodie", "ship-country": "FR"}
    row = read_raw("fba_orders_eu", 1, strip(cells, "fba_orders_eu"))
    assert row.values.shipment_id == SHIPMENT["shipment-id"]
    assert not row.values.recipient.name


def test_comment_of_a_return_goes():
    cells = {"return-date": "2026-10-05", "customer-comments": "Call me: 0170 555"}
    assert not strip(cells, "fba_returns")["customer-comments"]


def test_stock_is_about_nobody():
    assert not is_personal("fba_inventory")
