"""Physics metrics on labelled events: separation of classes, classification, resolution, column by column."""
