"""Speed, measured by hand and reported as ratios of one run: `make benchmarks`."""
