"""Read the definition tables: plants, stores, links, trades and demands, each with its region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from h2model.case.declare import Parameter
from h2model.case.faults import Faults, did_you_mean
from h2model.case.tables import Row, parse_number

STRUCTURAL_TECHNOLOGY_ROW = "reference"


@dataclass(frozen=True)
class Entity:
    """The owner of parameters: an asset, a trade, a demand, a carrier, or the case itself."""

    name: str
    kind: str
    technology: str = ""
    region: str = ""
    to_region: str = ""
    carrier: str = ""
    direction: str = ""
    two_way: bool = False
    where: str = ""
    mode_of: str = ""
    market: str = ""
    retrofit_of: str = ""

    @property
    def holds_amount(self) -> bool:
        """Whether its capacity is an amount (a store) and not a flow."""
        return self.kind == "store"

    def is_in(self, region: str) -> bool:
        """Whether the entity is in a region; a link is in both regions that it connects."""
        return region in (self.region, self.to_region)


@dataclass
class Assets:
    """All entities of a case, in the order of the tables."""

    regions: list[Row]
    carriers: list[Entity]
    technologies: tuple[str, ...]
    of_kind: dict[str, list[Entity]] = field(default_factory=dict)
    chargers: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def all(self) -> list[Entity]:
        """Entities with a capacity: plants, stores, links, store powers; a mode shares the capacity of its plant."""
        kinds = ("plant", "store", "link", "store_power")
        return [entity for kind in kinds for entity in self.of_kind[kind] if not entity.mode_of]

    def named(self) -> list[Entity]:
        """Entities that assets.csv can name."""
        modes = [plant for plant in self.of_kind["plant"] if plant.mode_of]
        return [*self.all, *modes, *self.of_kind["trade"], *self.of_kind["demand"]]

    def with_parameter(self, parameter: Parameter) -> list[Entity]:
        """The entities along the first dimension of a parameter."""
        if not parameter.dims:
            return [Entity("case", "case")]
        if parameter.dims[0] == "asset":
            return self.all
        return self.carriers if parameter.dims[0] == "carrier" else self.of_kind[parameter.dims[0]]

    def coords(self, units) -> dict[str, tuple[str, np.ndarray]]:
        """Coordinates of regions and assets as the model reads them."""
        plants, stores, links = (self.of_kind[kind] for kind in ("plant", "store", "link"))
        trades, demands = self.of_kind["trade"], self.of_kind["demand"]
        coords = {
            "region": ("region", _text(row["region"] for row in self.regions)),
            "latitude": ("region", _degrees(self.regions, "latitude")),
            "longitude": ("region", _degrees(self.regions, "longitude")),
            "carrier": ("carrier", _text(carrier.name for carrier in self.carriers)),
            "carrier_unit": ("carrier", _text(units.carrier_units.get(c.name, "") for c in self.carriers)),
            "asset": ("asset", _text(a.name for a in self.all)),
            "asset_technology": ("asset", _text(a.technology for a in self.all)),
            "asset_region": ("asset", _text(a.region for a in self.all)),
            "asset_class": ("asset", _text(a.kind for a in self.all)),
            "retrofit_of": ("asset", _text(a.retrofit_of for a in self.all)),
            "asset_unit": (
                "asset",
                _text(units.target("{capacity}", own=a.carrier, storage=a.holds_amount) for a in self.all),
            ),
        }
        for dim, entities in (("plant", plants), ("store", stores), ("link", links)):
            coords[dim] = (dim, _text(e.name for e in entities))
            coords[f"{dim}_technology"] = (dim, _text(e.technology for e in entities))
            coords[f"{dim}_carrier"] = (dim, _text(e.carrier for e in entities))
        for dim, entities in (("plant", plants), ("store", stores), ("trade", trades), ("demand", demands)):
            coords[f"{dim}_region"] = (dim, _text(e.region for e in entities))
        for dim, entities in (("trade", trades), ("demand", demands)):
            coords[dim] = (dim, _text(e.name for e in entities))
            coords[f"{dim}_carrier"] = (dim, _text(e.carrier for e in entities))
        coords |= {
            "plant_mode_of": ("plant", _text(e.mode_of for e in plants)),
            "store_charger": ("store", _text(self.chargers[s.name][0] for s in stores)),
            "store_discharger": ("store", _text(self.chargers[s.name][1] for s in stores)),
            "link_from": ("link", _text(e.region for e in links)),
            "link_to": ("link", _text(e.to_region for e in links)),
            "link_two_way": ("link", np.array([e.two_way for e in links], dtype=bool)),
            "trade_market": ("trade", _text(e.market for e in trades)),
            "trade_direction": ("trade", _text(e.direction for e in trades)),
        }
        return coords


def read_assets(
    tables: Mapping[str, list[Row]], carriers: list[Entity], reference: Mapping[str, str], faults: Faults
) -> Assets:
    """Return the entities of the definition tables; `reference` is the reference carrier by technology."""
    technologies = tuple(dict.fromkeys(row["technology"] for row in tables["technologies.csv"] if row["technology"]))
    assets = Assets(_regions(tables["regions.csv"], faults), carriers, technologies)
    reader = _Definitions(assets, reference, faults)
    assets.of_kind["plant"] = reader.read(tables["plants.csv"], "plant")
    _check_modes(assets.of_kind["plant"], faults)
    assets.of_kind["store"] = reader.read(tables["stores.csv"], "store")
    assets.of_kind["link"] = reader.read(tables["links.csv"], "link", region="from_region", to_region="to_region")
    assets.of_kind["trade"] = reader.read(tables["trades.csv"], "trade")
    assets.of_kind["demand"] = reader.read(tables["demands.csv"], "demand")
    stores = {store.name: store for store in assets.of_kind["store"]}
    assets.of_kind["store_power"] = []
    for row in tables["stores.csv"]:
        store = stores.get(row["store"])
        if store is not None and store.where == row.where:
            assets.of_kind["store_power"] += reader.store_powers(row, store)
    _check_retrofits(assets, faults)
    return assets


def read_reference(rows: Iterable[Row], carriers: list[Entity], faults: Faults) -> dict[str, str]:
    """Return the carrier to which capacity, activity and cost of each technology refer."""
    known = [carrier.name for carrier in carriers]
    reference: dict[str, str] = {}
    for row in rows:
        if row["parameter"] != STRUCTURAL_TECHNOLOGY_ROW:
            continue
        technology, carrier = row["technology"], row["carrier"]
        if not technology:
            faults.add(row.where, "a reference row names no technology", "fill in the technology")
        elif carrier not in known:
            faults.add(row.where, f"the carrier '{carrier}' is unknown", did_you_mean(carrier, known))
            reference.setdefault(technology, "")
        elif technology in reference:
            faults.add(row.where, f"{technology} has two reference rows", "keep one of them")
        else:
            reference[technology] = carrier
        if row["value"] or row["unit"] or row["period"]:
            faults.add(row.where, "a reference row has no value, unit or period", "name the carrier only")
    return reference


class _Definitions:
    """Reads the definition tables in turn and remembers the names that are taken."""

    def __init__(self, assets: Assets, reference: Mapping[str, str], faults: Faults) -> None:
        self.assets, self.reference, self.faults = assets, reference, faults
        self.regions = [row["region"] for row in assets.regions]
        self.carriers = [carrier.name for carrier in assets.carriers]
        self.taken: dict[str, str] = {}

    def read(self, rows: list[Row], kind: str, region: str = "region", to_region: str = "") -> list[Entity]:
        """Return the entities of a definition table; rows with a fault stay, so that their parameters are checked."""
        entities = []
        for row in rows:
            for column in filter(None, (region, to_region)):
                self._check(row, column, self.regions, "region")
            if to_region and row[region] == row[to_region]:
                self.faults.add(row.where, f"the link begins and ends in {row[region]}", "name two regions")
            technology = row["technology"]
            if technology:
                self._check(row, "technology", self.assets.technologies, "technology")
                carrier = self._reference(technology, row)
            else:
                carrier = row["carrier"]
                self._check(row, "carrier", self.carriers, "carrier")
            if kind == "trade" and row["direction"] not in ("import", "export"):
                self.faults.add(row.where, f"the direction '{row['direction']}' is unknown", "write import or export")
            if kind == "link" and row["two_way"] not in ("yes", "no"):
                self.faults.add(row.where, f"two_way is '{row['two_way']}'", "write yes or no")
            entity = Entity(
                name=row[kind],
                kind=kind,
                technology=technology,
                region=row[region],
                to_region=row[to_region] if to_region else "",
                carrier=carrier,
                direction=row["direction"],
                two_way=row["two_way"] == "yes",
                where=row.where,
                mode_of=row["mode_of"],
                market=row["market"],
                retrofit_of=row["retrofit_of"],
            )
            if self._take(entity):
                entities.append(entity)
        return entities

    def store_powers(self, row: Row, store: Entity) -> list[Entity]:
        """Return the priced charging and discharging power of a store; one asset if both name the same technology."""
        names, powers = [], []
        for column in ("charger", "discharger"):
            technology = row[column]
            names.append(f"{store.name}:{technology}" if technology else "")
            if not technology or (powers and powers[0].technology == technology):
                continue
            self._check(row, column, self.assets.technologies, "technology")
            carrier = self._reference(technology, row)
            if carrier and store.carrier and carrier != store.carrier:
                self.faults.add(
                    row.where,
                    f"the {column} {technology} refers to {carrier}, but the store contains {store.carrier}",
                    f"give {technology} the reference carrier {store.carrier}",
                )
            power = Entity(
                names[-1], "store_power", technology, store.region, "", carrier or store.carrier, where=row.where
            )
            if self._take(power):
                powers.append(power)
        self.assets.chargers[store.name] = (names[0], names[1])
        return powers

    def _check(self, row: Row, column: str, known: Iterable[str], what: str) -> None:
        if row[column] not in known:
            self.faults.add(row.where, f"the {what} '{row[column]}' is unknown", did_you_mean(row[column], known))

    def _reference(self, technology: str, row: Row) -> str:
        if technology in self.assets.technologies and technology not in self.reference:
            self.faults.add(
                "technologies.csv",
                f"{technology} (used in {row.where}) has no reference carrier",
                f"add a row technology={technology}, parameter=reference, carrier=the carrier to which capacity, "
                "activity and cost refer",
            )
        return self.reference.get(technology, "")

    def _take(self, entity: Entity) -> bool:
        if entity.name in self.taken:
            self.faults.add(
                entity.where,
                f"the name '{entity.name}' is taken by {self.taken[entity.name]}",
                "give every plant, store, link, trade and demand its own name",
            )
            return False
        self.taken[entity.name] = entity.where
        return True


def _check_modes(plants: list[Entity], faults: Faults) -> None:
    """Refuse a mode whose plant is in another region, has another reference carrier, or is a mode itself."""
    by_name = {plant.name: plant for plant in plants}
    hosts = [plant.name for plant in plants if not plant.mode_of]
    for mode in plants:
        if not mode.mode_of:
            continue
        host = by_name.get(mode.mode_of)
        if host is mode:
            problem, remedy = "a mode needs another plant", "name the plant whose recipe it is"
        elif host is None:
            problem, remedy = f"the plant '{mode.mode_of}' is unknown", did_you_mean(mode.mode_of, hosts)
        elif host.mode_of:
            problem, remedy = f"{host.name} is a mode itself", f"name its plant, {host.mode_of}"
        elif host.region != mode.region:
            problem, remedy = f"{host.name} is in {host.region}, not in {mode.region}", "put both in one region"
        elif host.carrier and mode.carrier and host.carrier != mode.carrier:
            problem = f"{mode.technology} refers to {mode.carrier}, but {host.name} to {host.carrier}"
            remedy = f"give {mode.technology} the reference carrier {host.carrier}, and its ratios per amount of it"
        else:
            continue
        faults.add(mode.where, f"{mode.name} is a mode of '{mode.mode_of}', but {problem}", remedy)


def _check_retrofits(assets: Assets, faults: Faults) -> None:
    """Refuse a retrofit whose original is in another table or region, or that converts itself through a chain."""
    by_name = {entity.name: entity for entity in assets.named()}
    for retrofit in by_name.values():
        if not retrofit.retrofit_of:
            continue
        original, kind = by_name.get(retrofit.retrofit_of), retrofit.kind
        # The originals in turn, up to an asset that is not a retrofit or that repeats.
        chain, last = [], retrofit
        while last is not None and last.retrofit_of and last.retrofit_of not in chain:
            chain.append(last.retrofit_of)
            last = by_name.get(last.retrofit_of)
        if original is None or original.kind != kind:
            problem = f"it is a {original.kind.replace('_', ' ')}" if original else f"no {kind} has this name"
            others = [e.name for e in assets.of_kind[kind] if e is not retrofit and not e.mode_of]
            remedy = did_you_mean(retrofit.retrofit_of, others)
        elif original.mode_of or retrofit.mode_of:
            mode = original if original.mode_of else retrofit
            problem, remedy = f"{mode.name} is a mode, without a capacity", f"name its plant, {mode.mode_of}, instead"
        elif {original.region, original.to_region} != {retrofit.region, retrofit.to_region}:
            problem, remedy = "the two are in different regions", "put both in one region"
        elif retrofit.name in chain:
            problem, remedy = f"they form a circle: {' → '.join((retrofit.name, *chain))}", "name the existing asset"
        else:
            continue
        faults.add(retrofit.where, f"{retrofit.name} is a retrofit of '{retrofit.retrofit_of}', but {problem}", remedy)


def _regions(rows: list[Row], faults: Faults) -> list[Row]:
    """The rows of distinct regions; faults for repeated regions and impossible coordinates."""
    seen: dict[str, Row] = {}
    for row in rows:
        if row["region"] in seen:
            faults.add(
                row.where, f"the region '{row['region']}' is listed twice", f"remove one ({seen[row['region']].where})"
            )
            continue
        seen[row["region"]] = row
        for column, limit in (("latitude", 90.0), ("longitude", 180.0)):
            degrees = _degree(row[column])
            if degrees is None or abs(degrees) > limit:
                faults.add(
                    row.where, f"the {column} '{row[column]}' is not an angle", f"write degrees within ±{limit:g}"
                )
    return list(seen.values())


def _degree(text: str) -> float | None:
    """Degrees in a cell; NaN if it is empty, None if it is not a number."""
    try:
        return parse_number(text) if text else float("nan")
    except ValueError:
        return None


def _degrees(rows: list[Row], column: str) -> np.ndarray:
    return np.array([_degree(row[column]) for row in rows], dtype=float)


def _text(words: Iterable[str]) -> np.ndarray:
    return np.array(list(words), dtype=str)
