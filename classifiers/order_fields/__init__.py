"""Orders read from a page, a scan, a table or a mail, and how an order becomes the guideline's fields."""
