"""Clusters of customers: trained, described, watched for drift."""
