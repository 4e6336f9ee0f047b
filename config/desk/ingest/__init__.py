"""What comes in as events: read from a transport, stored exactly once, dead where it can never be stored [E1] [E2]."""
