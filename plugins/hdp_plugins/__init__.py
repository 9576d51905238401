"""The built-in plugins; each folder is shaped like one a third party would ship."""
