"""The practice repository: Zenodo's deposit API served from a folder on this computer."""
