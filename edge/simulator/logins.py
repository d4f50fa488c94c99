"""What visits leave behind: who is logged in on which device, and what is consented to."""

from dataclasses import dataclass

import numpy as np

from edge.simulator.chance import Flags, Integers, earlier, generator
from edge.simulator.people import Devices, People
from edge.simulator.personas import BOT
from edge.simulator.visits import Visits

_LOGIN_SHARE = 0.25
_REPEAT_SHARE = 0.06
_WITHDRAWAL_SHARE = 0.01
_MARKETING_SHARE = 0.5
WITHDRAWABLE = 2 | 4  # personalisation and ads; analytics stays


@dataclass(frozen=True, slots=True)
class Logins:
    """One row per visit, beside the visits. Consent is a sum of 1, 2, 4; see ``Devices``."""

    was_known: Flags
    logs_in_first: Flags
    logs_in_late: Flags
    identifies_again: Flags
    answers_banner: Flags
    withdraws: Flags
    grants_marketing: Flags
    withdraws_marketing: Flags
    consent: Integers


def make(*, visits: Visits, people: People, devices: Devices, seed: int) -> Logins:
    """Follow every person on every device through the visits."""
    chance = generator(seed, 5)
    size = len(visits.person)
    is_bot = people.persona[visits.person] == BOT
    may = people.can_log_in[visits.person] & ~is_bot
    wants = may & (chance.random(size) < _LOGIN_SHARE)
    must = visits.checks_out & may
    shops = wants | must

    by_user = np.lexsort((visits.start, visits.device, visits.person))
    pair = visits.person * (int(visits.device.max(initial=0)) + 1) + visits.device
    was_known = np.empty(size, dtype=bool)
    was_known[by_user] = earlier(pair[by_user], shops[by_user]) > 0
    new = shops & ~was_known

    asked = devices.consent[visits.device]
    by_device = np.lexsort((visits.start, visits.device))
    device = visits.device[by_device]
    is_first = np.empty(size, dtype=bool)
    is_first[by_device] = np.r_[True, device[1:] != device[:-1]][:size]
    would = ~is_first & ((asked & WITHDRAWABLE) > 0) & (chance.random(size) < _WITHDRAWAL_SHARE)
    before = np.empty(size, dtype=np.int64)
    before[by_device] = earlier(device, would[by_device])

    by_person = np.lexsort((visits.start, visits.person))
    grants = (new & (chance.random(size) < _MARKETING_SHARE)) | visits.submits_form
    granted = np.empty(size, dtype=np.int64)
    granted[by_person] = earlier(visits.person[by_person], grants[by_person])
    return Logins(
        was_known=was_known,
        logs_in_first=new & wants,
        logs_in_late=new & ~wants,
        identifies_again=was_known & (chance.random(size) < _REPEAT_SHARE),
        answers_banner=is_first & (asked > 0),
        withdraws=would & (before == 0),
        grants_marketing=grants,
        withdraws_marketing=(granted > 0) & ~grants & (chance.random(size) < _WITHDRAWAL_SHARE),
        consent=np.where(before > 0, asked & ~WITHDRAWABLE, asked),
    )
