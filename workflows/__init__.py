"""What the procedures allow: states, steps, guards, deadlines, as data. No database, no web, no clock."""
