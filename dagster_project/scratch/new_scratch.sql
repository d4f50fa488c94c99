use analysis;
detach warehouse;
attach {scratch} as warehouse;
use warehouse;
