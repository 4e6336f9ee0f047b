"""Rivals side by side, on one PostgreSQL with the same data, in the same minutes: `make bench` (docs/benchmarks.md).

`make bench BENCH=reservations` measures one row, `make bench BENCH="reservations limits"` two.
"""
