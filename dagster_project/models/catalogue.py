"""Every model that there is: its name, and what it is for."""

DESCRIPTIONS = {
    "clusters": "Which customers behave alike.",
    "recommender": "Which products a customer will want next: a mix of models.",
    "recommender_by_margin": "The recommender, by what products earn: margins weigh.",
    "recommender_by_value": "The recommender, by what products cost: prices weigh.",
    "recommender_high_value": "The recommender, fine-tuned on the customers who took most.",
    "purchase_7d": "How likely a customer orders within 7 days.",
    "category_purchase_7d": "How likely a customer orders from a category within 7 days.",
    "churn": "How likely a customer who ordered stays away for 21 days.",
    "lifetimes": "How often buyers will order, and for how much: BG/NBD and Gamma-Gamma.",
}
PREDICTIONS = ("purchase_7d", "category_purchase_7d", "churn")
VALUED = ("recommender_by_margin", "recommender_by_value")
RECOMMENDERS = ("recommender", *VALUED, "recommender_high_value")
NAMES = tuple(DESCRIPTIONS)
