"""Models of other packages as ours, and ours as theirs."""
