"""Groups of customers who behave alike: prepared, searched for, named, kept and watched."""
