"""Charts: data in, accessible SVG out, the same for the web page and the PDF."""
