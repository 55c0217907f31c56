"""Documents in PDF: each folder is one report, given plain values, knowing neither the database nor Flask."""
