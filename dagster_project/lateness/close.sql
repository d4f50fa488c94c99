insert into ops.late_evaluations values ($since, $until)
