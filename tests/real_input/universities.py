"""Universities: what the service desks and estates of universities publish, as records."""

from __future__ import annotations

from real_input.figures import Entry, days, minutes, week
from real_input.records import RecordText, always, calendar, contract, sla

ENGLISH = {"country": "GB", "subdivision": "ENG"}


def westernu(entry: Entry) -> list[RecordText]:
    office = calendar("CAL-WESTERNU", "Operational hours", "America/Los_Angeles", week(entry["hours"]))
    targets = entry["targets"]
    return [
        office,
        *sla(
            "WESTERNU",
            "IT support of a health university",
            {"service": "CAL-WESTERNU", "support": "CAL-WESTERNU"},
            exclusions=["University holidays"],
            priorities={kind: {"title": kind, "applies": f"Requests of the kind {kind}"} for kind in targets},
            targets={
                "response": {kind: {"minutes": minutes(times[0])} for kind, times in targets.items()},
                "restore": {kind: {"minutes": minutes(times[1])} for kind, times in targets.items()},
            },
        ),
    ]


def _working(published: str) -> dict[str, str]:
    whole = days(published)
    return {"days": whole} if whole else {"minutes": minutes(published)}


def sussex(entry: Entry) -> list[RecordText]:
    office = calendar("CAL-SUSSEX", "Working hours", "Europe/London", week(entry["hours"]))
    targets = entry["targets"]
    return [
        office,
        *sla(
            "SUSSEX",
            "IT services of a university, by criticality and impact",
            {"service": "CAL-SUSSEX", "support": "CAL-SUSSEX"},
            priorities={priority: {"title": priority, "applies": "As the matrix says"} for priority in targets},
            priority_matrix={
                "rows_are": "Service criticality",
                "columns_are": "Impact",
                "priorities": entry["matrix"],
            },
            targets={
                "response": {priority: _working(times[0]) for priority, times in targets.items()},
                "restore": {priority: _working(times[1]) for priority, times in targets.items()},
            },
        ),
    ]


def warwick_mi(entry: Entry) -> list[RecordText]:
    office = calendar("CAL-WARWICK-MI", "Supported hours", "Europe/London", week(entry["hours"]), holidays=ENGLISH)
    published = entry["availability"]
    equivalent = minutes(published["published_equivalent"].replace("minutes", "min"))
    return [
        office,
        *sla(
            "WARWICK-MI",
            "Management information of a university",
            {"service": "CAL-WARWICK-MI", "support": "CAL-WARWICK-MI"},
            targets={
                "availability": {
                    "percent": published["target"],
                    "period": "week",
                    "planned_downtime": "left_out",
                },
                "reliability": {"down_minutes": equivalent, "period": "week"},
            },
        ),
    ]


def warwick_student_admin(entry: Entry) -> list[RecordText]:
    supported, always_there, critical = entry["availability"]
    return [
        always("STUDENT", "Europe/London"),
        calendar("CAL-STUDENT-SUPPORT", "Supported hours", "Europe/London", week(entry["hours"]["support"])),
        calendar("CAL-STUDENT-DESK", "Service desk", "Europe/London", week(entry["hours"]["service_desk"])),
        *sla(
            "STUDENT",
            "Student administration of a university",
            {"service": "CAL-STUDENT-ALWAYS", "support": "CAL-STUDENT-SUPPORT", "contact": "CAL-STUDENT-DESK"},
            targets={
                "availability": {"percent": supported["target"], "hours": "CAL-STUDENT-SUPPORT"},
                "further_availability": {
                    "always": {"percent": always_there["target"], "hours": "CAL-STUDENT-ALWAYS"},
                    "critical": {"percent": critical["target"], "critical_periods": ["business"]},
                },
                "transactions": {
                    "response": {
                        "title": "Any transaction",
                        "seconds": entry["performance"]["transaction_response_s"],
                        "statistic": "each",
                    }
                },
            },
            critical_periods={
                "business": {"title": "Business critical periods", "remark": "Announced by the university"}
            },
            last_reviewed_on=entry["last_reviewed"],
        ),
    ]


def _elapsed(published: str) -> dict[str, object]:
    whole = days(published)
    amount = {"days": whole, "day_minutes": "1440"} if whole else {"minutes": minutes(published)}
    return {**amount, "clock": "elapsed"}


def _lincoln_response(published: str) -> dict[str, object]:
    if "same day" not in published:
        return _elapsed(published)
    before, otherwise = (text.split()[0] for text in published.split("before ")[1].split(" else "))
    cut_off = {"reported_before": before, "due_at": "24:00", "otherwise_at": otherwise}
    return {"cut_off": cut_off, "clock": "elapsed"}


def lincoln(entry: Entry) -> list[RecordText]:
    targets = entry["targets"]
    return [
        always("LINCOLN", "Europe/London"),
        *contract(
            "LINCOLN",
            "Maintenance of buildings by a named supplier",
            {"service": "CAL-LINCOLN-ALWAYS", "support": "CAL-LINCOLN-ALWAYS"},
            {},
            priorities={priority: {"title": priority, "applies": "As reported to estates"} for priority in targets},
            severities={priority: priority for priority in targets},
            targets={
                "response": {priority: _lincoln_response(times[0]) for priority, times in targets.items()},
                "restore": {priority: _elapsed(times[1]) for priority, times in targets.items()},
            },
        ),
    ]


def fleming(entry: Entry) -> list[RecordText]:
    office = calendar("CAL-FLEMING", "Classroom hours", "America/Toronto", week(entry["hours"]))
    return [
        office,
        *sla(
            "FLEMING",
            "Help in the classrooms of a college",
            {"service": "CAL-FLEMING", "support": "CAL-FLEMING"},
            priorities={"classroom": {"title": "Classroom call", "applies": "A class is held up"}},
            targets={"response": {"classroom": {"minutes": minutes(entry["targets"]["response"])}}},
            reporting={"content": entry["review"], "reports": "semester", "meetings": "semester"},
        ),
    ]
