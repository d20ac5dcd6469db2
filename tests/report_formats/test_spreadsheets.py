"""Copies that a spreadsheet program has saved: refused whole, never half."""

import pytest
from report_formats import ReportFileError

from .files import ORDER, SHIPMENT, opened, rows, table
from .test_return_rows import RETURN


def refusal(rows_, kind="mfn_orders_eu", **options):
    with pytest.raises(ReportFileError) as problem:
        opened(table(rows_, **options), kind)
    assert problem.value.code == "spreadsheet_file"
    return str(problem.value)


@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("number", ["1.0E+13", "1E+13", "1,00001E+13", "9.1E+131"])
def test_identifiers_as_numbers(separator, number):
    if separator == "," and "," in number:
        number = f'"{number}"'
    copied = {**ORDER, "order-item-id": number}
    whole = {**copied, "order-item-id": "7"}
    for rows_ in ([copied], [whole, copied, whole], [copied] * 3):
        said = refusal(rows_, separator=separator)
        assert number.strip('"') in said
        assert "Upload the text file" in said


def test_in_the_first_and_in_the_last_column():
    header = ["order-item-id", *(n for n in ORDER if n != "order-item-id")]
    refusal([{**ORDER, "order-item-id": "1.0E+13"}], header=header)
    refusal([{**ORDER, "order-item-id": "1.0E+13"}], header=header[::-1])


def test_an_sku_as_a_number_spoils_the_file_and_not_half_of_it():
    damaged = {**RETURN, "sku": "4.00638E+12"}
    assert "4.00638E+12" in refusal([RETURN, damaged, RETURN], "fba_returns")


@pytest.mark.parametrize("long_number", ["70000000000011", "123456789012"])
def test_one_damaged_row_among_whole_ones_is_an_error_of_that_row(long_number):
    damaged = {**ORDER, "order-item-id": "7.0E+13"}
    whole = {**ORDER, "order-item-id": long_number}
    for rows_ in ([damaged, whole], [whole, damaged]):
        codes = {row.error and row.error.code for row in rows(table(rows_))}
        assert codes == {None, "damaged_identifier"}
    refusal([damaged, {**ORDER, "order-item-id": "12345678901"}])


@pytest.mark.parametrize(
    "text", ["1E5", "E+13", "12.0E+13", "1.0E+1", "x1.0E+13", "1.0E13"]
)
def test_what_no_spreadsheet_program_makes_of_a_number(text):
    row = {**ORDER, "order-item-id": "7", "product-name": text}
    assert rows(table([row]))[0].error is None


REWRITTEN = [
    "05.10.2026 08:15",
    "05.10.2026",
    "5/10/26 8:15",
    "10/5/2026 8:15:00 AM",
    "05-10-2026 08:15:00",
    "2026/10/05 08:15",
    "46300.34375",
    "46300,34375",
    "46300",
]


@pytest.mark.parametrize("date", REWRITTEN)
def test_dates_written_anew(date):
    copied = {**ORDER, "purchase-date": date, "payments-date": date}
    assert date in refusal([copied] * 3)
    assert date in refusal([{**ORDER, "purchase-date": date, "payments-date": ""}])
    shipped = {**SHIPMENT, "purchase-date": date, "shipment-date": date}
    assert date in refusal([shipped], "fba_orders_eu")


def test_dates_of_which_one_is_whole():
    damaged = {**ORDER, "purchase-date": "05.10.2026 08:15"}
    found = rows(table([damaged, ORDER]))
    assert [row.error and row.error.code for row in found] == ["bad_date", None]
    found = rows(table([{**damaged, "payments-date": "2026-10-05"}]))
    assert found[0].error.code == "bad_date"
    whole = [ORDER] * 19
    assert rows(table([*whole, damaged]))[-1].error.code == "bad_date"


def test_only_the_first_rows_are_looked_at():
    damaged = {**ORDER, "purchase-date": "05.10.2026 08:15", "payments-date": ""}
    refusal([damaged] * 20 + [ORDER])
    assert rows(table([damaged] * 19 + [ORDER]))[-1].error is None


def test_dates_that_downloads_write_are_read():
    rows_ = [{**RETURN, "return-date": "20.10.2026"}]
    assert rows(table(rows_), "fba_returns")[0].error is None
    refusal([{**RETURN, "return-date": "46300"}], "fba_returns")


@pytest.mark.parametrize("amount", ["19,99", "1.234,50", "-3,5", "1234567,00"])
def test_amounts_with_a_comma(amount):
    amounts = {n: amount for n in ORDER if n.endswith(("-price", "-tax"))}
    copied = {**ORDER, **amounts}
    assert amount in refusal([copied, {**copied, "item-tax": "0"}])
    found = rows(table([copied, ORDER]))
    assert [row.error and row.error.code for row in found] == ["bad_amount", None]


def test_rows_that_fit_no_header_tell_nothing():
    content = table([ORDER], eol="\n") + b"302-1000001-1000001\t7\t05.10.2026\n"
    assert [row.error and row.error.code for row in rows(content)] == [
        None,
        "short_row",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"sep=;\n" + table([ORDER], separator=";"), "Excel"),
        (b'"SEP=,"\n' + table([ORDER], separator=","), "Excel"),
        (
            b'<?xml version="1.0"?><Workbook '
            b'xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "Excel",
        ),
        (
            b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>',
            "Excel",
        ),
        (table([ORDER], separator=";"), "semicolons"),
    ],
)
def test_tables_of_spreadsheet_programs(content, said):
    with pytest.raises(ReportFileError) as problem:
        opened(content)
    assert problem.value.code == "spreadsheet_file"
    assert said in str(problem.value)
