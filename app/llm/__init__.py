"""Language models: asking one, what it costs, and the answers we already have."""
