"""The words that the shop's products, people and visitors are made of; all invented."""

CATEGORIES = (
    ("Shoes", "Sneaker", "Boot", "Sandal"),
    ("Jackets", "Parka", "Raincoat", "Blazer"),
    ("Knitwear", "Pullover", "Cardigan", "Scarf"),
    ("Kitchen", "Kettle", "Pan", "Knife"),
    ("Lighting", "Lamp", "Lantern", "Pendant"),
    ("Outdoor", "Tent", "Stove", "Backpack"),
    ("Toys", "Puzzle", "Robot", "Kite"),
    ("Books", "Novel", "Atlas", "Cookbook"),
    ("Beauty", "Serum", "Soap", "Brush"),
    ("Garden", "Planter", "Trowel", "Hose"),
    ("Audio", "Headphone", "Speaker", "Turntable"),
    ("Stationery", "Notebook", "Fountain Pen", "Planner"),
)
BASE_PRICES = (79, 129, 59, 45, 69, 110, 24, 18, 22, 28, 149, 14)
BRANDS = (
    "Nordlicht", "Vela", "Oak & Ash", "Fjordline", "Brisa", "Kestrel", "Lumen", "Harbour 12",
    "Terra", "Solstice", "Maple Lane", "Quill", "Ember", "Tidewater", "Alpen", "Saffron",
    "Cobalt", "Juniper", "Wren", "Onyx", "Petrichor", "Meridian", "Thistle", "Zephyr",
)  # fmt: skip
STYLES = ("Classic", "Modern", "Playful")
ADJECTIVES = ("Compact", "Soft", "Bright", "Sturdy", "Light", "Warm", "Slim", "Grand")

FIRST_NAMES = (
    ("Anna", "female"), ("Ben", "male"), ("Clara", "female"), ("David", "male"),
    ("Eva", "female"), ("Felix", "male"), ("Greta", "female"), ("Henri", "male"),
    ("Ines", "female"), ("Jonas", "male"), ("Karin", "female"), ("Luca", "male"),
    ("Marie", "female"), ("Noah", "male"), ("Olga", "female"), ("Paul", "male"),
    ("Quinn", "other"), ("Rosa", "female"), ("Samir", "male"), ("Tara", "female"),
    ("Umut", "male"), ("Vera", "female"), ("Wim", "male"), ("Xenia", "female"),
    ("Yusuf", "male"), ("Zoé", "female"), ("Jürgen", "male"), ("Renée", "female"),
    ("Alex", "other"), ("Mary Ann", "female"),
)  # fmt: skip
LAST_NAMES = (
    "Abel", "Berg", "Clarke", "Dubois", "Eriksen", "Fischer", "Garcia", "Hoffmann", "Ivanova",
    "Jansen", "Keller", "Lambert", "Moreau", "Novak", "O'Neill", "Petit", "Quist", "Rossi",
    "Schmidt", "Taylor", "Ulrich", "Vogel", "Weber", "Xu", "Yilmaz", "Ziegler", "Müller",
    "van Dijk", "Sørensen", "Lindqvist",
)  # fmt: skip
STREETS = ("Station Road", "Lindenweg", "Rue des Lilas", "Kerkstraat", "High Street", "Am Markt")

# country, locale, time zone, city, first digits of its postal codes
PLACES = (
    ("DE", "de-DE", "Europe/Berlin", "Berlin", "10"),
    ("DE", "de-DE", "Europe/Berlin", "München", "80"),
    ("DE", "de-DE", "Europe/Berlin", "Hamburg", "20"),
    ("DE", "en-GB", "Europe/Berlin", "Köln", "50"),
    ("AT", "de-AT", "Europe/Vienna", "Wien", "10"),
    ("CH", "de-CH", "Europe/Zurich", "Zürich", "80"),
    ("CH", "fr-CH", "Europe/Zurich", "Genève", "12"),
    ("FR", "fr-FR", "Europe/Paris", "Paris", "75"),
    ("FR", "fr-FR", "Europe/Paris", "Lyon", "69"),
    ("NL", "nl-NL", "Europe/Amsterdam", "Utrecht", "35"),
    ("GB", "en-GB", "Europe/London", "London", "70"),
    ("US", "en-US", "America/New_York", "New York", "10"),
)

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
# kind of device, user agent
AGENTS = (
    ("desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36"),
    ("desktop", f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15"),
    ("desktop", "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"),
    ("mobile", f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_WEBKIT} Mobile Safari"),
    ("mobile", "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/142.0 Mobile Safari/537.36"),
    ("tablet", f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {_WEBKIT} Safari/604.1"),
)
BOT_AGENTS = (
    ("desktop", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("desktop", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    ("desktop", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    ("desktop", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/142.0 Safari/537.36"),
    ("desktop", "python-requests/2.32.5"),
    ("desktop", "Scrapy/2.13 (+https://scrapy.org)"),
)

# chance, referrer, campaign name, source, medium
CHANNELS: tuple[tuple[float, str | None, str | None, str | None, str | None], ...] = (
    (0.38, None, None, None, None),
    (0.27, "https://www.google.com/", None, None, None),
    (0.12, None, "weekly_news", "newsletter", "email"),
    (0.10, "https://www.instagram.com/", "new_in", "instagram", "paid_social"),
    (0.08, "https://www.google.com/", "brand_search", "google", "cpc"),
    (0.05, "https://blog.example.org/gift-guide", None, None, None),
)
