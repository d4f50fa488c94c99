comment on table ml.recommendations is {mark}
