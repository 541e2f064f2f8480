"""Values with the units of Grafana that the dashboards use."""

_THOUSANDS = ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K"))
_BINARY = ((2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"))
_DECIMAL = ((1e9, " GB"), (1e6, " MB"), (1e3, " kB"))
_PLAIN = {"percent": "%", "watt": " W", "celsius": " °C", "reqps": " req/s"}


def shown(value: float, unit: str) -> str:
    """`0.25` of percentunit is `25%`. `ValueError` for a unit that no dashboard has."""
    if unit in _PLAIN:
        return f"{_rounded(value)}{_PLAIN[unit]}"
    match unit:
        case "short":
            return _scaled(value, _THOUSANDS, "")
        case "percentunit":
            return f"{_rounded(value * 100)}%"
        case "s":
            return f"{_rounded(value * 1000)} ms" if 0 < value < 1 else f"{_rounded(value)} s"
        case "bytes":
            return _scaled(value, _BINARY, " B")
        case "Bps":
            return f"{_scaled(value, _DECIMAL, ' B')}/s"
        case "currencyUSD":
            return f"${_rounded(value)}"
        case _:
            raise ValueError(f"no unit {unit}")


def _scaled(value: float, steps: tuple[tuple[float, str], ...], otherwise: str) -> str:
    for size, name in steps:
        if abs(value) >= size:
            return f"{_rounded(value / size)}{name}"
    return f"{_rounded(value)}{otherwise}"


def _rounded(value: float) -> str:
    """Three significant digits, without zeros at the end."""
    if value and abs(value) < 0.01:
        return f"{value:.1g}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
