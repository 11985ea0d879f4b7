"""What a mail server's reply to a recipient means: its codes first, then whose server it is, its words last.

Codes are those of RFC 5321 (4.2), RFC 3463, RFC 5248 and RFC 7505. A reply that is soft, or that speaks of us, of
the message or of a full mailbox, never says that there is no such mailbox, whatever else it says.
"""

import re
from dataclasses import dataclass

from actors.core.verification.hosts import MailHost as MailHost
from actors.core.verification.hosts import mail_host as mail_host
from actors.core.verification.reply_words import Meaning as Meaning
from actors.core.verification.reply_words import Words

# three numbers, neither of which is part of an IP address or of a version
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_CLOCK = re.compile(r"\b(\d\d):(\d\d):(\d\d)\b")
_WAIT = re.compile(r"\b(\d{1,5}) ?(?:(s)(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?)\b")
_LONGEST_WAIT_S = 86_400

# Subject and detail of the enhanced code, where it alone says what is meant.
_BY_DETAIL = {
    "1.1": Meaning.NO_SUCH_MAILBOX,
    "1.2": Meaning.NOT_RELAYED,
    "1.6": Meaning.MOVED,
    "1.7": Meaning.BLOCKED,  # our own address is malformed
    "1.8": Meaning.BLOCKED,  # our own domain is not found
    "1.10": Meaning.NO_SUCH_MAILBOX,  # Microsoft's; RFC 7505 has it with 556
    "2.1": Meaning.DISABLED,
    "2.2": Meaning.FULL,
    "2.3": Meaning.CANNOT_TELL,
    "2.4": Meaning.CANNOT_TELL,
    "3.1": Meaning.TRY_LATER,
    "3.2": Meaning.TRY_LATER,
    "3.4": Meaning.CANNOT_TELL,
    "4.4": Meaning.NOT_RELAYED,
    "4.6": Meaning.CANNOT_TELL,
    "5.3": Meaning.TOO_MANY,
    "7.2": Meaning.RESTRICTED,
    "7.13": Meaning.DISABLED,
    "7.17": Meaning.CANNOT_TELL,  # the mailbox or the domain has another owner than once
    "7.18": Meaning.CANNOT_TELL,
    "7.57": Meaning.NOT_RELAYED,
    "7.64": Meaning.NOT_RELAYED,
    "7.124": Meaning.RESTRICTED,
    "7.133": Meaning.RESTRICTED,
    "7.134": Meaning.RESTRICTED,
    "7.135": Meaning.RESTRICTED,
    "7.136": Meaning.RESTRICTED,
}
_BY_SUBJECT = {"6": Meaning.CANNOT_TELL, "7": Meaning.BLOCKED}
_BY_CODE = {
    530: Meaning.NOT_RELAYED,
    535: Meaning.NOT_RELAYED,
    538: Meaning.NOT_RELAYED,
    541: Meaning.BLOCKED,
    551: Meaning.MOVED,
    556: Meaning.NO_MAIL_HERE,
    571: Meaning.BLOCKED,
}
_OF_THE_DIALOGUE = frozenset({500, 501, 502, 503, 504, 555})
#: what says that nobody is reached there any more
DEAD = frozenset({Meaning.NO_SUCH_MAILBOX, Meaning.MOVED, Meaning.DISABLED, Meaning.NO_MAIL_HERE})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply means, by which of its codes, and whether a later try may get another.

    `retry_after_s` is how long the server itself asks us to wait, where it says so.
    """

    meaning: Meaning
    code: int
    enhanced: str | None
    is_soft: bool
    retry_after_s: int | None = None


def read_reply(code: int, text: str, host: MailHost = MailHost.OTHER) -> Reading:
    """The meaning of a reply to RCPT (or to what went before it), from a mail server of this kind."""
    codes = [found.group() for found in _ENHANCED.finditer(text)]
    enhanced = next((one for one in codes if one[0] == str(code)[0]), None)
    # a server that says 550 and 4.x.x in one breath has not made up its mind
    is_soft = code // 100 == 4 or (
        code // 100 == 5 and enhanced is None and any(one[0] == "4" for one in codes)
    )
    words = Words(text)
    if code // 100 == 2:
        meaning = Meaning.ACCEPTED if code in {250, 251} else Meaning.CANNOT_TELL
    elif is_soft:
        meaning = _soft(enhanced, words, host)
    elif code // 100 == 5:
        meaning = _hard(code, enhanced, words, _told_by(words, host))
    else:
        meaning = Meaning.CANNOT_TELL
    return Reading(meaning, code, enhanced, is_soft, _wait_s(words) if is_soft else None)


def _soft(enhanced: str | None, words: Words, host: MailHost) -> Meaning:
    """What keeps a server from an answer for now; whatever it says of the mailbox may be otherwise next time."""
    if words.say_greylisted() or (host is MailHost.MIMECAST and "internal resource" in words.plain):
        return Meaning.GREYLISTED
    by_code = {"4.2.2": Meaning.FULL, "4.5.3": Meaning.TOO_MANY, "4.1.8": Meaning.BLOCKED}.get(enhanced or "")
    if by_code is not None:
        return by_code
    excuse = words.excuse()
    return excuse if excuse in {Meaning.FULL, Meaning.TOO_MANY, Meaning.BLOCKED} else Meaning.TRY_LATER


def _hard(code: int, enhanced: str | None, words: Words, host: MailHost) -> Meaning:
    if words.say_greylisted():
        return Meaning.GREYLISTED
    excuse = words.excuse()
    fault = words.fault()
    by_code = _by_code(code, enhanced)
    known = _of_this_host(enhanced, words, host)
    if known is not None and excuse in {None, Meaning.CANNOT_TELL}:
        return known
    if by_code is None and excuse is None and enhanced == "5.2.0" and fault is Meaning.NO_SUCH_MAILBOX:
        return Meaning.CANNOT_TELL  # 5.2.0 says that the mailbox exists, and the words that it does not
    if by_code in DEAD:
        if excuse is None:
            return _more_exactly(by_code, fault)
        # the code and a sentence say that it is dead, another sentence says that it is not
        return Meaning.CANNOT_TELL if excuse is Meaning.BLOCKED and fault is not None else excuse
    if by_code is Meaning.BLOCKED:
        if excuse in {Meaning.RESTRICTED, Meaning.NOT_RELAYED, Meaning.FULL, Meaning.TOO_MANY}:
            return excuse
        return Meaning.CANNOT_TELL if fault is not None and excuse is None else Meaning.BLOCKED
    return by_code or excuse or _unless_of_the_dialogue(code, fault)


def _by_code(code: int, enhanced: str | None) -> Meaning | None:
    if code == 556:
        return Meaning.NO_MAIL_HERE
    detail = (enhanced or "").partition(".")[2]
    return _BY_DETAIL.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0]) or _BY_CODE.get(code)


def _of_this_host(enhanced: str | None, words: Words, host: MailHost) -> Meaning | None:
    """What only this company's servers mean by it."""
    is_unavailable = "mailbox unavailable" in words.plain and "access denied" not in words.plain
    says_dead = {
        # what it says where the directory is asked at the edge
        MailHost.MICROSOFT_365: enhanced == "5.4.1" and "access denied" in words.plain,
        MailHost.OUTLOOK: enhanced in {None, "5.5.0"} and is_unavailable,
        MailHost.UNITED_INTERNET: enhanced is None and is_unavailable and "dns" not in words.plain,
        MailHost.CISCO: enhanced == "5.1.0" and "address rejected" in words.plain,
        # its code for everything that it refuses is 5.7.1
        MailHost.YANDEX: enhanced == "5.7.1" and words.fault() is Meaning.NO_SUCH_MAILBOX,
    }
    return Meaning.NO_SUCH_MAILBOX if says_dead.get(host, False) else None


def _more_exactly(by_code: Meaning, fault: Meaning | None) -> Meaning:
    """The meaning by code, unless the words say more exactly which death it was."""
    return by_code if fault is None or by_code is Meaning.MOVED else fault


def _unless_of_the_dialogue(code: int, fault: Meaning | None) -> Meaning:
    """What is wrong with the address, unless it was our command that was not understood."""
    return Meaning.CANNOT_TELL if fault is None or code in _OF_THE_DIALOGUE else fault


def _told_by(words: Words, host: MailHost) -> MailHost:
    """Whose server it is: some sign what they say."""
    if host is MailHost.OTHER and ".prod.protection.outlook.com" in words.with_links:
        return MailHost.MICROSOFT_365
    return host


def _wait_s(words: Words) -> int | None:
    if (clock := _CLOCK.search(words.plain)) is not None:
        hours, minutes, seconds = (int(part) for part in clock.groups())
        wait_s = hours * 3600 + minutes * 60 + seconds
    elif (wait := _WAIT.search(words.plain)) is not None:
        wait_s = int(wait.group(1)) * (1 if wait.group(2) else 60)
    else:
        return None
    return wait_s if 0 < wait_s <= _LONGEST_WAIT_S else None
