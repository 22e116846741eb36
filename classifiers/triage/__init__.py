"""What a message is and what it is about: rules, a linear model over the trade's language, and the judge of both."""
