"""The rules of the router. Standard library only: no event shapes, no cloud, no clock."""
