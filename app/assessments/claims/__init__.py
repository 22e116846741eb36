"""What a model claims, and what of it stands: every figure, date, reference and name is found or left out."""
