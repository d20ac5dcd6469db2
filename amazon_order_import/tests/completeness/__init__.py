"""Amazon's list of all orders, and the dialog that finds an order."""
