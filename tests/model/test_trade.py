"""Trade: two neighbours with different prices, and what may pass from one to the other."""

from __future__ import annotations

import pytest
from plants import HOURS, ONE_REGION
from small_case import solve_small_case, write_small_case

import h2model


def neighbours(markets: tuple[str, str]) -> dict[str, str]:
    """Power is bought for 20 and sold for 30 EUR/MWh, 5 MW at most."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "trades": "trade,region,carrier,direction,market\n"
        f"bought,here,power,import,{markets[0]}\nsold,here,power,export,{markets[1]}",
        "assets": """
            bought,price,,,20,,EUR2025/MWh
            bought,maximum_rate,,,5,,MW
            sold,price,,,30,,EUR2025/MWh
            sold,maximum_rate,,,8,,MW
        """,
    }


def test_transit_between_two_markets_earns_the_spread(tmp_path):
    _, results = solve_small_case(tmp_path, neighbours(("west", "east")))
    assert results.attrs["objective"] == pytest.approx(-5 * (30 - 20) * HOURS)


def test_transit_between_markets_without_a_limit_is_refused(tmp_path):
    tables = neighbours(("west", "east"))
    tables["assets"] = "\n".join(row for row in tables["assets"].splitlines() if "rate" not in row)
    with pytest.raises(h2model.InputError, match="bought from bought and sold to sold earns without any limit in 2030"):
        h2model.load_case(write_small_case(tmp_path, tables))


@pytest.mark.parametrize("markets", [("west", "west"), ("", "")])
def test_arbitrage_in_one_market_is_refused(tmp_path, markets):
    with pytest.raises(h2model.InputError, match="buying power to sell it at once is profitable"):
        h2model.load_case(write_small_case(tmp_path, neighbours(markets)))
