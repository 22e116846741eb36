"""Cases: opened once per matter, moved by a small state machine, worked in steps that survive any crash."""
