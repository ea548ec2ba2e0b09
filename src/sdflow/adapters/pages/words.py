"""Words: numbers, times, dates and lists as the readers of a language write them.

Nothing is ever printed better than it is: where digits are cut, they are cut downwards. A number and its
unit are held together by a no-break space. The conventions of each language are those of Unicode's CLDR,
by Babel; currencies are named by their three letters and units by the signs of the SI, so that nobody can take one
for another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from sdflow.domain.errors import Unreadable

NO_BREAK = "\N{NO-BREAK SPACE}"
DEFAULT_LOCALE = "en_GB"

_MONDAY = date(2024, 1, 1)
_SPACES = str.maketrans({" ": NO_BREAK, "\N{NARROW NO-BREAK SPACE}": NO_BREAK})


def locale_named(source: str, name: object) -> Locale:
    """The locale of a name such as en_GB, de or de-CH; Unreadable where Unicode knows none of that name."""
    try:
        return Locale.parse(str(name).replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        message = f"{name!r} is not a locale that is known; write one such as en_GB, en_US or de_DE"
        raise Unreadable.because(source, message, field="documents.locale") from error


class Words:
    """The filters that depend on the language of a document."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    @property
    def language(self) -> str:
        """The language as pages declare it, such as en-GB."""
        return str(self.locale).replace("_", "-")

    def number(self, value: Decimal | int, places: int | None = None, *, at_least: int = 0) -> str:
        """A number with thousands separated, and all the digits that it has.

        `places` cuts downwards to so many decimals; `at_least` only fills up with zeros.
        """
        exact = Decimal(value)
        if places is not None:
            exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
        decimals = max(len(f"{exact:f}".partition(".")[2]), at_least)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        written: str = format_decimal(exact, pattern, self.locale, decimal_quantization=False)
        return written.translate(_SPACES)

    def percent(self, value: Decimal | int, places: int | None = None, *, at_least: int = 0) -> str:
        """A share in per cent, such as 99.90 %; cut downwards where it is cut."""
        written = self.number(value, places, at_least=at_least)
        return f"%{written}" if self.locale.percent_formats[None].pattern.startswith("%") else f"{written}{NO_BREAK}%"

    def minutes(self, value: Decimal | int) -> str:
        """A duration in minutes as people say it: 30 min, 4 h, 2 h 30 min."""
        whole_hours, rest = divmod(value, 60)
        parts = [f"{self._exact(whole_hours)}{NO_BREAK}h"] if whole_hours else []
        if rest or not parts:
            parts.append(f"{self._exact(rest)}{NO_BREAK}min")
        return NO_BREAK.join(parts)

    def _exact(self, value: Decimal | int) -> str:
        return self.number(Decimal(value).normalize())

    def hours(self, value: Decimal | int) -> str:
        """A duration in hours as people say it: 8 h, 1 h 30 min."""
        return self.minutes(Decimal(value) * 60)

    def clock(self, value: int) -> str:
        """A minute of the day as a time: 09:00, and 24:00 for midnight at the end."""
        return f"{value // 60:02d}:{value % 60:02d}"

    def day(self, value: date) -> str:
        """A date such as 1 January 2027."""
        return format_date(value, "long", self.locale).translate(_SPACES)

    def day_of_year(self, value: date) -> str:
        """A day that comes back each year, such as 1 January."""
        return format_skeleton("MMMMd", value, locale=self.locale).translate(_SPACES)

    def month(self, value: date) -> str:
        """A month such as February 2027."""
        return format_skeleton("yMMMM", value, locale=self.locale).translate(_SPACES)

    def weekday(self, value: int, width: str = "wide") -> str:
        """The name of a day of the week, Monday 0; `abbreviated` gives its short form."""
        pattern = {"wide": "cccc", "abbreviated": "ccc"}[width]
        return format_date(_MONDAY + timedelta(days=value), pattern, self.locale)

    def instant(self, value: datetime) -> str:
        """An instant to the second, in UTC."""
        moment = value.astimezone(UTC)
        return f"{self.day(moment)}, {moment:%H:%M:%S}{NO_BREAK}UTC"

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency, such as EUR 1,234.50, or 1.234,50 EUR where the currency comes last."""
        written = self.number(amount, at_least=2)
        before = self.locale.currency_formats["standard"].pattern.startswith("\N{CURRENCY SIGN}")
        return f"{currency}{NO_BREAK}{written}" if before else f"{written}{NO_BREAK}{currency}"

    def counted(self, value: Decimal | int, unit: str) -> str:
        """So many days, weeks, months or years, in the plural that the language asks for."""
        written: str = format_unit(value, f"duration-{unit}", "long", "#,##0.######", self.locale)
        return written.translate(_SPACES)

    def plural(self, value: Decimal | int, one: str, other: str, few: str = "", many: str = "") -> str:
        """The number with the noun in the plural that goes with it; `few` and `many` where a language has them."""
        return f"{self.number(value)} {self.form(value, one, other, few, many)}"

    def form(self, value: Decimal | int, one: str, other: str, few: str = "", many: str = "") -> str:
        """The form of a word that goes with a number."""
        forms: Mapping[str, str] = {"one": one, "few": few, "many": many}
        return forms.get(self.locale.plural_form(value), "") or other

    def listed(self, values: Sequence[str], style: str = "standard") -> str:
        """Words in a row, such as "a, b and c"; "a, b or c" in the style `or`."""
        return format_list([str(one) for one in values], style=style, locale=self.locale)  # type: ignore[arg-type]

    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Every filter by the name under which templates know it."""
        names = (
            "number", "percent", "minutes", "hours", "clock", "day", "day_of_year", "month", "weekday", "instant",
            "money", "counted", "plural", "form", "listed",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}
