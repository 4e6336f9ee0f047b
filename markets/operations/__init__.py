"""Changing what the markets app stores."""
