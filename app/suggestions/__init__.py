"""Advisory actions: typed, from a closed list, with before and after, frozen under a hash."""
