"""Changing what others may see."""
