"""The recommender: what it learns from, trained, described, scored."""
