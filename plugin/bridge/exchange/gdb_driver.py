"""Whether the GDAL of this QGIS writes file geodatabases: its driver is asked, not its version."""

from __future__ import annotations

from osgeo import gdal

__all__ = ["DRIVER", "obstacle"]

DRIVER = "OpenFileGDB"
_ASKED = ("DCAP_CREATE", "DCAP_CREATE_LAYER", "DCAP_CREATE_FIELD", "DCAP_FIELD_DOMAINS")


def obstacle() -> tuple[str, dict[str, str]] | None:
    """Why no geodatabase can be written here, as code and facts, or None."""
    driver = gdal.GetDriverByName(DRIVER)
    able = driver is not None and all(driver.GetMetadataItem(one) == "YES" for one in _ASKED) and hasattr(gdal.Dataset, "AddFieldDomain")
    return None if able else ("gdb.cannot_write", {"gdal": gdal.VersionInfo("RELEASE_NAME")})
