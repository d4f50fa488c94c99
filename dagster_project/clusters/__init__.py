"""Clusters of customers: trained, described, explained, watched for drift."""
