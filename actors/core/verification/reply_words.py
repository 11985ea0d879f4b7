"""What the words of a mail server's reply say, where its codes leave it open or say something else."""

import re
from enum import StrEnum


class Meaning(StrEnum):
    """What a reply says of the mailbox, or of us."""

    ACCEPTED = "accepted"
    NO_SUCH_MAILBOX = "no such mailbox"
    MOVED = "the mailbox is elsewhere"
    DISABLED = "mailbox disabled"
    FULL = "mailbox full"
    RESTRICTED = "takes mail from few"
    NO_MAIL_HERE = "the domain takes no mail"
    GREYLISTED = "greylisted"
    TRY_LATER = "busy"
    TOO_MANY = "too many at once"
    BLOCKED = "we are blocked"
    NOT_RELAYED = "not for this server"
    CANNOT_TELL = "no telling"


_MOST_LETTERS = 1_000
_ADDRESS = re.compile(r"<[^<>]*>|\"[^\"\s]*\"@[^\s<>()\[\],;:]+|[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]*")
# what stands before the second and later lines: "550-5.1.1", "554-"; not "in 240 seconds"
_LINE = re.compile(
    r"^\s*[245]\d\d[ -]|(?<![\w.])[245]\d\d[ -]#?[245]\.\d{1,3}\.\d{1,3}(?![\w.])|(?<![\w.-])[245]\d\d-(?=[a-z])",
    re.MULTILINE,
)
# a host's name may hold any word: mx-relay.blocked.example
_LINK_OR_HOST = re.compile(r"https?://\S+|(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+){2,}")

_WHO = (
    r"(?:users?|mail ?box(?:es)?|accounts?|address(?:es)?|recipients?|inbox|customer|addressee|local[- ]part"
    r"|alias|rcpt)"
)
# names of lists of senders, which stand in links as often as in sentences
_LISTS = re.compile(
    r"spamhaus|spamcop|sorbs|dnsbl|barracudacentral|uceprotect|senderscore|abuseat|\brbl\b|ipcheck"
)
_EXCHANGE_UNKNOWN = re.compile(r"resolver\.adr\.(?:ex)?(?:recip(?:ient)?not ?found|invalid)")
_EXCHANGE_RESTRICTED = re.compile(r"resolver\.rst\.|authrequired")

_RESTRICTED = (
    r"not (?:authori[sz]ed|allowed|permitted) to send (?:mail |messages? |e-?mail )?to (?:this|the)"
    r" (?:recipient|group|list)"
    r"|only accepts? (?:mail|messages|e-?mail)s? from"
    r"|members[- ]only|only members"
    r"|(?:does not|doesn't) accept (?:mail|messages|e-?mail)s? from (?:outside|external|the internet|you|senders)"
    r"|internal (?:use|mail|senders) only|delivery restrict|restricted recipient|recipient (?:is )?restricted"
)
_NOT_RELAYED = (
    r"\brelaying\b|relay (?:access|not|denied|is|prohibited|failed)|(?:to|not|cannot|no|refuse) relay\b"
    r"|rcpthosts|non-?local|not (?:a )?local (?:host|domain)|not hosted here|(?:host|domain) unknown"
    r"|unknown (?:recipient )?(?:host|domain)"
    r"|(?:host|domain)(?: name)? (?:is )?not (?:found|known|local|accepted|hosted|handled)"
    r"|domain\b[^.;]{0,40} (?:does(?:n't| not) exist|dead\b)"
    r"|domain (?:isn't|is not) (?:in my|hosted|handled|served|local)|smtp auth|unauthenticated senders"
    r"|not authenticated"
    r"|authentication (?:is )?required|must (?:be )?(?:first )?authenticated?"
    r"|no (?:mail )?service for (?:this )?domain"
)
_FULL = (
    r"\b(?:over ?)?quotas?\b|(?:mail ?box|mail ?folder|mail ?dir|inbox|account|recipient|user)[^.;]{0,40}"
    r"\b(?:full\b|out of (?:storage|space)|over (?:its|the|storage|limit)|space (?:has been|is) used)"
    r"|full mail ?box|(?:mail ?box|account|recipient)[^.;]{0,25} exceed\w{0,3} [^.;]{0,25}(?:limit|space|storage)"
    r"|exceeded (?:its )?storage|storage (?:limit|space|allocation)[\w ]{0,12} exceeded"
    r"|not (?:have )?enough (?:mail ?box )?(?:space|storage)|mail ?box (?:size )?limit|too much mail\b"
)
_SYSTEM = (
    r"insufficient (?:system|disk)|out of disk|disk (?:is )?full|temporar|try (?:again )?later|system error"
    r"|internal error|\bdatabase\b|timed? ?out|lookup failure|currently unavailable"
)
_TOO_MANY = (
    r"too many (?:recipients|connections|messages|concurrent|sessions|invalid|errors|e?-?mails|bad|unknown|attempts)"
    r"|(?:connection|message|sending|recipient) (?:rate|frequency)|rate[- ]?limit|frequency limited|throttl"
    r"|exceed\w{0,3} (?:the )?(?:rate|maximum|max\b|number|limit)"
    r"|maximum (?:number of )?(?:connections|messages|recipients)"
    r"|receiving mail (?:at a rate|too quickly)|(?:sending|receiving) limit"
)
_BLOCKED = (
    r"block(?:ed|ing|list)|black ?list|deny ?list|denied by|spam|reputation|\bptr\b|reverse dns|\brdns\b"
    r"|\bspf\b"
    r"|\bdkim\b|\bdmarc\b|unsolicited|polic(?:y|ies)|client (?:host|address)|\bip\b|banned|abus(?:e|ive)"
    r"|authentication (?:fail|info|check|result)"
    r"|sender is unauthenticated|unauthenticated e?-?mail (?:from|is)|(?:pass|fail)\w* (?:\w+ )?authentication"
    r"|resource record"
    r"|not (?:authori[sz]ed|permitted)|unauthori|\bs31[45]0\b|suspicious|\bbulk\b|complain|prohibit|\(bl\)"
    r"|listed (?:in|by|on|at)"
    r"|your (?:ip|host|server|network|domain|isp|mail server|access)|name lookup failed"
    r"|security (?:reason|polic)"
    r"|bounce attack|dictionary attack|harvest|not accepting connections|refused to talk"
    r"|connection (?:was )?(?:dropped|refused|reset)|open proxy|backscatter|not allowed to (?:connect|post)|no access"
)
_SENDER = (
    r"(?<!unauthenticated )senders?\b[^.;]{0,50}(?:reject|denied|verif|unknown|invalid|block|refus|fail|null mx"
    r"|\bnot\b|doesn't)"
    r"|(?:domain|address) of sender|(?:bad|invalid|unknown|unverified) (?:sender|return[- ]path|mail from)"
    r"|mail from (?:domain|address|command|refused|rejected)|sender'?s? (?:domain|address)|return[- ](?:path|address)"
    r"|from (?:address|domain)|(?:null|empty) (?:sender|envelope|e-?mail)|your (?:e-?mail )?address"
    r"|\b(?:helo|ehlo)\b[^.;)]{0,30}(?:reject|denied|invalid|not found|mismatch)|(?:invalid|bad) (?:helo|ehlo)"
)
_NOT_THE_MAILBOX = (
    r"\bheaders?\b|\bcontents?\b|attachment|\bvirus|malware|message (?:size|too)|too (?:large|big)"
    r"|\bdate:|subject:|from:|access denied|too many hops|mailer error|invalid command"
    r"|(?:cannot|could ?n[o']t|unable to) (?:check|verify)"
)
_NO_MAIL_HERE = (
    r"null mx"
    r"|(?:host|domain|server|system)[^.;]{0,20} (?:does not|doesn't) accept (?:any )?(?:e-?)?mail\b(?! from)"
    r"|(?:host|domain|server) (?:takes|accepts) no mail|does not receive (?:e-?)?mail"
)
_MOVED = (
    r"\b(?:has|have) moved\b|user not local|please try forward|no longer at this (?:company|organi[sz]ation)"
)
_NOT_THERE = (
    r"(?:unknown(?! (?:error|reason|problem|mail transport))"
    r"|not (?:found|known|exist|valid|listed|recogni[sz]ed|a (?:valid|known))"
    r"|does(?:n't| not) (?:appear to )?exist|do not exist|non-?exist\w*|invalid|no longer exists?"
    r"|undeliverable(?! address)"
    r"|(?:can(?:not|'t)|could ?n[o']t) be (?:found|resolved)|(?:is|isn't|not) (?:here|in our)|deleted|removed"
    r"|incorrect|lookup failed)"
)
_NO_SUCH = (
    rf"\b(?:no such|unknown|invalid|non-?exist(?:ent|ing)|unroutable|unrouteable|no valid|no known)"
    rf"(?: or \w+)?(?: (?!sender|from)[\w-]+){{0,2}}? {_WHO}\b"
    rf"|\b{_WHO}\b[^.;]{{0,40}}?\b{_NOT_THERE}"
    r"|does(?:n't| not) have an? (?:[\w.]+ )?account"
    r"|no (?:one|mail ?box|user|account|person)(?: here)? (?:by|with|of) (?:that|this) name"
    r"|no (?:mail ?box|user|recipient|account)(?: is)? (?:here|found|available)\b|no such person"
    r"|there is no (?:such|one|user|mail ?box|account)"
    r"|not (?:our|a valid|an existing|a known|an active) (?:user|customer|mail ?box|recipient|address)"
    r"|no longer on (?:this |the )?server"
    r"|empfänger (?:ist )?unbekannt|unbekannter? (?:empfänger|benutzer|nutzer)"
    r"|(?:postfach|adresse|empfänger) existiert nicht"
    r"|(?:utilisateur|destinataire|adresse|boite)[^.;]{0,20} (?:inconnue?|inexistante?|introuvable)"
    r"|(?:usuario|destinatario|buzón|cuenta)[^.;]{0,20} (?:desconocid[oa]|no existe|inexistente|no encontrad[oa])"
    r"|no existe (?:ese|este|esa|esta|dicho|dicha|el|la|tal) (?:usuario|destinatario|cuenta|persona)"
    r"|(?:usu[áa]rio|destinat[áa]rio|caixa postal)[^.;]{0,20} (?:desconhecid[oa]|não existe|inexistente)"
    r"|(?:utente|destinatario|casella)[^.;]{0,20} (?:sconosciut[oa]|non esiste|inesistente)"
    r"|nie ma takiego|nieznany użytkownik|пользователь не найден|нет такого пользователя|用户不存在|邮箱不存在"
)
# what is switched off may be a way in, and no mailbox
_NO_WAY_IN = r"(?:(?!\b(?:tls|ssl|smtp|auth\w*|relay\w*|login|access|service|feature)\b)[^.;]){0,40}?"
_DISABLED = (
    rf"\b{_WHO}\b{_NO_WAY_IN}\b(?:disabled|de-?activated|inactive|suspended|frozen|locked|closed|discontinued|terminated"
    r"|expired|not active|dormant|on hold"
    r"|no longer (?:active|in use|valid|available|accepts?|accepting|in service))"
    rf"|\b(?:disabled|inactive|suspended|de-?activated|expired|locked) {_WHO}\b"
)

# What is said of us, of the message and of a full mailbox comes first: "blocked, user unknown" is no dead mailbox.
_NO_FAULT_OF_THE_ADDRESS = [
    (Meaning.RESTRICTED, re.compile(_RESTRICTED)),
    (Meaning.BLOCKED, re.compile(_SENDER)),
    (Meaning.NOT_RELAYED, re.compile(_NOT_RELAYED)),
    (Meaning.FULL, re.compile(_FULL)),
    (Meaning.TOO_MANY, re.compile(_TOO_MANY)),
    (Meaning.BLOCKED, re.compile(_BLOCKED)),
    (Meaning.TRY_LATER, re.compile(_SYSTEM)),
    (Meaning.CANNOT_TELL, re.compile(_NOT_THE_MAILBOX)),
]
_FAULT_OF_THE_ADDRESS = [
    (Meaning.NO_MAIL_HERE, re.compile(_NO_MAIL_HERE)),
    (Meaning.MOVED, re.compile(_MOVED)),
    (Meaning.NO_SUCH_MAILBOX, re.compile(_NO_SUCH)),
    (Meaning.DISABLED, re.compile(_DISABLED)),
]
_GREYLISTED = re.compile(
    r"gr[ea]y[- ]?list|come back (?:in|later)|try again in \d|retry in \d|delayed for \d|first contact"
    r"|please retry after \d"
)


class Words:
    """A reply's words, without the addresses, links and host names among them."""

    def __init__(self, text: str) -> None:
        with_links = _ADDRESS.sub(" ", text[:_MOST_LETTERS].lower().replace("\u2019", "'"))
        self.with_links = " ".join(_LINE.sub(" ", with_links).split())
        self.plain = " ".join(_LINK_OR_HOST.sub(" ", self.with_links).split())

    def excuse(self) -> Meaning | None:
        """What they say that is no fault of the address: of us, of the message, of a mailbox that is full."""
        if _EXCHANGE_RESTRICTED.search(self.with_links):
            return Meaning.RESTRICTED
        said = _first(_NO_FAULT_OF_THE_ADDRESS, self.plain)
        return Meaning.BLOCKED if said is None and _LISTS.search(self.with_links) else said

    def fault(self) -> Meaning | None:
        """What they say is wrong with the address."""
        if _EXCHANGE_UNKNOWN.search(self.with_links):
            return Meaning.NO_SUCH_MAILBOX
        return _first(_FAULT_OF_THE_ADDRESS, self.plain)

    def say_greylisted(self) -> bool:
        """Whether they ask a stranger to come back, as they ask every stranger."""
        return _GREYLISTED.search(self.plain) is not None


def _first(rules: list[tuple[Meaning, re.Pattern[str]]], words: str) -> Meaning | None:
    return next((meaning for meaning, rule in rules if rule.search(words)), None)
