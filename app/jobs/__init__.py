"""What runs by itself, outside any request: each job commits item by item and may run in several places at once."""
