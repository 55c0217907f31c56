"""The platform's seal on the documents it makes: a certificate, PAdES on a PDF, and what a sealed file is worth.

Bytes in, bytes or findings out: neither the database nor the web. pyHanko costs a second to load: whoever needs
`certificate`, `stamping` or `checking` imports it where it is used.
"""
