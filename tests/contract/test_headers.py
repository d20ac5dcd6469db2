"""The simulator's files have the columns of the golden ones."""

import pytest

from tests.simulator.testing import FBA_EU, FBA_GENERAL, MFN_EU, Caller


@pytest.mark.parametrize(
    "key, report_type, golden, restricted",
    [
        ("eu", MFN_EU, "mfn_eu_without_vcs.tsv", True),
        ("eu-vcs", MFN_EU, "mfn_eu_with_vcs.tsv", True),
        ("na", "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX", "mfn_us.tsv", True),
        ("eu", FBA_EU, "fba_eu.tsv", True),
        ("fe", FBA_GENERAL, "fba_jp.tsv", False),
    ],
)
def test_columns_are_those_of_the_golden_files(
    shared, amazon, key, report_type, golden, restricted
):
    first_line = (shared / "golden" / golden).read_bytes().splitlines()[0]
    wanted = first_line.decode("ascii").split("\t")
    columns = list(Caller(amazon.url, key).table(report_type, restricted=restricted)[0])
    # A seller may have switched further columns on; the order stays the same.
    assert [column for column in columns if column in wanted] == wanted
