"""Pure figures: what may be told of numbers, without a database nor a page."""
