"""Pictures of files: images, pages of documents, views of models; run in a limited process."""
