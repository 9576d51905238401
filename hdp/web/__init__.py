"""The page's server: its guard, its routes, its event stream."""
