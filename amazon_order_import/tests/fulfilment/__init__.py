"""Shipments, returns and stock at Amazon."""
