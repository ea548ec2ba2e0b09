"""Check: what the proof of an agreement costs, in a small and in a large portfolio, and where the time goes.

    python benchmarks/check.py [--sizes 30 100 300 1000] [--rounds 3] [--keep FOLDER]

Every size is a workspace of its own (see portfolio.py), made once; with --keep it is made in that folder and found
there again. Each check runs in a process of its own, the sizes in turn and as often as there are rounds; the median of
processor time counts. Ends with exit code 1 where the cost of an agreement grows by more than 1.3 times from the smallest
to the largest portfolio, or where the two rule engines find anything different.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import zoneinfo
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from portfolio import TODAY, Size, make

from sdflow.adapters.rule_engine import ReferenceEngine
from sdflow.adapters.storage import Reading
from sdflow.bootstrap import open_workspace
from sdflow.domain import alignment
from sdflow.engine.definitions import Definitions
from sdflow.engine.proof import Proof, Prover
from sdflow.engine.workspace import Workspace
from sdflow.operations.check import check

FLAT = 1.3
"""How much dearer an agreement may be in the largest portfolio than in the smallest."""

FINDING_FACTS = "_facts"
"""How the functions end that make facts."""


@dataclass(frozen=True)
class Run:
    """One check of one portfolio: processor seconds, their parts, megabytes before and at most, and what was found."""

    agreements: int
    seconds: float
    parts: dict[str, float]
    megabytes_before: float
    megabytes: float
    facts: int
    findings: int

    @property
    def milliseconds(self) -> float:
        """Processor time of one agreement."""
        return self.seconds / self.agreements * 1000


class Stopwatch:
    """Processor time by part; time inside a part that is itself a part counts there alone."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = process_time()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What runs inside belongs to this part."""
        self._switch()
        self._open.append(name)
        try:
            yield
        finally:
            self._switch()
            self._open.pop()

    def _switch(self) -> None:
        now = process_time()
        if self._open:
            self.parts[self._open[-1]] += now - self._since
        self._since = now

    def watch(self, owner: Any, name: str, part: str) -> None:
        """Let the calls of a function or method count for a part."""
        inner: Callable[..., Any] = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:
            with self.part(part):
                found = inner(*given, **named)
                return list(found) if isinstance(found, Iterator) else found

        setattr(owner, name, watched)


def watched_parts(stopwatch: Stopwatch) -> None:
    """Storage, contents, calendars, the facts of each topic and everything else that a proof consists of."""
    for name in ("records_named", "records", "cites_of", "cited_by_of", "envelopes_of", "signatures_of", "events"):
        stopwatch.watch(Reading, name, "storage")
    stopwatch.watch(Definitions, "content", "contents")
    stopwatch.watch(Definitions, "content_of", "contents")
    stopwatch.watch(Prover, "versions", "signed versions")
    stopwatch.watch(Prover, "calendar", "calendars")
    for name in sorted(vars(alignment)):
        if name.endswith(FINDING_FACTS):
            stopwatch.watch(alignment, name, f"facts: {name.removesuffix(FINDING_FACTS)}")
    stopwatch.watch(Prover, "prove", "rest of the proof")


def measure(folder: Path, *, by_part: bool) -> Run:
    """Check everything in a workspace, in this process."""
    workspace = open_workspace(folder)
    stopwatch = Stopwatch()
    if by_part:
        watched_parts(stopwatch)
        stopwatch.watch(type(workspace.rules), "evaluate", "rules")
    before = _megabytes()
    begun = process_time()
    with stopwatch.part("rest"):
        proofs = check(workspace, TODAY, [])
    seconds = process_time() - begun
    facts, findings = (sum(len(getattr(one, name)) for one in proofs) for name in ("facts", "findings"))
    return Run(len(proofs), seconds, dict(stopwatch.parts), before, _megabytes(), facts, findings)


def _megabytes() -> float:
    """The most memory that this process has held; on Linux without what the process held that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(held.split()[1]) / 1024


def measured_apart(folder: Path, *options: str) -> Run:
    """The same in a process of its own, so that nothing is kept from the check before."""
    command = [sys.executable, __file__, "--measure", str(folder), *options]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Run(**json.loads(said.splitlines()[-1]))


def differences(workspace: Workspace) -> Iterator[str]:
    """The agreements for which the reference evaluator finds something else than the engine in use."""
    reference = replace(workspace, rules=ReferenceEngine(workspace.definitions.rulebook))
    for one, other in zip(check(workspace, TODAY, []), check(reference, TODAY, []), strict=True):
        if _found(one) != _found(other):
            yield one.agreement


def _found(proof: Proof) -> tuple[Any, ...]:
    return proof.findings, proof.proven, proof.unproven


def workspaces(folder: Path, sizes: Sequence[int]) -> dict[int, Path]:
    """A workspace for each size, made unless it is there."""
    found = {}
    for agreements in sizes:
        found[agreements] = folder / f"slas-{agreements}"
        if not found[agreements].exists():
            size = Size(agreements)
            made = make(found[agreements], size)
            print(
                f"made {agreements} SLAs on {size.services} services with {size.supporters} OLAs and contracts: "
                f"{made.records} records applied in {made.applied_seconds:.1f} s "
                f"({made.applied_seconds / made.records * 1000:.1f} ms each), adopted in {made.adopted_seconds:.0f} s",
                flush=True,
            )
    return found


def report(runs: dict[int, list[Run]]) -> float:
    """Print a line for each size; the cost of an agreement in the largest portfolio over that in the smallest."""
    print(f"\n{'SLAs':>6} {'ms each':>9} {'seconds':>9} {'MB at most':>11} {'facts each':>11} {'findings each':>14}")
    cost = {}
    for agreements, some in runs.items():
        one = some[0]
        cost[agreements] = median(run.milliseconds for run in some)
        seconds, most = median(run.seconds for run in some), median(run.megabytes for run in some)
        print(
            f"{agreements:>6} {cost[agreements]:>9.1f} {seconds:>9.1f} {most:>11.0f} "
            f"{one.facts / one.agreements:>11.0f} {one.findings / one.agreements:>14.1f}"
        )
    started = runs[largest := max(runs)][0].megabytes_before
    print(f"(the program alone, before the check: {started:.0f} MB)")
    return cost[largest] / cost[min(runs)]


def report_parts(run: Run) -> None:
    """Print where the time goes."""
    print(f"\nWhere the time goes in the check of {run.agreements} SLAs, with the watch on:")
    for name, seconds in sorted(run.parts.items(), key=lambda one: -one[1]):
        print(f"  {name:<22} {seconds / run.seconds:6.1%} {seconds / run.agreements * 1000:8.2f} ms each")


def options() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(description="What the proof of an agreement costs in portfolios of several sizes.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 100, 300, 1000], help="SLAs of each portfolio")
    parser.add_argument("--rounds", type=int, default=3, help="how often every size is checked")
    parser.add_argument("--keep", type=Path, help="folder in which the portfolios are made and found again")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--by-part", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def compare(folder: Path, sizes: Sequence[int], rounds: int) -> int:
    """Measure every size and print what came out; the exit code."""
    places = workspaces(folder, sizes)
    runs: dict[int, list[Run]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size, place in places.items():
            runs[size].append(measured_apart(place))
    growth = report(runs)
    print(f"an SLA among {max(sizes)} costs {growth:.2f} times one among {min(sizes)}; at most {FLAT} are allowed")
    report_parts(measured_apart(places[max(sizes)], "--by-part"))
    return int(not engines_agree(places[max(sizes)]) or growth > FLAT)


def engines_agree(place: Path) -> bool:
    """Whether both rule engines find the same in a whole portfolio, and say so."""
    workspace = open_workspace(place)
    if workspace.rules.name == ReferenceEngine.name:
        print("\ndurable_rules is not installed, so the rule engines were not compared")
        return False
    differing = list(differences(workspace))
    print(f"\nthe rule engines differ on {len(differing)} SLAs {', '.join(differing[:10])}")
    return not differing


def main() -> int:
    """Compare the sizes, or measure one of them for the process that compares."""
    zoneinfo.reset_tzpath(to=[])
    asked = options()
    if asked.measure:
        print(json.dumps(vars(measure(asked.measure, by_part=asked.by_part))))
        return 0
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        return compare(asked.keep, asked.sizes, asked.rounds)
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), asked.sizes, asked.rounds)


if __name__ == "__main__":
    sys.exit(main())
