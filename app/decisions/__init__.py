"""A named person's yes or no, judged by the policy."""
