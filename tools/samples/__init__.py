"""Makes the sample collection that HDP ships: pictures, meshes, a document and a table."""
