"""What DNS records give away: who takes a domain's mail, and which services it has been set up with.

A sender policy names whose servers may send in the company's name; other texts prove to a service that the domain
is the company's own.
"""

from collections.abc import Iterator, Sequence

from actors.core.verification.hosts import name_ends, operator
from tenants.companies import registrable_domain

_MOST_TEXTS = 300
_POLICY = "v=spf1"

# Who sends in the company's name, by the end of the name that its policy includes.
_SENDERS = {
    "_spf.google.com": "Google Workspace",
    "spf.protection.outlook.com": "Microsoft 365",
    "sendgrid.net": "SendGrid",
    "mailgun.org": "Mailgun",
    "amazonses.com": "Amazon SES",
    "mtasv.net": "Postmark",
    "sparkpostmail.com": "SparkPost",
    "mandrillapp.com": "Mailchimp Transactional",
    "mcsv.net": "Mailchimp",
    "mailjet.com": "Mailjet",
    "sendinblue.com": "Brevo",
    "brevo.com": "Brevo",
    "elasticemail.com": "Elastic Email",
    "smtp2go.com": "SMTP2GO",
    "mailchannels.net": "MailChannels",
    "hubspotemail.net": "HubSpot",
    "salesforce.com": "Salesforce",
    "exacttarget.com": "Salesforce Marketing Cloud",
    "pardot.com": "Pardot",
    "mktomail.com": "Marketo",
    "customeriomail.com": "Customer.io",
    "createsend.com": "Campaign Monitor",
    "constantcontact.com": "Constant Contact",
    "mlsend.com": "MailerLite",
    "crsend.com": "CleverReach",
    "emsd1.com": "ActiveCampaign",
    "zendesk.com": "Zendesk",
    "freshdesk.com": "Freshdesk",
    "helpscoutemail.com": "Help Scout",
    "service-now.com": "ServiceNow",
    "atlassian.net": "Atlassian",
    "stspg-customer.com": "Atlassian Statuspage",
    "netsuite.com": "NetSuite",
    "odoo.com": "Odoo",
    "shopify.com": "Shopify",
    "firebasemail.com": "Firebase",
    "greenhouse.io": "Greenhouse",
    "qualtrics.com": "Qualtrics",
    "knowbe4.com": "KnowBe4",
    "zoho.com": "Zoho Mail",
    "zoho.eu": "Zoho Mail",
    "zoho.in": "Zoho Mail",
    "pphosted.com": "Proofpoint",
    "ppe-hosted.com": "Proofpoint Essentials",
    "mimecast.com": "Mimecast",
    "barracudanetworks.com": "Barracuda",
    "messagelabs.com": "Symantec Email Security",
    "iphmx.com": "Cisco Secure Email",
    "vali.email": "Valimail",
    "messagingengine.com": "Fastmail",
    "protonmail.ch": "Proton Mail",
    "icloud.com": "iCloud Mail",
    "emailsrvr.com": "Rackspace Email",
    "secureserver.net": "GoDaddy",
}
# What a domain was proved to, by how the text begins, in small letters.
_PROOFS = (
    ("google-site-verification=", "Google Search Console"),
    ("ms=ms", "Microsoft 365"),
    ("facebook-domain-verification=", "Meta Business Suite"),
    ("atlassian-domain-verification=", "Atlassian"),
    ("status-page-domain-verification=", "Atlassian Statuspage"),
    ("loom-verification=", "Loom"),
    ("loom-site-verification=", "Loom"),
    ("docusign=", "DocuSign"),
    ("stripe-verification=", "Stripe"),
    ("hubspot-developer-verification=", "HubSpot"),
    ("zoom-domain-verification=", "Zoom"),
    ("zoom_verify_", "Zoom"),
    ("adobe-idp-site-verification=", "Adobe Creative Cloud"),
    ("adobe-sign-verification=", "Adobe Acrobat Sign"),
    ("apple-domain-verification=", "Apple Business Manager"),
    ("notion-domain-verification=", "Notion"),
    ("slack-domain-verification=", "Slack"),
    ("miro-verification=", "Miro"),
    ("dropbox-domain-verification=", "Dropbox"),
    ("1password-site-verification=", "1Password"),
    ("cisco-ci-domain-verification=", "Webex"),
    ("webexdomainverification.", "Webex"),
    ("citrix-verification-code=", "Citrix"),
    ("teamviewer-sso-verification=", "TeamViewer"),
    ("logmein-verification-code=", "GoTo"),
    ("onetrust-domain-verification=", "OneTrust"),
    ("pardot", "Pardot"),
    ("klaviyo-site-verification=", "Klaviyo"),
    ("mandrill_verify.", "Mailchimp Transactional"),
    ("brevo-code:", "Brevo"),
    ("sendinblue-code:", "Brevo"),
    ("mailerlite-domain-verification=", "MailerLite"),
    ("amazonses:", "Amazon SES"),
    ("twilio-domain-verification=", "Twilio"),
    ("segment-site-verification=", "Segment"),
    ("mixpanel-domain-verify=", "Mixpanel"),
    ("drift-domain-verification=", "Drift"),
    ("ahrefs-site-verification", "Ahrefs"),
    ("canva-site-verification=", "Canva"),
    ("figma-domain-verification=", "Figma"),
    ("airtable-verification=", "Airtable"),
    ("smartsheet-site-validation=", "Smartsheet"),
    ("monday-com-verification=", "monday.com"),
    ("wrike-verification=", "Wrike"),
    ("zapier-domain-verification-challenge=", "Zapier"),
    ("openai-domain-verification=", "OpenAI"),
    ("anthropic-domain-verification", "Anthropic"),
    ("docker-verification=", "Docker"),
    ("postman-domain-verification=", "Postman"),
    ("jetbrains-domain-verification=", "JetBrains"),
    ("mongodb-site-verification=", "MongoDB Atlas"),
    ("hcp-domain-verification=", "HashiCorp Cloud"),
    ("fastly-domain-delegation-", "Fastly"),
    ("cloudflare_dashboard_sso=", "Cloudflare"),
    ("dynatrace-site-verification=", "Dynatrace"),
    ("jamf-site-verification=", "Jamf"),
    ("sophos-domain-verification=", "Sophos"),
    ("knowbe4-site-verification=", "KnowBe4"),
    ("paloaltonetworks-site-verification=", "Palo Alto Networks"),
    ("wiz-domain-verification=", "Wiz"),
    ("detectify-verification=", "Detectify"),
    ("h1-domain-verification=", "HackerOne"),
    ("bugcrowd-verification=", "Bugcrowd"),
    ("globalsign-domain-verification=", "GlobalSign"),
    ("shopify-verification-code=", "Shopify"),
    ("tiktok-developers-site-verification=", "TikTok"),
    ("uber-domain-verification=", "Uber for Business"),
    ("zoho-verification=", "Zoho"),
    ("protonmail-verification=", "Proton Mail"),
    ("yandex-verification:", "Yandex"),
    ("mailru-verification:", "Mail.ru"),
)


def mail_host(exchanger: str) -> str | None:
    """Who takes the mail that goes to this exchanger, in plain words; else the domain that its host belongs to."""
    return operator(exchanger) or registrable_domain(exchanger)


def technologies(texts: Sequence[str]) -> dict[str, str]:
    """The services that a domain's texts give away, each with the first text that does.

    Where there is more than one sender policy none counts (RFC 7208, section 4.5).
    """
    plain = ["".join(letter for letter in text if letter.isprintable()) for text in texts[:_MOST_TEXTS]]
    policies = [text for text in plain if text.lower().partition(" ")[0] == _POLICY]
    found: dict[str, str] = {}
    for name in _included(policies[0]) if len(policies) == 1 else ():
        sender = next((_SENDERS[end] for end in name_ends(name) if end in _SENDERS), None)
        if sender is not None:
            found.setdefault(sender, policies[0])
    for text in plain:
        beginning = text.lower()
        for proof, service in _PROOFS:
            if beginning.startswith(proof):
                found.setdefault(service, text)
    return found


def _included(policy: str) -> Iterator[str]:
    """The names of others that a policy lets send; those that it turns away are none of the company's."""
    for term in policy.lower().split()[1:]:
        mechanism, _, name = term.lstrip("+?~").replace("=", ":", 1).partition(":")
        if mechanism in {"include", "exists", "redirect"}:
            yield name.rstrip(".")
