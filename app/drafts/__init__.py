"""What a person would write themselves: the brief of a dispute, and the wording of drafts, checked against facts."""
