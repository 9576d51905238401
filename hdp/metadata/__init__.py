"""From a table to metadata: read tables, apply mappings, check what comes out."""
