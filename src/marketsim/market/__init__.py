"""The rules of the market: what customers, desks, offers and books do in a month."""
