"""The demo fleet: what a desk shows before anybody has entered anything.

Fleet, plant, limits and measurements are data, each in a module of its subject; `seeding` gives them to the same
operations that the APIs call.
"""
