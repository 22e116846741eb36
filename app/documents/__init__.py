"""Raw bytes stored once, and read into text, words with page boxes, tables, mail parts and structured orders."""
