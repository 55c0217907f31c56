"""Reads. Every read of cases or employers starts from what is in the actor's sight."""
