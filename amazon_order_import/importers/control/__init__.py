"""Amazon's list of all orders: its rows make no order, they tell what is to be here."""

from . import importer
