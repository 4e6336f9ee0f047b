"""What the partner app stores."""
