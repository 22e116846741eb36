"""What past disputes have in common: counted by SQL, told in sentences that rest on the counts, drawn as charts."""
