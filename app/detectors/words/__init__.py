"""What rules must understand of written text, in eight languages: periods, terms, waivers. No IO."""
