"""What the strategist sees: the table and sentences on the terminal, the charts and the HTML report."""
