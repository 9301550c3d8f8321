"""The names and units of IAMC variables: what each family of variables is called, counted in, and means.

docs/exports.md prints these families as a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from h2model.constants import HOURS_PER_YEAR
from h2model.errors import Fault, InputError

#: Spelling of abbreviations.
SPELLING = {
    word.lower(): word
    for word in ("CO2", "CHP", "PVC", "VCM", "PEM", "SOEC", "LNG", "LPG", "DRI", "HVDC", "AC", "DC", "OM")
}
#: Name of CO2 in `Price|…`: carriers must not have it.
CARBON_PRICE = "carbon"
#: Characters with a meaning in variables (the first) or in pyam's filters.
RESERVED = "|*"
#: Factors from the unit of the model to that of the export, for carriers counted in MWh and in t.
CAPACITY = {"MWh": ("GW", 1e-3), "t": ("kt/yr", HOURS_PER_YEAR * 1e-3)}
STORE = {"MWh": ("GWh", 1e-3), "t": ("kt", 1e-3)}
VOLUME = {"MWh": ("TWh/yr", 1e-6), "t": ("kt/yr", 1e-3)}
CARBON = ("Mt CO2/yr", 1e-6)


@dataclass(frozen=True)
class Family:
    """Variables that are named and counted alike.

    The first `summed` words of a name are the shortest sum over parts; prices have none (0). Of two units, the first is
    that of carriers counted in MWh, the second of those counted in t.
    """

    pattern: str
    unit: str
    meaning: str
    summed: int = 2


FAMILIES = (
    Family("Capacity|<Carrier>|<Technology>", "GW or kt/yr",
           "capacity of plants, counted in a carrier that they make"),
    Family("Input Capacity|<Carrier>|<Technology>", "GW or kt/yr",
           "capacity of plants, counted in a carrier that they use, such as that of electrolysers in electricity"),
    Family("Storage Capacity|<Carrier>|<Technology>", "GWh or kt", "what stores hold"),
    Family("Storage Power|<Carrier>|<Technology>", "GW or kt/yr",
           "charging or discharging power of stores, if it is priced separately"),
    Family("Transport Capacity|<Carrier>|<Technology>", "GW or kt/yr",
           "capacity of links, in the region where they begin"),
    *(
        Family(f"{root} Additions|<Carrier>|<Technology>", "GWh/yr or kt/yr" if "Capacity" in root and "Storage" in root
               else "GW/yr or kt/yr/yr",
               f"new {root.lower()} of the period, as the mean of the years that it represents")
        for root in ("Capacity", "Input Capacity", "Storage Capacity", "Storage Power", "Transport Capacity")
    ),
    Family("Investment|<Carrier>|<Technology>", "million <currency>/yr",
           "overnight cost of what is built in the period, as the mean of the years that it represents; carrier as for "
           "the capacity"),
    Family("Secondary Energy|<Carrier>|<Technology>", "TWh/yr", "output of plants, for carriers counted in MWh"),
    Family("Production|<Carrier>|<Technology>", "kt/yr", "output of plants, for carriers counted in t"),
    Family("Energy Input|<Carrier>|<Technology>", "TWh/yr", "use of plants, and of links on the way, counted in MWh"),
    Family("Material Input|<Carrier>|<Technology>", "kt/yr", "the same, counted in t"),
    Family("Final Energy|<Carrier>|<Demand>", "TWh/yr", "deliveries to demands, counted in MWh"),
    Family("Final Material|<Carrier>|<Demand>", "kt/yr", "the same, counted in t"),
    Family("Unserved Demand|<Carrier>|<Demand>", "TWh/yr or kt/yr", "demand that is not delivered"),
    Family("Recovery|<Carrier>|<Demand>", "TWh/yr or kt/yr", "recovery from deliveries"),
    Family("Disposal|<Carrier>", "TWh/yr or kt/yr", "vented or dumped amounts"),
    Family("Heat To Lower Level|<Carrier>|<Step>", "TWh/yr", "heat of this level that serves the next lower one"),
    Family("Heat From Higher Level|<Carrier>|<Step>", "TWh/yr", "the same where it arrives"),
    Family("Trade|<Carrier>|<Exports or Imports>|<Trade>", "TWh/yr or kt/yr",
           "net exports to outside of the case: exports are positive, imports negative"),
    Family("Transport Out|<Carrier>|<Technology>", "TWh/yr or kt/yr", "flows of links out of a region"),
    Family("Transport In|<Carrier>|<Technology>", "TWh/yr or kt/yr", "flows of links into a region"),
    Family("Storage Charge|<Carrier>|<Technology>", "TWh/yr or kt/yr", "charging of stores"),
    Family("Storage Discharge|<Carrier>|<Technology>", "TWh/yr or kt/yr", "discharging of stores"),
    Family("Emissions|CO2|<Origin>", "Mt CO2/yr",
           "net: released less taken from the air, as caps with scope net count it"),
    Family("Gross Emissions|CO2|<Origin>", "Mt CO2/yr", "carbon released, of any origin"),
    Family("Gross Removals|CO2|<Origin>", "Mt CO2/yr", "carbon taken from the air, as a positive number"),
    Family("Upstream Emissions|CO2", "Mt CO2/yr", "releases of imports outside of the case"),
    Family("Carbon Sequestration|<Origin>", "Mt CO2/yr", "permanently stored carbon", 1),
    Family("Price|Carbon", "<currency>/t CO2",
           "by region: cost of one more tonne of fossil CO2, by all caps, budgets and prices together", 0),
    Family("Price|Carbon|<Cap>", "<currency>/t CO2", "of the whole case: the price of one cap", 0),
    Family("Price|<Carrier>", "<currency>/MWh or <currency>/t",
           "mean of the year, weighted by the use of plants, exports and demands; of the whole case also by region", 0),
    Family("Cost|Total|<Part>", "million <currency>/yr", "cost of a year, undiscounted; revenues are negative"),
)  # fmt: skip


class Titles:
    """Names of the model as words of IAMC variables: `gas_boiler` is "Gas Boiler", `co2_pipe` is "CO2 Pipe"."""

    def __init__(self, kinds: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Check all names by kind; InputError for names that become equal, or contain a reserved character."""
        faults: list[Fault] = []
        for kind, names in kinds:
            known = {self.of(CARBON_PRICE): CARBON_PRICE + " (as in Price|Carbon)"} if kind == "carrier" else {}
            for name in names:
                other = known.setdefault(self.of(name), name)
                if other != name:
                    problem = f"becomes {self.of(name)!r}, as {other!r} does"
                    faults.append(Fault(f"{kind} {name!r}", problem, "rename one of them in the case"))
                if set(name) & set(RESERVED):
                    problem = f"contains one of the characters {' '.join(RESERVED)}, which separate parts of variables"
                    faults.append(Fault(f"{kind} {name!r}", problem, "rename it in the case"))
        if faults:
            raise InputError(faults)

    @staticmethod
    def of(name: str) -> str:
        """Return the name in words.

        >>> [Titles.of(name) for name in ("gas_boiler", "co2_pipe", "biomass_chp")]
        ['Gas Boiler', 'CO2 Pipe', 'Biomass CHP']
        """
        return " ".join(SPELLING.get(word.lower(), word[:1].upper() + word[1:]) for word in re.split(r"[_\s]+", name))


def money(currency: str) -> str:
    """Return a currency as IAMC units write it.

    >>> money("EUR2025")
    'EUR_2025'
    """
    return re.sub(r"^([A-Z]{3})(\d{4})$", r"\1_\2", currency)


def per_year(unit: str) -> str:
    """Return the unit of additions per year.

    >>> [per_year(unit) for unit in ("GW", "kt/yr")]
    ['GW/yr', 'kt/yr/yr']
    """
    return f"{unit}/yr"
