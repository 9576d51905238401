"""The command line: one file per noun. `hdp.cli.main.run` is the way in."""
