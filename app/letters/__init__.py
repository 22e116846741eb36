"""Letters: replies that a person confirmed, on their way out by mail, and what comes back of them."""
