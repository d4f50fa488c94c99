"""Weather, where a table of it is given."""

from datetime import date

HEADER = "City,Date,Condition,Temperature_C"


def put(home, *rows, header=HEADER, name="a.csv"):
    return home.put(name, "\n".join([header, *rows]).encode(), "weather")


def test_a_day_of_a_city_is_stored_with_what_is_known(home):
    put(home, "Paris,2026-01-02,Rain,4.5", "Lyon,2026-01-02,sun,")
    home.ingest()
    assert home.rows(
        "select city, weather_date, condition, temperature_c from raw.weather order by line"
    ) == [("Paris", date(2026, 1, 2), "rain", 4.5), ("Lyon", date(2026, 1, 2), "sun", None)]


def test_the_same_told_twice_is_a_duplicate_and_a_correction_is_none(home):
    put(home, "Paris,2026-01-02,rain,4.5")
    put(home, "Paris,2026-01-02,rain,4.5", "Paris,2026-01-02,sun,4.5", name="b.csv")
    home.ingest()
    assert home.rows(
        "select rows_stored, rows_duplicate from raw.loaded_files order by file_number"
    ) == [(1, 0), (1, 1)]


def test_what_is_no_weather_is_refused_with_its_reason(home):
    put(
        home,
        ",2026-01-02,rain,4",
        "Paris,the day before,rain,4",
        "Paris,2026-01-02,,4",
        "Paris,2026-01-02,rain,warm",
        "Paris,2026-01-02,rain,99",
    )
    home.ingest()
    assert home.rows("select reason from raw.rejected_events order by line") == [
        ("city: missing",),
        ("date: not an ISO 8601 date",),
        ("condition: missing",),
        ("temperature_c: not a temperature",),
        ("temperature_c: not a temperature",),
    ]
    assert home.rows("select count(*) from raw.weather") == [(0,)]


def test_a_file_without_its_columns_says_which(home):
    put(home, "Paris,2026-01-02", header="city,date")
    home.ingest()
    ((error,),) = home.rows("select error from raw.loaded_files")
    assert error.startswith("no column for condition, temperature_c: a table of weather has city")
