"""Amazon's documents and ours: read, booked, matched, refunded, sent."""
