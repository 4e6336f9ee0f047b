"""The production set-up of deploy/, as far as it runs without systemd and containers."""
