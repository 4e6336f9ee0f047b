"""Reading what the markets app stores."""
