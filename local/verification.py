"""Does a running router, here or in AWS, keep what docs/guarantees.md promises? Asked through its API alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx

LOOK_EACH_S = 0.5
AT_ONCE = 10
ROWS = 20
QUIET = "Where do I find last month's invoice? This text comes from a verification of the router."
BREACH = "Since this morning every customer sees the names and invoices of other customers."
LOGO = "URGENT!!! Your new logo is ugly, I hate it, change it back NOW!!!"
EMERGENCY = "Verification of the router, nothing is wrong: every customer sees the invoices of other customers."


class BrokenError(Exception):
    """A promise did not hold; the text says what was found instead."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, and what was found of it."""

    promise: str
    held: bool
    found: str


@dataclass
class Verification:
    """One look at a router; all tickets that it makes are of one customer, and are deleted at the end.

    Attributes:
        client: Of the API, with a key for submit, read and operate.
        run: Makes ids and customer of this run unlike any other's.
        wait_s: How long tickets may take.
        alert: Also post an urgent ticket, which reaches people.
    """

    client: httpx.Client
    run: str
    wait_s: float = 120.0
    alert: bool = False
    posted: set[str] = field(default_factory=set)
    post_ms: list[float] = field(default_factory=list)
    cursor: str = ""

    @property
    def customer(self) -> str:
        """Return the customer of all tickets of this run."""
        return f"verification-{self.run}"

    def checks(self) -> Iterator[Check]:
        """Check one promise after the other."""
        promises: list[tuple[str, Callable[[], str]]] = [
            ("It answers, and its parts are well", self._is_up),
            ("Without a key, or with a wrong one, nobody gets in", self._turns_away),
            ("This key may submit, read and operate", self._knows_the_key),
            ("A ticket is accepted", self._accepts),
            ("The same ticket again is a duplicate", self._knows_it_again),
            ("Other content under its id is refused", self._refuses_a_conflict),
            (f"{AT_ONCE} posts of one id at once are one ticket", self._claims_once),
            ("An Idempotency-Key names one ticket", self._heeds_the_idempotency_key),
            ("A bad ticket is refused, and its field is named", self._names_the_field),
            ("A batch takes its good rows and names its bad one", self._takes_a_batch),
            ("Every accepted ticket is scored", self._scores_all),
            ("A score is explained, and the model's own", self._explains),
            ("Urgency is impact, not mood", self._weighs_impact),
            ("What changed is told", self._tells_changes),
            *([("An urgent ticket reaches its destinations", self._alerts)] if self.alert else []),
            ("What is deleted is gone", self.clean_up),
        ]
        for promise, look in promises:
            try:
                yield Check(promise, True, look())
            except (BrokenError, httpx.HTTPError, LookupError, ValueError) as error:
                yield Check(promise, False, str(error) or type(error).__name__)

    # --- who gets in -------------------------------------------------------------------------------------------------

    def _is_up(self) -> str:
        health = self._ask("GET", "/health", 200)
        self.cursor = self._ask("GET", "/changes", 200)["cursor"]
        return _expect(health["status"] == "ok", health["status"])

    def _turns_away(self) -> str:
        answers = []
        for authorization in ("", "Bearer tr_nobody_0123456789012345678901234567890123456789"):
            headers = {"authorization": authorization} if authorization else {}
            # A client of its own: this one's would add its key.
            answers.append(httpx.get(self.client.base_url.join("/tickets"), headers=headers, timeout=30).status_code)
        return _expect(answers == [401, 403], f"answered {answers[0]} and {answers[1]}")

    def _knows_the_key(self) -> str:
        scopes = set(self._ask("GET", "/key", 200)["scopes"])
        missing = {"submit", "read", "operate"} - scopes
        return _expect(not missing, f"it may not {', '.join(sorted(missing))}" if missing else "it may")

    # --- what comes in -----------------------------------------------------------------------------------------------

    def _accepts(self) -> str:
        accepted = self._post(f"{self.run}-1")
        return _expect(not accepted["duplicate"], f"202 in {self.post_ms[0]:.0f} ms, {accepted['lane']} lane")

    def _knows_it_again(self) -> str:
        again = self._post(f"{self.run}-1")
        return _expect(again["duplicate"], "202, duplicate" if again["duplicate"] else "202, as if it were new")

    def _refuses_a_conflict(self) -> str:
        body = {"ticket_id": f"{self.run}-1", "description": "Something else", "customer": self.customer}
        return str(self._ask("POST", "/tickets", 409, json=body)["code"])

    def _claims_once(self) -> str:
        body = {"ticket_id": f"{self.run}-2", "description": QUIET, "customer": self.customer}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda _: self.client.post("/tickets", json=body), range(AT_ONCE)))
        self.posted.add(body["ticket_id"])
        # 409: it is being accepted at this very moment.
        odd = sorted({answer.status_code for answer in answers} - {202, 409})
        new = sum(answer.status_code == 202 and not answer.json()["duplicate"] for answer in answers)
        return _expect(not odd and new == 1, f"{new} new" + "".join(f", one answered {status}" for status in odd))

    def _heeds_the_idempotency_key(self) -> str:
        body = {"description": QUIET, "customer": self.customer}
        headers = {"idempotency-key": f"{self.run}-key"}
        ids = {self._ask("POST", "/tickets", 202, json=body, headers=headers)["ticket_id"] for _ in range(2)}
        self.posted |= ids
        return _expect(len(ids) == 1, f"{len(ids)} ticket{'s' * (len(ids) > 1)} from two posts")

    def _names_the_field(self) -> str:
        problem = self._ask("POST", "/tickets", 422, json={"description": 7})
        pointers = [error["pointer"] for error in problem["errors"]]
        return _expect(pointers == ["/description"], f"{problem['code']} at {', '.join(pointers)}")

    def _takes_a_batch(self) -> str:
        rows = [
            {"ticket_id": f"{self.run}-b{row}", "description": f"{QUIET} Row {row}.", "customer": self.customer}
            for row in range(ROWS)
        ]
        answer = self._ask("POST", "/tickets/batch", 202, json=[*rows, {"description": ""}])
        self.posted |= {row["ticket_id"] for row in rows}
        rejected = [each["index"] for each in answer["rejected"]]
        return _expect(
            (len(answer["accepted"]), rejected) == (ROWS, [ROWS]),
            f"{len(answer['accepted'])} accepted, rejected: {', '.join(map(str, rejected)) or 'none'}",
        )

    # --- what comes of it --------------------------------------------------------------------------------------------

    def _scores_all(self) -> str:
        waiting, totals_ms = set(self.posted), []
        until = time.monotonic() + self.wait_s
        while waiting and time.monotonic() < until:
            for ticket_id in sorted(waiting):
                ticket = self._ask("GET", f"/tickets/{ticket_id}", 200)
                if ticket["status"] != "accepted":
                    waiting.discard(ticket_id)
                    _expect(ticket["status"] == "scored", f"{ticket_id} is {ticket['status']}: {ticket.get('failure')}")
                    totals_ms.append(ticket["latency_ms"])
            if waiting:
                time.sleep(LOOK_EACH_S)
        _expect(not waiting, f"{len(waiting)} of {len(self.posted)} are not, after {self.wait_s:.0f} s")
        _expect(bool(totals_ms), "none was accepted")
        return f"{len(totals_ms)} tickets, median {median(totals_ms):,.0f} ms, slowest {max(totals_ms):,.0f} ms"

    def _explains(self) -> str:
        ticket = self._ask("GET", f"/tickets/{self.run}-1?include=explanation", 200)
        _expect(not ticket["degraded"], "it was scored by the word list: the model did not load, or is too slow")
        return _expect(bool(ticket["explanation"]), f"{len(ticket['explanation'])} terms, {ticket['model_version']}")

    def _weighs_impact(self) -> str:
        breach, logo = (
            self._ask("POST", "/score", 200, json={"text": text})["urgency_score"] for text in (BREACH, LOGO)
        )
        return _expect(breach > 0.8 > logo, f"a calm data breach {breach:.2f}, an angry note about a logo {logo:.2f}")

    def _tells_changes(self) -> str:
        told: set[str] = set()
        more, cursor = True, self.cursor
        while more:
            page = self._ask("GET", f"/changes?since={cursor}", 200)
            told |= {ticket["ticket_id"] for ticket in page["tickets"]}
            more, cursor = page["more"], page["cursor"]
        return _expect(told >= self.posted, f"{len(told & self.posted)} of {len(self.posted)} tickets")

    def _alerts(self) -> str:
        ticket_id = f"{self.run}-urgent"
        self._post(ticket_id, EMERGENCY)
        until, alerts = time.monotonic() + self.wait_s, []
        while time.monotonic() < until:
            ticket = self._ask("GET", f"/tickets/{ticket_id}", 200)
            alerts = ticket["alerts"]
            if ticket["status"] == "scored" and all(alert["status"] != "pending" for alert in alerts):
                break
            time.sleep(LOOK_EACH_S)
        said = ", ".join(f"{alert['destination']} {alert['status']}" for alert in alerts)
        return _expect(
            bool(alerts) and all(alert["status"] == "delivered" for alert in alerts), said or "nobody is told"
        )

    def clean_up(self) -> str:
        """Delete all tickets of this run; return how many."""
        answer = self._ask("DELETE", f"/customers/{self.customer}/tickets", 200)
        left = [each for each in sorted(self.posted) if self.client.get(f"/tickets/{each}").status_code != 404]
        return _expect(not left, f"{answer['deleted']} tickets" if not left else f"{len(left)} are left")

    # --- how it is asked ---------------------------------------------------------------------------------------------

    def _post(self, ticket_id: str, description: str = QUIET) -> dict[str, Any]:
        body = {"ticket_id": ticket_id, "description": description, "customer": self.customer}
        began = time.perf_counter()
        answer = self._ask("POST", "/tickets", 202, json=body)
        self.post_ms.append((time.perf_counter() - began) * 1_000)
        self.posted.add(ticket_id)
        return answer

    def _ask(self, method: str, path: str, status: int, **request: Any) -> dict[str, Any]:
        response = self.client.request(method, path, **request)
        if response.status_code != status:
            raise BrokenError(f"{method} {path} answered {response.status_code}, not {status}: {response.text[:200]}")
        answer: dict[str, Any] = response.json()
        return answer


def _expect(held: bool, found: str) -> str:
    if not held:
        raise BrokenError(found)
    return found
