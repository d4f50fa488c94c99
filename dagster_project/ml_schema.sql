create schema if not exists ml;
