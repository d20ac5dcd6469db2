"""Sellers API v1: the marketplaces a seller takes part in."""

from .errors import json_response
from .world.marketplaces import BY_COUNTRY


def get_marketplace_participations(state, call):
    return json_response(
        {
            "payload": [
                {
                    "marketplace": _marketplace(BY_COUNTRY[country]),
                    "participation": {
                        "isParticipating": True,
                        "hasSuspendedListings": country in call.seller.suspended,
                    },
                    "storeName": call.seller.store_name,
                }
                for country in call.seller.marketplaces
            ]
        }
    )


def _marketplace(marketplace):
    return {
        "id": marketplace.id,
        "name": marketplace.channel,
        "countryCode": marketplace.country,
        "defaultCurrencyCode": marketplace.currency,
        "defaultLanguageCode": marketplace.language,
        "domainName": "www." + marketplace.channel.lower(),
    }
