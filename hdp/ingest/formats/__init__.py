"""What files of each format name: one module per family of formats."""
