"""Speed and memory against peers, as ratios of one run; nothing fails on a slow machine."""
