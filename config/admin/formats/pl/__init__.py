"""Formats of the Polish pages."""
