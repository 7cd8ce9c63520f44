"""What the writers of databases have in common: targets that may be written, GDAL's voice kept down, domains, reading back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from osgeo import gdal, ogr, osr

from ...core.errors import InputError, OutputError
from ...core.exchange.domains import Domain

__all__ = ["add_domain", "allowed", "layer_names", "named_once", "place", "tell", "told"]


def allowed(target: Path, overwrite: bool, inputs: Iterable[tuple[str, str]]) -> None:
    """OutputError `output.exists` where a container is there and may not be replaced, `output.is_input` where it is one of the inputs."""
    if not target.exists():
        return
    if any(path and Path(path).exists() and target.samefile(path) for path, _ in inputs):
        raise OutputError("output.is_input", path=str(target))
    if not overwrite:
        raise OutputError("output.exists", path=str(target))


def named_once(names: Sequence[str]) -> None:
    """InputError `vct.twice` where two layers have one name."""
    seen: set[str] = set()
    for name in names:
        if name.upper() in seen:
            raise InputError("vct.twice", layer=name)
        seen.add(name.upper())


def layer_names(path: Path) -> list[str]:
    """The layers of a container but QGIS's table of styles; none where it is not there or cannot be read."""
    if not path.exists():
        return []
    source: Any = None
    with told(path):
        source = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_READONLY)
    names = [] if source is None else [source.GetLayer(i).GetName() for i in range(source.GetLayerCount())]
    return [one for one in names if one != "layer_styles"]


@contextmanager
def told(path: Path, strict: bool = False) -> Iterator[None]:
    """Work with GDAL whose warnings stay unsaid; strict: what fails where exceptions are switched on is OutputError `output.not_written`."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    before = gdal.GetThreadLocalConfigOption("GDAL_PAM_ENABLED")
    gdal.SetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO")  # a newer one writes an .aux.xml beside a GeoPackage that is only looked at
    try:
        yield
    except RuntimeError as failure:
        if strict:
            raise OutputError("output.not_written", path=path.name, reason=str(failure)) from failure
    finally:
        gdal.SetThreadLocalConfigOption("GDAL_PAM_ENABLED", before)
        gdal.PopErrorHandler()


def add_domain(dataset: Any, domain: Domain, kind: int) -> None:
    """Add a domain whose fields are of the OGR type `kind`; OutputError `output.not_written`."""
    if domain.codes is not None:
        made = ogr.CreateCodedFieldDomain(domain.name, domain.title, kind, ogr.OFSTNone, dict(domain.codes))
    else:
        made = ogr.CreateRangeFieldDomain(domain.name, domain.title, kind, ogr.OFSTNone, domain.low, True, domain.high, True)
    if not dataset.AddFieldDomain(made):
        raise OutputError("output.not_written", path=domain.name, reason=gdal.GetLastErrorMsg())


def place(crs: str | None) -> Any:
    """A CRS text as GDAL takes it, east before north; None for None."""
    if not crs:
        return None
    made = osr.SpatialReference()
    made.SetFromUserInput(crs)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


def tell(run: Any, target: Path, before: set[str], done: Any) -> None:
    """Say what a geodatabase could not take as it was, and which layers of the old one are not in the new one."""
    if done.renamed:
        run.warn("gdb.renamed", names=", ".join(f"{old} → {new}" for old, new in done.renamed))
    if done.outside:
        run.warn("gdb.outside", layers=", ".join(done.outside))
    gone = before - set(done.rows)
    if gone:
        run.warn("container.replaced", path=str(target), layers=", ".join(sorted(gone)))
