select count(*) as rows from analysis.evaluated
