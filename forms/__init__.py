"""What people type, one file per noun: fields, hints and refusals in French. No markup, no query."""
