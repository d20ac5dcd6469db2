"""The simulated trade: marketplaces, products, people, sellers and their orders."""
