"""Errors and traces for whoever collects them: switched on by their variables, else not even loaded."""
