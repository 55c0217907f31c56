"""The second wall: PostgreSQL itself keeps each organisation to its rows, whatever a forgotten condition would ask.

`rules` says who reads and writes what, `functions` the words that the rules use, `building` puts it all in place
after each migration, `standing` tells how a process meets it. SQLite has the first wall only, the judge's.
"""
