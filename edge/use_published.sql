set timezone = 'UTC';
use warehouse;
