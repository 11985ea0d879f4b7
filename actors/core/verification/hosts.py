"""Whose mail server it is, by the name of the exchanger."""

from collections.abc import Iterator
from enum import StrEnum

# Who takes mail, by the end of the exchanger's name.
_OPERATORS = {
    "google.com": "Google Workspace",
    "googlemail.com": "Google Workspace",
    "olc.protection.outlook.com": "Outlook.com",
    "hotmail.com": "Outlook.com",
    "mail.protection.outlook.com": "Microsoft 365",
    "mail.protection.partner.outlook.cn": "Microsoft 365",
    "mail.protection.office365.us": "Microsoft 365",
    "mx.microsoft": "Microsoft 365",
    "yahoodns.net": "Yahoo Mail",
    "pphosted.com": "Proofpoint",
    "ppe-hosted.com": "Proofpoint Essentials",
    "mimecast.com": "Mimecast",
    "mimecast.co.za": "Mimecast",
    "mimecast-offshore.com": "Mimecast",
    "zoho.com": "Zoho Mail",
    "zoho.eu": "Zoho Mail",
    "zoho.in": "Zoho Mail",
    "zoho.com.au": "Zoho Mail",
    "barracudanetworks.com": "Barracuda",
    "iphmx.com": "Cisco Secure Email",
    "messagelabs.com": "Symantec Email Security",
    "trendmicro.com": "Trend Micro Email Security",
    "trendmicro.eu": "Trend Micro Email Security",
    "sophos.com": "Sophos Email",
    "hornetsecurity.com": "Hornetsecurity",
    "antispameurope.com": "Hornetsecurity",
    "retarus.com": "Retarus",
    "retarus.de": "Retarus",
    "fireeyecloud.com": "Trellix Email Security",
    "antispamcloud.com": "SpamExperts",
    "spamexperts.com": "SpamExperts",
    "messagingengine.com": "Fastmail",
    "protonmail.ch": "Proton Mail",
    "icloud.com": "iCloud Mail",
    "yandex.net": "Yandex 360",
    "yandex.ru": "Yandex 360",
    "mail.ru": "Mail.ru",
    "qq.com": "Tencent Exmail",
    "mxhichina.com": "Alibaba Mail",
    "worksmobile.com": "LINE WORKS",
    "amazonaws.com": "Amazon WorkMail",
    "mailgun.org": "Mailgun",
    "sendgrid.net": "SendGrid",
    "mx.cloudflare.net": "Cloudflare Email Routing",
    "emailsrvr.com": "Rackspace Email",
    "secureserver.net": "GoDaddy",
    "privateemail.com": "Namecheap Private Email",
    "registrar-servers.com": "Namecheap Private Email",
    "hostinger.com": "Hostinger",
    "titan.email": "Titan",
    "gmx.net": "GMX",
    "web.de": "WEB.DE",
    "kundenserver.de": "IONOS",
    "ionos.com": "IONOS",
    "ionos.de": "IONOS",
    "1and1.com": "IONOS",
    "rzone.de": "Strato",
    "ovh.net": "OVHcloud",
    "gandi.net": "Gandi",
    "infomaniak.ch": "Infomaniak",
    "transip.email": "TransIP",
    "one.com": "one.com",
    "mailbox.org": "mailbox.org",
    "migadu.com": "Migadu",
    "improvmx.com": "ImprovMX",
    "forwardemail.net": "Forward Email",
}


class MailHost(StrEnum):
    """Whose mail server it is, as far as that changes what its replies mean."""

    GOOGLE = "google"
    MICROSOFT_365 = "microsoft 365"
    OUTLOOK = "outlook"
    YAHOO = "yahoo"
    MIMECAST = "mimecast"
    PROOFPOINT = "proofpoint"
    CISCO = "cisco"
    GATEWAY = "another secure gateway"
    UNITED_INTERNET = "united internet"
    QQ = "qq"
    YANDEX = "yandex"
    OTHER = "other"


_HOSTS = {
    "Google Workspace": MailHost.GOOGLE,
    "Microsoft 365": MailHost.MICROSOFT_365,
    "Outlook.com": MailHost.OUTLOOK,
    "Yahoo Mail": MailHost.YAHOO,
    "Mimecast": MailHost.MIMECAST,
    "Proofpoint": MailHost.PROOFPOINT,
    "Proofpoint Essentials": MailHost.PROOFPOINT,
    "Cisco Secure Email": MailHost.CISCO,
    "Barracuda": MailHost.GATEWAY,
    "Symantec Email Security": MailHost.GATEWAY,
    "Trend Micro Email Security": MailHost.GATEWAY,
    "Sophos Email": MailHost.GATEWAY,
    "Hornetsecurity": MailHost.GATEWAY,
    "Retarus": MailHost.GATEWAY,
    "Trellix Email Security": MailHost.GATEWAY,
    "SpamExperts": MailHost.GATEWAY,
    "GMX": MailHost.UNITED_INTERNET,
    "WEB.DE": MailHost.UNITED_INTERNET,
    "IONOS": MailHost.UNITED_INTERNET,
    "Tencent Exmail": MailHost.QQ,
    "Yandex 360": MailHost.YANDEX,
}


def operator(exchanger: str) -> str | None:
    """Who runs this exchanger, in plain words, where it is one of the large ones."""
    return next(
        (_OPERATORS[end] for end in name_ends(exchanger.lower().rstrip(".")) if end in _OPERATORS), None
    )


def mail_host(exchanger: str) -> MailHost:
    """Whose mail server an exchanger is, by its host name."""
    return _HOSTS.get(operator(exchanger) or "", MailHost.OTHER)


def name_ends(name: str) -> Iterator[str]:
    """The name, and what is left of it without its first labels, the longest first."""
    while name:
        yield name
        name = name.partition(".")[2]
