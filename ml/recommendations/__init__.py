"""Which products to show to whom, learnt from what customers viewed, carted and bought."""
