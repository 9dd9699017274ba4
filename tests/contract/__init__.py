"""The contract as data, for what checks it: the document, its examples, documents drawn from its schemas."""
