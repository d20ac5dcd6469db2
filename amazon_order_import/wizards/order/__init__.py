"""Dialogues about orders: one product for several SKUs."""

from . import amazon_offer_assign
