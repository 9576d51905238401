"""Records in the words of others: DataCite, Dublin Core, schema.org, RO-Crate, tables."""

from hdp.exports.facts import Exported

__all__ = ["Exported"]
