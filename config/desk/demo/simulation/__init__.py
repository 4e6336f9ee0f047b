"""What the demo fleet would send if it were there: events in real time, physically plausible, the same for a seed."""
