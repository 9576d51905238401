"""The routes of the page, one module for each noun; each has an `add` that makes them known."""
