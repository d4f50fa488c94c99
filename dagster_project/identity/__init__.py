"""Identity on the warehouse: who is who, resolved from the links that dbt made."""
