"""What is stored of studies: the runs, the results, and what is made of them for other programs."""
