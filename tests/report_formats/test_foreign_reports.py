"""The wrong report is told by its name, and the wanted one by where it is found."""

import io

import pytest
from report_formats import KINDS, ReportFileError, detect_file_kinds
from report_formats.foreign_reports import find_foreign_report, find_local_name

from .files import ORDER, opened, table

REPORTS = {
    "unshipped orders": "order-id order-item-id purchase-date payments-date"
    " reporting-date promise-date days-past-promise buyer-email sku product-name"
    " quantity-purchased quantity-shipped quantity-to-ship ship-service-level",
    "removal orders": "request-date order-id order-type order-status"
    " last-updated-date sku fnsku disposition requested-quantity cancelled-quantity"
    " disposed-quantity shipped-quantity in-process-quantity removal-fee currency",
    "returns of merchant-fulfilled orders": "Order_ID Order_date Return_request_date"
    " Return_request_status Amazon_RMA_ID Merchant_RMA_ID Label_type Label_cost",
    "inventory ledger": "Date FNSKU ASIN MSKU Title Event_Type Reference_ID Quantity"
    " Fulfillment_Center Disposition Reason Country",
    "settlement report of the old form (V1)": "settlement-id settlement-start-date"
    " settlement-end-date deposit-date total-amount currency transaction-type order-id"
    " price-type price-amount",
    "reimbursements": "approval-date reimbursement-id case-id amazon-order-id reason"
    " sku fnsku asin product-name condition currency-unit amount-per-unit",
    "fee preview": "sku fnsku asin product-name product-group brand fulfilled-by"
    " your-price sales-price longest-side estimated-fee-total",
    "listings": "item-name item-description listing-id seller-sku price quantity"
    " open-date image-url",
    "VAT transactions of a month (AVTR)": "UNIQUE_ACCOUNT_IDENTIFIER ACTIVITY_PERIOD"
    " SALES_CHANNEL MARKETPLACE TRANSACTION_TYPE TRANSACTION_EVENT_ID",
    "reserved stock": "sku fnsku asin reserved_qty reserved_customerorders",
    "promotions of FBA orders": "shipment-date currency item-promotion-discount"
    " item-promotion-id description promotion-rule-value amazon-order-id shipment-id",
}


def refusal(content, kind="mfn_orders_eu"):
    with pytest.raises(ReportFileError) as problem:
        opened(content, kind)
    return problem.value


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("kind", ["mfn_orders_eu", "fba_orders_eu", "fba_inventory"])
def test_told_by_its_columns(name, separator, kind):
    header = [part.replace("_", " ") for part in REPORTS[name].split()]
    error = refusal(table([["x"] * len(header)], header, separator=separator), kind)
    assert error.code == "foreign_report"
    assert f"“{name}”" in str(error)
    assert KINDS[kind].label in str(error)
    assert KINDS[kind].found_at in str(error)


@pytest.mark.parametrize(
    "header",
    [
        "Datum/Uhrzeit,Abrechnungsnummer,Typ,Bestellnummer,SKU,Beschreibung,Menge",
        "date/heure,numéro de versement,type,numéro de la commande,sku,description",
        "Data/Ora:,Numero pagamento,Tipo,Numero ordine,SKU,Descrizione",
        "fecha y hora,identificador de pago,tipo,número de pedido,sku",
        "日付/時間,決済番号,トランザクションの種類,注文番号,SKU",
        "date/time,settlement id,type,order id,sku,description,quantity",
    ],
)
@pytest.mark.parametrize("preamble", [0, 8])
def test_payments_in_six_languages_below_some_words(header, preamble):
    lines = ['"Includes Amazon Marketplace, Fulfillment by Amazon"'] * preamble
    content = "\n".join([*lines, header, *["1,2,3,4,5"] * 3]).encode()
    error = refusal(content)
    assert error.code == "foreign_report"
    assert "payments" in str(error)


def test_words_above_the_names_have_an_end():
    lines = ["Words, and words"] * 15
    content = "\n".join([*lines, "date/time,settlement id,type,order id,sku"])
    assert refusal(content.encode()).code == "not_a_report"


def test_listings_of_japan():
    header = ["商品名", "出品ID", "出品者SKU", "価格", "数量"]
    error = refusal(table([["x"] * 5], header, charset="cp932") * 1)
    assert error.code in ("foreign_report", "not_a_report")
    assert refusal(table([["x"] * 5], header)).code == "foreign_report"


@pytest.mark.parametrize("name", ["Bestellnummer", "Numero ordine", "注文番号"])
def test_names_in_another_language(name):
    error = refusal(table([["1", "2", "3"]], [name, "Artikel", "x"]))
    assert error.code == "other_language"
    assert f"“{name}”" in str(error)
    assert "English" in str(error)
    assert KINDS["mfn_orders_eu"].found_at in str(error)


def test_without_a_kind_that_is_wanted():
    content = table([["x"] * 3], ["settlement-id", "settlement-start-date", "x"])
    with pytest.raises(ReportFileError, match="settlement report") as problem:
        detect_file_kinds(io.BytesIO(content))
    assert "Upload a report that is imported" in str(problem.value)


def test_the_own_reports_are_none_of_these():
    assert find_foreign_report(list(ORDER)) == ""
    assert find_local_name(list(ORDER)) == ""
    for kind in KINDS.values():
        header = [column.names[0] for column in kind.row_format.columns]
        if kind.key != "settlement":  # The old form has the same columns, and others.
            assert find_foreign_report(header) == "", kind.key
        assert kind.found_at


def test_another_kind_says_where_the_wanted_one_is():
    error = refusal(table([ORDER]), "fba_orders_eu")
    assert error.code == "wrong_kind"
    assert KINDS["fba_orders_eu"].found_at in str(error)
