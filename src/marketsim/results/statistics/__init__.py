"""What runs tell: paired differences, intervals, rankings, regret, and when there are worlds enough."""
