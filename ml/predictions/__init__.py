"""How likely customers are to do something soon, learnt from past moments and what came after."""
