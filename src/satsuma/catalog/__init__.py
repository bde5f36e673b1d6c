"""What a workspace knows of: entities, attributes, relationships, interaction types."""
