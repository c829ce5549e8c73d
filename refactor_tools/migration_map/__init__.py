"""The migration map's file."""
