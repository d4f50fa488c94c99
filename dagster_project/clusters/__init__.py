"""Clusters of customers: trained, described, given, explained, watched for drift."""
