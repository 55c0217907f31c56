"""What people do. Actions take plain arguments, check rights and rules, and never commit."""
