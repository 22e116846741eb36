"""People, machines, roles, and how they sign in."""
