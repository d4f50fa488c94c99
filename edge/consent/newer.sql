-- What is known beyond the published generation: new customers, and refusals since.
create or replace temp table consent_newcomers (customer_id varchar);
create or replace temp table consent_refusals (customer_id varchar, purpose varchar);
