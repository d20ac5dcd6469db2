"""Rows of orders, the orders that they become, and what happens to these."""
