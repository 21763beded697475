"""One command a claim: each module measures what the documentation says, and prints it."""
