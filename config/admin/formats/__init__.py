"""How the back office writes dates: as the API does, since operators compare the two."""
