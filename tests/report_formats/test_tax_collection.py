"""Who owes the tax, by Amazon's words."""

import pytest

from .files import order


@pytest.mark.parametrize(
    ("party", "model", "collector"),
    [
        ("", "", ""),
        ("Seller", "", "seller"),
        ("SELLER", "MarketplaceFacilitator", "seller"),
        ("Merchant", "", "seller"),
        ("Marketplace", "", "amazon"),
        ("Amazon", "", "amazon"),
        ("Amazon Services, Inc.", "MarketplaceFacilitator", "amazon"),
        ("Amazon Seller Services Private Limited", "", "amazon"),
        ("", "MarketplaceFacilitator", "amazon"),
        ("", "Deemed Reseller", "amazon"),
        ("", "LowValueGoods", ""),
        ("Probe GmbH", "", ""),
        ("Probe GmbH", "MarketplaceFacilitator", "amazon"),
    ],
)
def test_tax_collector(party, model, collector):
    row = order(tax_collection_responsible_party=party, tax_collection_model=model)
    assert row.values.tax_collector == collector
