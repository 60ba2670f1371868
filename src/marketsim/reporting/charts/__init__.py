"""Charts: each module draws one family from the results and returns the picture with exactly its numbers."""
